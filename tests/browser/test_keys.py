"""A test key from its making to its end: by mouse, and by the keyboard alone."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignedIn
from tests.browser.demo import Demo
from tests.tab import objections

pytestmark = [pytest.mark.browser, pytest.mark.faults]
STORE_OWNER = "store@harborstreet.example"
KEYS = "/o/harbor-street/s/bos-02/hub/api-keys/"


def test_a_key_is_made_shown_tried_and_revoked(demo: Demo, signed_in: SignedIn) -> None:
    tab = signed_in(STORE_OWNER, anew=True, viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    page = tab.page
    tab.go(f"{KEYS}create/")
    page.get_by_label("What is this key for?").fill("Browser trial")
    page.get_by_label("Read the store's integrations").uncheck()
    page.get_by_label("Test key").check()
    page.get_by_role("button", name="Create key").click()
    expect(page.get_by_role("heading", name="Browser trial", level=1)).to_be_visible()
    key = page.url

    page.get_by_role("button", name="Show").click()
    page.get_by_label("Password").fill(demo.password(STORE_OWNER))
    page.get_by_label("Password").press("Enter")
    page.wait_for_url(key)
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".key-value")).to_have_text(re.compile(r"^hub_test_\w{36}$"))
    page.get_by_role("link", name="Hide").click()
    expect(page.locator(".key-value")).to_have_count(0)

    page.get_by_role("link", name="Send an order from here").click()
    order = json.loads(page.get_by_label("What is posted").input_value())["order"]["id"]
    page.get_by_role("button", name="Send the order").click()
    expect(page.get_by_role("heading", name="The order was taken in")).to_be_visible()
    assert objections(tab, width=1280) == []
    expect(page.get_by_role("link", name="Follow its deliveries")).to_have_attribute(
        "href", re.compile(f"order={order}$")
    )

    page.goto(key)
    page.get_by_role("link", name="Revoke").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("call in the last 30 days")
    dialog.get_by_role("button", name="Revoke").click()
    expect(page.locator("[data-notice]")).to_contain_text("Calls with it are refused from now on.")


def test_the_same_by_keyboard_alone(signed_in: SignedIn) -> None:
    tab = signed_in(STORE_OWNER, viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    page = tab.page
    tab.go(f"{KEYS}create/")
    _tab_to(page, "id_name")
    page.keyboard.type("Keyboard trial")
    _tab_to(page, "id_test")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Keyboard trial", level=1)).to_be_visible()
    revoke = page.get_by_role("link", name="Revoke")
    for close in ("Escape", "Enter"):
        revoke.focus()
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_role("link", name="Cancel")).to_be_focused()
        page.keyboard.press(close)
        expect(dialog).to_have_count(0)
        expect(revoke).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-notice]")).to_contain_text("Calls with it are refused from now on.")


def _tab_to(page: Page, name: str) -> None:
    """Presses Tab until the field has the focus."""
    for _press in range(60):
        if page.evaluate("document.activeElement?.id") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{name} is not reached by Tab.")
