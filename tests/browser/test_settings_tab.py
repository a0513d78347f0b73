"""The Settings tab as somebody fills it in: checked at once, shown where it applies, rows added, the connection tested, the guard."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignedIn
from tests.browser.test_actions import look
from tests.tab import Tab

pytestmark = [pytest.mark.browser, pytest.mark.faults]
HUB = "/o/harbor-street/s/chi-03/hub/"
# As a provider declares it: shown only while the box is ticked.
SHOWN_IF_EMAILED = """
() => Object.assign(document.getElementById("setting-code_secret").dataset, {shownIf: "mail_customers", shownValues: '["true"]'})
"""


def open_settings(tab: Tab) -> None:
    """Of PUC, which is added first where no test has done so."""
    configure = tab.page.get_by_role("link", name="Configure PUC pick-up codes")
    tab.go(f"{HUB}integrations/")
    if not configure.count():
        tab.go(f"{HUB}catalog/puc/add/")
        tab.page.get_by_role("checkbox").check()
        tab.page.get_by_role("button", name="Confirm").click()
    configure.click()


def test_settings_are_checked_shown_added_and_tried(signed_in: SignedIn) -> None:
    tab = signed_in("owner@harborstreet.example")
    page = tab.page
    open_settings(tab)

    address = page.get_by_label("Service address")
    address.fill("https://jo:pw@shop.invalid")
    address.press("Tab")
    expect(page.get_by_text("Remove the user name and password")).to_be_visible()
    expect(page.get_by_label("Service address")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Service address").fill("https://cabinets.invalid")
    page.get_by_label("Service address").press("Tab")
    expect(page.get_by_text("Remove the user name and password")).to_have_count(0)
    # The browser says of each answer with status 422 that loading failed.
    tab.complaints[:] = [text for text in tab.complaints if "422" not in text]

    expect(page.get_by_label("Cabinet ID 3")).to_have_count(0)
    page.get_by_label("Cabinet ID 1").fill("A1")
    page.get_by_role("button", name="Add row").click()
    expect(page.get_by_label("Cabinet ID 3")).to_be_focused()
    expect(page.get_by_label("Cabinet ID 3")).to_have_value("")
    expect(page.get_by_label("Cabinet ID 3")).to_have_attribute("name", "cabinets.2.cabinet_id")

    hidden = page.get_by_label("Code secret")
    expect(hidden).to_be_visible()
    page.evaluate(SHOWN_IF_EMAILED)
    page.get_by_label("Email the code to the customer").check()
    expect(hidden).to_be_visible()
    page.get_by_label("Email the code to the customer").uncheck()
    expect(hidden).to_be_hidden()

    page.get_by_role("button", name="Test connection").click()
    expect(page.locator("#connection-result")).to_contain_text("Correct this first: Cabinets.")
    page.get_by_label("Cabinet ID 1").fill("")
    page.get_by_role("button", name="Test connection").click()
    expect(page.locator("#connection-result")).to_contain_text("Fill in first: API key, Site code.")
    page.get_by_label("API key", exact=True).fill("key-of-the-vendor")
    page.get_by_label("Site code").fill("S1")
    page.get_by_role("button", name="Test connection").click()
    expect(page.locator("#connection-result")).to_contain_text("could not be looked up", timeout=25_000)
    expect(page.get_by_label("API key", exact=True)).to_have_value("key-of-the-vendor")

    page.get_by_role("link", name="Action", exact=True).click()
    expect(page.locator("#unsaved-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Discard").click()
    assert look(tab, "settings of PUC") == {}


def test_rows_are_added_without_scripts(signed_in: SignedIn) -> None:
    tab = signed_in("owner@harborstreet.example", java_script_enabled=False)
    page = tab.page
    open_settings(tab)
    page.get_by_label("Cabinet ID 1").fill("A1")
    page.get_by_label("Cabinet ID 2").fill("A2")
    page.get_by_role("button", name="Add row").click()
    expect(page.get_by_label("Cabinet ID 2")).to_have_value("A2")
    expect(page.get_by_label("Cabinet ID 4")).to_be_visible()
