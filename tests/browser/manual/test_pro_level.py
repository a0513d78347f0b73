"""The manual's Pro part, sentence by sentence, and what a Starter store meets at each option of its hub."""

import pytest
from playwright.sync_api import expect

from tests.browser.manual.conftest import Customer, Picture, tab_to
from tests.browser.manual.test_enterprise_level import PINK, SAVED, knob_is_right, switch

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_by_mouse_after_subscribing(customer: Customer, picture: Picture) -> None:
    page = customer.at("upgrade/manage-plan/").page
    page.get_by_role("link", name="Upgrade to Pro").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pro Level")
    expect(page.locator("#total")).to_have_text("$29.00")
    picture("pro-0-subscribe")
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("link", name="Assign licenses").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("License")
    expect(page.get_by_text("Max Stores")).to_have_count(0)
    switch(page, "Mill").click()
    expect(switch(page, "Mill")).to_have_css("background-color", PINK)
    assert knob_is_right(switch(page, "Mill"))
    expect(page.locator("#license-said")).to_have_text("Lake Bakery Mill: on, not saved yet.")
    picture("pro-1-enable-the-integration-hub-toggle-slid-to-right-and-turned-pink")
    page.locator(".page-head-actions").get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text=SAVED)).to_be_visible()
    picture("pro-2-license-settings-saved-successfully")
    assert customer.assigned() == ["Mill"]


def test_by_keyboard_on_a_phone(customer: Customer, picture: Picture) -> None:
    page = customer.at("upgrade/manage-plan/pro/", viewport={"width": 360, "height": 740}).page
    tab_to(page, "Confirm")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Invoice INV-000001")
    tab_to(page, "Assign licenses")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("License")
    for store in ("Dock", "Mill", "Park"):
        tab_to(page, f"Integration Hub for Lake Bakery {store}")
        page.keyboard.press("Space")
        expect(switch(page, store)).to_be_checked()
    expect(page.locator("#license-bar")).to_contain_text("3 changes are not saved yet")
    picture("phone-pro-1-enable-the-integration-hub")
    tab_to(page, "Save")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text=SAVED)).to_be_visible()
    picture("phone-pro-2-license-settings-saved-successfully")
    assert customer.assigned() == ["Dock", "Mill", "Park"]


def test_on_starter_every_option_leads_to_upgrade(customer: Customer, picture: Picture) -> None:
    page = customer.at("s/doc/").page
    page.get_by_role("main").get_by_role("link", name="Integration Hub").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Integration Hub")
    picture("starter-0-integration-hub-page")
    for option in ("Configure/Manage Integrations", "Developer API Key", "Order Webhook"):
        page.get_by_role("main").get_by_role("link", name=option).first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Upgrade")
        expect(page.get_by_text("$19.00 per store and month")).to_be_visible()
        expect(page.get_by_text("$29.00 a month, for every store")).to_be_visible()
        page.go_back()
    page.get_by_role("main").get_by_role("link", name="Browse And Subscribe Integrations").first.click()
    picture("starter-1-browse-and-subscribe-integrations")
    page.get_by_role("main").get_by_role("link", name="Upgrade").first.click()
    picture("starter-1-upgrade-says-what-and-how-much")
    page.get_by_role("link", name="Upgrade", exact=True).last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Manage Plan")
