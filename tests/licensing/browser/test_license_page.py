"""The manual's License chapter in a real browser: by mouse, by keyboard alone, without scripts, and with two admins at once."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from licensing.assignments import assign
from tests.licensing.browser.conftest import Admins, Shop
from tests.tab import Tab, objections

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAVED = "License settings saved successfully"
REFUSED = "All 8 licenses are used. Turn another store off first, or buy more."
PINK, GREY = "rgb(214, 51, 108)", re.compile(r"rgb\((125, 135, 150|107, 119, 136)\)")
#: Milliseconds from the answer to the switch being off, by the page's own clock.
SLIDES_BACK = """box => document.addEventListener("htmx:beforeOnLoad", () => {
    const answered = performance.now();
    const look = () => {
        if (document.getElementById(box.id).checked) requestAnimationFrame(look);
        else window.slidBackAfter = performance.now() - answered;
    };
    look();
}, { once: true })"""


def switch(page: Page, town: str) -> Locator:
    return page.get_by_role("switch", name=f"Integration Hub for Harbor Street {town}")


def save(page: Page) -> Locator:
    """The one at the upper right."""
    return page.locator(".page-head-actions").get_by_role("button", name="Save")


def forget(tab: Tab, status: int) -> None:
    """Chromium names every answer that is an error on the console."""
    tab.complaints = [text for text in tab.complaints if f"status of {status}" not in text]


def test_by_mouse_as_the_manual_says(admins: Admins, shop: Shop) -> None:
    tab = admins()
    page = tab.page
    tab.go(shop.path)
    expect(page.get_by_text("Max Stores: 8")).to_be_visible()
    column = page.get_by_role("columnheader", name="Integration Hub").bounding_box()
    above = page.get_by_text("Max Stores: 8").bounding_box()
    button, head = save(page).bounding_box(), page.get_by_role("heading", level=1).bounding_box()
    assert column
    assert above
    assert button
    assert head
    assert above["y"] < column["y"]
    assert abs(above["x"] - column["x"]) < 24
    assert button["x"] > head["x"] + head["width"]

    for town in ("Garland", "Houston"):
        switch(page, town).click()
        expect(switch(page, town)).to_have_css("background-color", PINK)
    expect(page.get_by_text("8 of 8 used", exact=True)).to_be_visible()
    bar = page.locator("#license-bar")
    expect(bar).to_contain_text("2 changes are not saved yet")
    expect(bar).to_contain_text("Turns on")
    expect(bar).to_contain_text("Harbor Street Garland")
    assert shop.license.assignments.count() == 6

    save(page).click()
    expect(page.locator("[data-notice]")).to_contain_text(SAVED)
    expect(bar).to_be_hidden()
    assert shop.assigned() == ["Albany", "Boston", "Chicago", "Denver", "El Paso", "Fresno", "Garland", "Houston"]


def test_beyond_max_stores_it_slides_back_at_once_and_says_why(admins: Admins, shop: Shop) -> None:
    assign(license=shop.license, stores=shop.stores[6:8], by=None)
    tab = admins()
    page = tab.page
    tab.go(shop.path)
    refused = switch(page, "Irvine")
    page.evaluate(SLIDES_BACK, refused.element_handle())
    with page.expect_response("**/license/stage*"):
        refused.click()
    expect(refused).not_to_be_checked()
    assert page.evaluate("slidBackAfter") < 300
    expect(refused).to_have_css("background-color", GREY)
    expect(refused).to_have_accessible_description(REFUSED)
    expect(page.locator("#license-said")).to_have_text(REFUSED)
    expect(page.locator("#license-said")).to_have_attribute("role", "status")
    expect(refused).to_be_focused()
    expect(page.get_by_text("8 of 8 used", exact=True)).to_be_visible()

    switch(page, "Albany").click()
    expect(page.get_by_text("7 of 8 used", exact=True)).to_be_visible()
    expect(page.get_by_text(REFUSED).first).to_be_hidden()
    refused.click()
    expect(page.locator("#license-said")).to_have_text("Harbor Street Irvine: on, not saved yet. 8 of 8 used.")
    save(page).click()
    expect(page.locator("[data-notice]")).to_contain_text(SAVED)
    assert "Irvine" in shop.assigned()
    assert "Albany" not in shop.assigned()


def test_by_keyboard_alone(admins: Admins, shop: Shop) -> None:
    tab = admins()
    page = tab.page
    tab.go(shop.path)

    def tab_to(wanted: Locator) -> None:
        for _ in range(80):
            if wanted.evaluate("element => element === document.activeElement"):
                return
            page.keyboard.press("Tab")
        pytest.fail(f"{wanted} is not reached by Tab")

    tab_to(switch(page, "Fresno"))
    page.keyboard.press("Space")
    expect(page.locator("#license-said")).to_have_text("Harbor Street Fresno: off, not saved yet. 5 of 8 used.")
    tab_to(switch(page, "Juneau"))
    page.keyboard.press("Space")
    expect(page.locator("#license-said")).to_have_text("Harbor Street Juneau: on, not saved yet. 6 of 8 used.")
    expect(switch(page, "Juneau")).to_be_focused()
    tab_to(page.locator("#license-bar").get_by_role("button", name="Save"))
    page.keyboard.press("Enter")
    expect(page.locator("[data-notice]")).to_contain_text(SAVED)
    assert "Juneau" in shop.assigned()
    assert "Fresno" not in shop.assigned()


def test_staged_changes_live_on_across_searches_and_reloads_until_discarded(admins: Admins, shop: Shop) -> None:
    tab = admins()
    page = tab.page
    tab.go(shop.path)
    switch(page, "Garland").click()
    expect(page.locator("#license-bar")).to_contain_text("1 change is not saved yet")
    page.get_by_label("Store name or code").fill("irv")
    expect(page.get_by_text("1 store", exact=False).first).to_be_visible()
    expect(switch(page, "Albany")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"q=irv"))
    switch(page, "Irvine").click()
    expect(page.locator("#license-bar")).to_contain_text("2 changes are not saved yet")
    page.reload()
    expect(switch(page, "Irvine")).to_be_checked()
    page.get_by_label("Store name or code").fill("")
    expect(switch(page, "Garland")).to_be_checked()
    page.locator(".top").get_by_role("link", name="Stores").first.click()
    question = page.locator("#license-leave")
    expect(question).to_be_visible()
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    switch(page, "Garland").click()
    expect(page.locator("#license-bar")).to_contain_text("1 change is not saved yet")
    page.locator("#license-bar").get_by_role("button", name="Discard").click()
    expect(page.locator("[data-notice]")).to_contain_text("discarded")
    expect(switch(page, "Garland")).not_to_be_checked()
    page.locator(".top").get_by_role("link", name="Stores").first.click()
    expect(page).to_have_url(re.compile(r"/o/harbor-street/$"))


def test_filters_and_many_at_once(admins: Admins, shop: Shop) -> None:
    tab = admins()
    page = tab.page
    tab.go(shop.path)
    page.get_by_label("Group").select_option(label="West")
    expect(page.get_by_role("switch")).to_have_count(2)
    page.get_by_label("Group").select_option(label="Any group")
    page.get_by_label("Show").select_option(label="Not assigned")
    expect(page.get_by_role("switch")).to_have_count(4)
    page.get_by_label("All 4 stores that match").check()
    page.get_by_role("button", name="Assign…", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Assign Integration Hub to 4 stores")
    expect(page.get_by_text("You are 2 licenses short.")).to_be_visible()
    page.get_by_role("button", name="Stage 2 changes").click()
    expect(page.locator("#license-bar")).to_contain_text("2 changes are not saved yet")
    save(page).click()
    expect(page.locator("[data-notice]")).to_contain_text(SAVED)
    assert len(shop.assigned()) == 8

    tab.go(shop.path)
    page.get_by_label("Choose all stores on this page").check()
    expect(page.get_by_text("10 chosen")).to_be_visible()
    page.get_by_label("Choose Harbor Street Albany").uncheck()
    page.get_by_role("button", name="Unassign…").click()
    expect(page.get_by_role("button", name="Stage 7 changes")).to_be_visible()


def test_two_admins_one_seat(admins: Admins, shop: Shop) -> None:
    assign(license=shop.license, stores=shop.stores[6:7], by=None)
    ada, bea = admins(), admins()
    for tab, town in ((ada, "Houston"), (bea, "Irvine")):
        tab.go(shop.path)
        switch(tab.page, town).click()
        expect(tab.page.locator("#license-bar")).to_contain_text("1 change is not saved yet")
    switch(bea.page, "Albany").click()
    expect(bea.page.locator("#license-bar")).to_contain_text("2 changes are not saved yet")
    switch(bea.page, "Juneau").click()
    expect(bea.page.locator("#license-bar")).to_contain_text("3 changes are not saved yet")
    save(ada.page).click()
    expect(ada.page.locator("[data-notice]")).to_contain_text(SAVED)
    save(bea.page).click()
    expect(bea.page.get_by_role("heading", level=1)).to_have_text("Nothing was saved")
    expect(
        bea.page.get_by_text("1 store found no license.").locator("xpath=ancestor::*[@role='alert']")
    ).to_be_focused()
    row = bea.page.get_by_role("row", name="Juneau")
    expect(row).to_contain_text("On")
    expect(row).to_contain_text("Off: no license is left")
    expect(bea.page.get_by_role("row", name="Houston")).to_contain_text("On, by Ada Admin")
    bea.page.get_by_role("button", name="Save the other changes", exact=True).click()
    expect(bea.page.locator("[data-notice]")).to_contain_text(SAVED)
    assert shop.assigned()[-2:] == ["Houston", "Irvine"]
    assert "Albany" not in shop.assigned()
    forget(bea, 409)


def test_without_scripts_it_still_saves(admins: Admins, shop: Shop) -> None:
    tab = admins(java_script_enabled=False)
    page = tab.page
    tab.go(shop.path)
    switch(page, "Garland").check()
    switch(page, "Albany").uncheck()
    save(page).click()
    expect(page.get_by_text(SAVED)).to_be_visible()
    assert "Garland" in shop.assigned()
    assert "Albany" not in shop.assigned()
    page.get_by_label("Store name or code").fill("juneau")
    page.get_by_role("button", name="Search").click()
    page.get_by_label("The 1 store that matches").check()
    page.get_by_role("button", name="Assign…", exact=True).click()
    page.get_by_role("button", name="Stage 1 change").click()
    save(page).click()
    expect(page.get_by_text(SAVED)).to_be_visible()
    assert "Juneau" in shop.assigned()


def test_a_file_is_checked_before_it_is_applied(admins: Admins, shop: Shop, tmp_path: Path) -> None:
    tab = admins()
    page = tab.page
    file = tmp_path / "stores.csv"
    codes = [store.code for store in shop.stores]
    file.write_text("store,integration_hub\n" + "".join(f"{code},on\n" for code in codes) + "NOWHERE,on\n")
    tab.go(f"{shop.path}import/")
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What the file would change")
    expect(page.get_by_role("row", name=codes[8])).to_contain_text("No license left")
    expect(page.get_by_role("row", name="NOWHERE")).to_contain_text("Unknown store")
    page.get_by_role("button", name="Apply 2 changes").click()
    expect(page.locator("[data-notice]")).to_contain_text(SAVED)
    assert len(shop.assigned()) == 8


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_accessible_quiet_and_narrow(admins: Admins, shop: Shop, theme: str, width: int, tmp_path: Path) -> None:
    assign(license=shop.license, stores=shop.stores[6:8], by=None)
    tab = admins(theme=theme, viewport={"width": width, "height": 800})
    group = shop.organization.store_groups.get()
    pages = ["", "?q=nothing+like+it", "bulk/?all=1&switch=on", "bulk/?switch=on", "import/"]
    others = [f"/o/harbor-street/groups/{end}" for end in ("", f"{group.public_id}/", f"{group.public_id}/delete")]
    problems = {}
    for path in [*(shop.path + page for page in pages), *others]:
        tab.go(path)
        problems[path] = objections(tab, width=width)
    file = tmp_path / "stores.csv"
    file.write_text(f"store,integration_hub\n{shop.stores[0].code},off\n{shop.stores[9].code},on\nX,on\n")
    tab.go(f"{shop.path}import/")
    tab.page.get_by_label("CSV file").set_input_files(file)
    tab.page.get_by_role("button", name="Check the file").click()
    tab.page.wait_for_url("**/report/")
    problems["report"] = objections(tab, width=width)
    tab.go(shop.path)
    switch(tab.page, "Irvine").click()
    expect(tab.page.locator("#license-said")).to_have_text(REFUSED)
    switch(tab.page, "Albany").click()
    expect(tab.page.locator("#license-bar")).to_be_visible()
    problems["staged"] = objections(tab, width=width)
    assert {path: found for path, found in problems.items() if found} == {}
