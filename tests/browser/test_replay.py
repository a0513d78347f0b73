"""The store owner's way through recovering what a late endpoint missed, resending one, and rolling and revoking its secret."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from backoffice.demo.simulator import Api
from tests.browser.conftest import SignedIn
from tests.browser.demo import Demo
from tests.tab import Tab, objections

pytestmark = [pytest.mark.browser, pytest.mark.faults]
STORE_OWNER = "store@harborstreet.example"
STORE = "/o/harbor-street/s/bos-02/"
SHOTS = os.environ.get("SCREENSHOTS")


def _look(tab: Tab, name: str, width: int) -> None:
    """Nothing to object to; with SCREENSHOTS set to a folder, a picture to look at as well."""
    tab.page.wait_for_timeout(250)
    if SHOTS:
        tab.page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
    assert objections(tab, width=width) == []


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 360)])
def test_recovers_resends_rolls_and_revokes(demo: Demo, signed_in: SignedIn, api: Api, theme: str, width: int) -> None:
    order, path = f"browser-missed-{theme}", f"/hooks/ok/browser-replay-{theme}"
    assert demo.post(api, "BOS-02", order).status == 202
    tab = signed_in(STORE_OWNER, theme=theme, viewport={"width": width, "height": 800}, reduced_motion="reduce")
    page = tab.page
    tab.go(f"{STORE}hub/webhooks/add/")
    page.get_by_label("URL").first.fill(demo.receiver_url + path)
    page.get_by_role("switch", name="3rd Order").check()
    page.locator("#endpoint-form .form-actions").get_by_role("button", name="Add endpoint").click()
    expect(page.locator("#recover-link")).to_be_visible()
    endpoint = page.url
    _look(tab, "endpoint", width)

    _recover(tab, width)
    assert demo.wait_for_call(path, order)["status"] == 200

    _resend(page, order)

    page.goto(endpoint)
    expect(page.locator("#unconfirmed")).to_have_count(0)
    _roll(tab, demo.password(STORE_OWNER), width)
    _revoke(tab, width)


def _recover(tab: Tab, width: int) -> None:
    page = tab.page
    page.locator("#recover-link").click()
    page.locator("#count-missed").click()
    expect(page.locator("#preview-title")).to_contain_text(re.compile("order events? would be sent again"))
    _look(tab, "recover", width)
    page.locator("#recover").click()
    expect(page.locator("[data-notice]")).to_contain_text(re.compile("sent again"))


def _resend(page: Page, order: str) -> None:
    page.goto(page.url.split("/hub/")[0] + f"/hub/webhooks/deliveries/?order={order}")
    page.locator("#results tbody").get_by_role("link").first.click()
    first = page.url
    page.locator("#resend").click()
    expect(page.locator("[data-notice]")).to_contain_text("with the same webhook-id")
    assert page.url != first
    expect(page.get_by_role("heading", name="1 attempt")).to_be_visible(timeout=15_000)


def _roll(tab: Tab, password: str, width: int) -> None:
    page = tab.page
    page.locator("#roll-secret").click()
    if page.get_by_label("Password").count():
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Go on").click()
    _look(tab, "roll", width)
    page.get_by_role("button", name="Roll secret").click()
    expect(page.locator("#secret-text")).to_contain_text("signs until")
    _look(tab, "rolled", width)


def _revoke(tab: Tab, width: int) -> None:
    page = tab.page
    page.locator("#secret-text").get_by_role("link", name=re.compile("^Revoke")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Calls are no longer signed with")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    _look(tab, "revoke", width)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.locator("#secret-text").get_by_role("link", name=re.compile("^Revoke")).click()
    dialog.get_by_role("button", name="Revoke").click()
    expect(page.locator("[data-notice]")).to_contain_text("It signs nothing any more.")
    expect(page.locator("#secret-text")).not_to_contain_text("signs until")
