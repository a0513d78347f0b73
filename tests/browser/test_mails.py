"""A store owner's way through the mails they get and the pace of an endpoint, with and without scripts."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignedIn
from tests.tab import Tab, objections

pytestmark = [pytest.mark.browser, pytest.mark.faults]
OWNER, STORE_OWNER = "owner@harborstreet.example", "store@harborstreet.example"
MAILS = "/o/harbor-street/mails/"
SHOTS = os.environ.get("SCREENSHOTS")
BOTH = pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 360)])


def _look(tab: Tab, name: str, width: int) -> None:
    """Nothing to object to at the page's end, where the bar with what is unsaved covers no field; with SCREENSHOTS set, a picture too."""
    tab.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    tab.page.wait_for_timeout(250)
    if SHOTS:
        tab.page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
    assert objections(tab, width=width) == []


@BOTH
def test_mails_are_chosen_by_kind_and_store(signed_in: SignedIn, theme: str, width: int) -> None:
    tab = signed_in(STORE_OWNER, theme=theme, viewport={"width": width, "height": 900}, reduced_motion="reduce")
    page = tab.page
    tab.go("/o/harbor-street/")
    page.locator(".user-menu > summary").click()
    page.get_by_role("link", name="Mails").click()
    expect(page).to_have_url(re.compile(f"{MAILS}$"))
    again = page.get_by_role("group", name=re.compile("^An order webhook delivers again"))
    again.get_by_label("About some of them").check()
    _look(tab, "mails", width)
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.locator(".error-summary, [class*=error]").first).to_be_visible()
    _look(tab, "mails-wrong", width)
    tab.complaints.clear()  # the answer 422 is one
    stores = page.get_by_role("group", name=re.compile("^Stores"))
    expect(stores).to_have_count(1)
    stores.get_by_label("Harbor Street Seaport").check()
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_text("Your choice of mails was saved.")).to_be_visible()
    kept = page.get_by_role("group", name=re.compile("^An order webhook delivers again"))
    expect(kept.get_by_label("About some of them")).to_be_checked()
    kept.get_by_label("About all my stores").check()
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_text("Your choice of mails was saved.")).to_be_visible()


@BOTH
def test_an_owner_sees_what_is_always_sent(signed_in: SignedIn, theme: str, width: int) -> None:
    tab = signed_in(OWNER, theme=theme, viewport={"width": width, "height": 900}, reduced_motion="reduce")
    tab.go(MAILS)
    expect(tab.page.get_by_text("Always sent")).to_be_visible()
    _look(tab, "mails-owner", width)


@BOTH
def test_a_link_that_does_not_work_says_so(signed_in: SignedIn, theme: str, width: int) -> None:
    tab = signed_in(OWNER, theme=theme, viewport={"width": width, "height": 900}, reduced_motion="reduce")
    tab.go("/mails/stop/cut/")
    expect(tab.page.get_by_role("heading", name="This link does not work")).to_be_visible()
    _look(tab, "mails-stop", width)
    tab.complaints.clear()  # the answer 404 is one


def test_without_scripts_a_choice_is_saved_too(signed_in: SignedIn) -> None:
    tab = signed_in("viewer@harborstreet.example", java_script_enabled=False)
    tab.go(MAILS)
    page = tab.page
    failing = page.get_by_role("group", name=re.compile("^An integration is failing"))
    failing.get_by_label("About all my stores").check()
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_text("Your choice of mails was saved.")).to_be_visible()
    expect(failing.get_by_label("About all my stores")).to_be_checked()


@BOTH
def test_pace_and_order_stand_behind_a_summary(signed_in: SignedIn, theme: str, width: int) -> None:
    tab = signed_in(STORE_OWNER, theme=theme, viewport={"width": width, "height": 900}, reduced_motion="reduce")
    page = tab.page
    tab.go("/o/harbor-street/s/bos-02/hub/webhooks/add/")
    expect(page.get_by_role("spinbutton", name="Calls a second")).to_be_hidden()
    page.get_by_text("Pace and order", exact=True).click()
    page.get_by_role("spinbutton", name="Calls a second").fill("5")
    page.get_by_label("Keep each order's events in order").check()
    _look(tab, "pace", width)
    page.get_by_label("URL").fill("https://hooks.example.com/paced")
    page.get_by_role("spinbutton", name="Calls at a time").fill("101")
    page.get_by_role("button", name="Add endpoint").first.click()
    expect(page.get_by_text("Ensure this value is less than or equal to 100.").first).to_be_visible()
    _look(tab, "pace-wrong", width)
    tab.complaints.clear()  # the answer 422 is one
