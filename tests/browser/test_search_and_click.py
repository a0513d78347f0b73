"""Whoever has typed a search clicks what it found: leaving the box searches no second time, which would swap the link away under the finger."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignedIn

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("path", "words", "found", "link"),
    [
        ("s/NYC-01/hub/catalog/", "wix", "1 integration", "Know More about Wix"),
        ("api-keys/", "Downtown", "Harbor Street Downtown", "First key"),
    ],
)
def test_what_a_search_found_takes_one_click(signed_in: SignedIn, path: str, words: str, found: str, link: str) -> None:
    tab = signed_in("admin@harborstreet.example")
    tab.go(f"/o/harbor-street/{path}")
    page = tab.page
    page.get_by_role("searchbox").fill(words)
    page.wait_for_url(f"**q={words}*")
    expect(page.locator("#results")).to_contain_text(found)
    page.locator("#results").get_by_role("link", name=link).first.click(delay=400)
    expect(page).not_to_have_url(re.compile(r"/(catalog|api-keys)/(\?.*)?$"))
