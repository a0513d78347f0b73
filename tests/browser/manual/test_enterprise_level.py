"""The manual's Enterprise part, sentence by sentence: from the store to the switch that slides back."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from licensing.models import Order
from tests.browser.manual.conftest import Customer, Picture, tab_to

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAVED = "License settings saved successfully"
REFUSED = "Your 1 license is used. Turn another store off first, or buy more."
PINK, GREY = "rgb(214, 51, 108)", re.compile(r"rgb\((125, 135, 150|107, 119, 136)\)")


def switch(page: Page, store: str) -> Locator:
    return page.get_by_role("switch", name=f"Integration Hub for Lake Bakery {store}")


def knob_is_right(toggle: Locator) -> bool:
    """Whether the knob has been slid to the right; else it is at the left."""
    return bool(toggle.evaluate("box => getComputedStyle(box, '::after').translate !== 'none'"))


def test_by_mouse(customer: Customer, picture: Picture) -> None:
    page = customer.at("s/doc/").page
    picture("enterprise-0a-log-into-your-store")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Upgrade").click()
    picture("enterprise-0b-select-upgrade")
    page.get_by_role("link", name="Manage Plan").click()
    expect(page.get_by_role("heading", name="Enterprise Level")).to_be_visible()
    picture("enterprise-0c-manage-plan")
    page.get_by_role("link", name="Upgrade to Enterprise").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Enterprise Level")
    picture("enterprise-0d-enterprise-level")

    expect(page.get_by_role("heading", name="Addons per Site")).to_be_visible()
    expect(page.get_by_label("Integration Hub", exact=True)).to_be_visible()
    picture("enterprise-2-the-integration-hub-addon-is-in-addons-per-site")
    page.get_by_role("button", name="Increase Integration Hub").click()
    page.get_by_role("button", name="Increase Integration Hub").click()
    expect(page.locator("#total")).to_have_text("$38.00")
    picture("enterprise-2-1-increase-the-number-of-licenses")
    page.get_by_role("button", name="Decrease Integration Hub").click()
    expect(page.locator("[aria-live=polite] #total")).to_have_text("$19.00")
    picture("enterprise-2-1-decrease-the-number-of-licenses")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Invoice INV-000001")
    picture("enterprise-1-purchase-the-amount-of-add-ons")
    assert Order.objects.get().total == 1900

    page.get_by_role("link", name="Assign licenses").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("License")
    above = page.get_by_text("Max Stores: 1", exact=True).bounding_box()
    header = page.get_by_role("columnheader", name="Integration Hub").bounding_box()
    assert above
    assert header
    assert above["y"] < header["y"]
    picture("enterprise-3-note-max-stores-stands-above-the-add-on-column-header")
    switch(page, "Dock").click()
    expect(switch(page, "Dock")).to_have_css("background-color", PINK)
    expect(page.locator("#license-said")).to_have_text("Lake Bakery Dock: on, not saved yet. 1 of 1 used.")
    picture("enterprise-3-example-you-can-enable-the-toggle-for-a-store")

    with page.expect_response("**/license/stage*"):
        switch(page, "Mill").click()
    expect(switch(page, "Mill")).not_to_be_checked()
    expect(switch(page, "Mill")).to_have_css("background-color", GREY)
    assert knob_is_right(switch(page, "Dock"))
    assert not knob_is_right(switch(page, "Mill"))
    expect(page.locator("#license-said")).to_have_text(REFUSED)
    picture("enterprise-3-example-more-than-1-store-slides-back-to-the-left-and-turns-grey")

    save = page.locator(".page-head-actions").get_by_role("button", name="Save")
    at, width = save.bounding_box(), page.viewport_size
    assert at
    assert width
    assert at["x"] > width["width"] / 2
    assert at["y"] < 250
    save.click()
    expect(page.get_by_role("status").filter(has_text=SAVED)).to_be_visible()
    picture("enterprise-3-license-settings-saved-successfully")
    assert customer.assigned() == ["Dock"]


def test_by_keyboard_alone(customer: Customer, picture: Picture) -> None:
    page = customer.at("upgrade/manage-plan/enterprise/").page
    tab_to(page, "Integration Hub")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator("[aria-live=polite] #total")).to_have_text("$38.00")
    expect(page.get_by_role("spinbutton", name="Integration Hub")).to_be_focused()
    picture("keyboard-enterprise-2-1-enter-the-number-of-licenses")
    tab_to(page, "Confirm")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Invoice INV-000001")
    tab_to(page, "Assign licenses")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("License")
    for store, used in (("Dock", 1), ("Park", 2)):
        tab_to(page, f"Integration Hub for Lake Bakery {store}")
        page.keyboard.press("Space")
        said = f"Lake Bakery {store}: on, not saved yet. {used} of 2 used."
        expect(page.get_by_role("status").filter(has_text=said)).to_have_count(1)
    tab_to(page, "Save")
    picture("keyboard-enterprise-3-save")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text=SAVED)).to_be_visible()
    assert customer.assigned() == ["Dock", "Park"]


def test_on_a_phone_without_scripts(customer: Customer, picture: Picture) -> None:
    page = customer.at(
        "upgrade/manage-plan/", java_script_enabled=False, viewport={"width": 360, "height": 740}, has_touch=True
    ).page
    picture("phone-enterprise-0c-manage-plan")
    page.get_by_role("link", name="Upgrade to Enterprise").tap()
    page.get_by_label("Integration Hub", exact=True).fill("1")
    page.get_by_role("button", name="Update total").tap()
    expect(page.locator("#total")).to_have_text("$19.00")
    picture("phone-enterprise-2-1-enter-the-number-of-licenses")
    page.get_by_role("button", name="Confirm").tap()
    page.get_by_role("link", name="Assign licenses").tap()
    expect(page.get_by_text("Max Stores: 1", exact=True)).to_be_visible()
    switch(page, "Dock").check()
    switch(page, "Mill").check()
    picture("phone-enterprise-3-enable-the-toggle")
    page.locator(".page-head-actions").get_by_role("button", name="Save").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing was saved")
    expect(page.get_by_role("alert").filter(has_text="1 store found no license.")).to_be_visible()
    picture("phone-enterprise-3-example-more-than-1-store-is-refused")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.get_by_role("button", name="Save the other change").tap()
    expect(page.get_by_text(SAVED)).to_be_visible()
    picture("phone-enterprise-3-license-settings-saved-successfully")
    assert customer.assigned() == ["Dock"]
    customer.opened[-1][1].complaints = [
        text for text in customer.opened[-1][1].complaints if "status of 409" not in text
    ]
