"""Stores that are ticked stay ticked while their list is searched, as far as an address holds them."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignedIn

pytestmark = pytest.mark.browser

PAGE = "/o/harbor-street/s/NYC-01/hub/catalog/wix/add/stores/"
SEAPORT, RIVERWALK = "Harbor Street Seaport", "Harbor Street Riverwalk"


def test_a_search_keeps_what_was_ticked(signed_in: SignedIn) -> None:
    tab = signed_in("admin@harborstreet.example")
    tab.go(PAGE)
    page = tab.page
    page.get_by_label(SEAPORT).check()
    page.get_by_label("Search").fill("riverwalk")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=riverwalk&store=sto_*")
    also = page.get_by_role("group", name="Also chosen")
    expect(also.get_by_label(SEAPORT)).to_be_checked()
    page.get_by_label(RIVERWALK).check()

    page.get_by_role("link", name="With it").click()
    expect(page.get_by_role("link", name="With it")).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name="Without it").click()
    expect(also).to_have_count(0)
    expect(page.get_by_label(SEAPORT)).to_be_checked()
    expect(page.get_by_label(RIVERWALK)).to_be_checked()

    page.get_by_label(SEAPORT).uncheck()
    page.get_by_label(RIVERWALK).uncheck()
    page.get_by_label("Search").fill("riverwalk")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**/?q=riverwalk")
    expect(page.get_by_label(RIVERWALK)).not_to_be_checked()


@pytest.mark.parametrize("by_enter", [True, False])
def test_a_search_keeps_what_was_ticked_without_scripts(signed_in: SignedIn, by_enter: bool) -> None:
    tab = signed_in("admin@harborstreet.example", java_script_enabled=False)
    tab.go(PAGE)
    page = tab.page
    assert "kept by a search, but not by the links to other pages and tabs" in page.content()
    page.get_by_label(SEAPORT).check()
    page.get_by_label("Search").fill("riverwalk")
    page.keyboard.press("Enter") if by_enter else page.get_by_role("button", name="Search").click()
    page.wait_for_url(re.compile(r"/\?q=riverwalk&store=sto_[0-9a-z]{26}$"))
    expect(page.get_by_role("group", name="Also chosen").get_by_label(SEAPORT)).to_be_checked()
    expect(page.get_by_label("Search")).to_have_value("riverwalk")


def test_more_than_an_address_holds_are_not_lost_but_refused(signed_in: SignedIn) -> None:
    tab = signed_in("admin@harborstreet.example")
    tab.go(PAGE)
    page = tab.page
    page.locator("form[data-store-choice]").evaluate("form => { form.dataset.storeChoice = 1 }")
    page.get_by_label(SEAPORT).check()
    page.get_by_label(RIVERWALK).check()
    page.get_by_role("link", name="With it").click()
    expect(page.get_by_role("alert").filter(has_text="stores are ticked")).to_be_visible()
    expect(page).to_have_url(tab.base + PAGE)
    expect(page.get_by_label(SEAPORT)).to_be_checked()
