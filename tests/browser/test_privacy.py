"""An owner's way through erasing a customer, leaving personal data out, exporting a store, closing it and opening it again."""

import os
import re
import urllib.request
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect

from backoffice.demo.simulator import Api
from tests.browser.conftest import SignedIn
from tests.browser.demo import Demo
from tests.tab import Tab, objections

pytestmark = [pytest.mark.browser, pytest.mark.faults]
OWNER = "owner@harborstreet.example"
ORGANIZATION = "/o/harbor-street/"
SHOTS = os.environ.get("SCREENSHOTS")
BOTH = pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 360)])


def _look(tab: Tab, name: str, width: int) -> None:
    """Nothing to object to; with SCREENSHOTS set to a folder, a picture to look at as well."""
    tab.page.wait_for_timeout(250)
    if SHOTS:
        tab.page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
    assert objections(tab, width=width) == []


def _confirm_password(page: Page, password: str) -> bool:
    """Whether it was asked for."""
    if not page.get_by_label("Password").count():
        return False
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Go on").click()
    return True


def _post(demo: Demo, api: Api, order_id: str, name: str) -> None:
    order = {
        "id": order_id,
        "version": 1,
        "number": order_id[-4:],
        "channel": "online",
        "status": "open",
        "currency": "USD",
        "customer": {"first_name": name, "last_name": "Byron", "email": f"{name}@example.com".lower()},
        "line_items": [
            {"id": "li_1", "name": "Clam chowder", "quantity": "1", "unit_price": 1250, "note": f"For {name}"}
        ],
    }
    headers = {"Authorization": f"Bearer {demo.key('BOS-02')}", "Content-Type": "application/json"}
    assert api.post("/api/v1/orders", {"type": "order.opened", "order": order}, headers).status == 202


def _stored(demo: Demo, order_id: str) -> str:
    headers = {"Authorization": f"Bearer {demo.key('BOS-02')}"}
    request = urllib.request.Request(f"{demo.url}/api/v1/orders/{order_id}", headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        body: bytes = answer.read()
    return body.decode()


@BOTH
def test_a_customer_is_found_and_erased(demo: Demo, signed_in: SignedIn, api: Api, theme: str, width: int) -> None:
    name = f"Canary{theme}"
    _post(demo, api, f"browser-privacy-{theme}", name)
    tab = signed_in(OWNER, theme=theme, viewport={"width": width, "height": 800}, reduced_motion="reduce")
    page = tab.page
    page.wait_for_timeout(2500)  # what is younger than two seconds is not looked at yet
    tab.go(ORGANIZATION)
    page.get_by_role("link", name="Erase a customer").click()
    page.get_by_label("Address, number or id").fill("nobody")
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_text("Enter a whole email address").first).to_be_visible()
    tab.complaints.clear()  # the browser says that the answer was 422
    _look(tab, "erase-wrong", width)
    page.get_by_label("Address, number or id").fill(f"{name}@EXAMPLE.com")
    page.get_by_label("Code of the store").fill("BOS-02")
    page.get_by_role("button", name="Look").click()
    found = page.url
    expect(page.get_by_role("heading", name="Found, nothing erased yet")).to_be_visible(timeout=40_000)
    _look(tab, "erase-found", width)
    page.get_by_role("link", name="Erase", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("erased from 1 order,")
    expect(page.get_by_role("dialog").get_by_role("link", name="Cancel")).to_be_focused()
    _look(tab, "erase-dialog", width)
    page.get_by_role("dialog").get_by_role("button", name="Erase").click()
    if _confirm_password(page, demo.password(OWNER)):
        page.get_by_role("button", name="Erase", exact=True).click()
    expect(page).to_have_url(found)
    expect(page.get_by_role("heading", name="Erased", exact=True)).to_be_visible(timeout=40_000)
    _look(tab, "erase-done", width)
    kept = _stored(demo, f"browser-privacy-{theme}")
    assert '"customer":null' in kept
    assert name not in kept
    tab.go(f"{ORGANIZATION}customers/")
    _look(tab, "erase-list", width)


@BOTH
def test_a_store_is_exported_closed_and_opened_again(
    demo: Demo, signed_in: SignedIn, theme: str, width: int, tmp_path: Path
) -> None:
    tab = signed_in(OWNER, theme=theme, viewport={"width": width, "height": 800}, reduced_motion="reduce")
    page = tab.page
    tab.go(f"{ORGANIZATION}s/anc-09/")
    _look(tab, "store", width)
    page.get_by_role("link", name="Export this store").click()
    _look(tab, "export", width)
    if page.get_by_text("You are asked for your password first").count():
        page.get_by_role("button", name="Download").click()
        assert _confirm_password(page, demo.password(OWNER))
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    download.value.save_as(tmp_path / "store.zip")
    with ZipFile(tmp_path / "store.zip") as archive:
        assert archive.testzip() is None
        assert '"ANC-09"' in archive.read("store.json").decode()

    tab.go(f"{ORGANIZATION}s/anc-09/")
    page.get_by_role("link", name="Close this store").click()
    _look(tab, "close", width)
    page.get_by_label("Code of the store").fill("nyc-01")
    page.get_by_role("button", name="Close store").click()
    expect(page.get_by_text("This is not the store's code.").first).to_be_visible()
    tab.complaints.clear()
    page.get_by_label("Code of the store").fill("anc-09")
    page.get_by_role("button", name="Close store").click()
    expect(page.get_by_role("heading", name="This store is closed")).to_be_visible()
    _look(tab, "closed", width)
    tab.go(ORGANIZATION)
    expect(page.get_by_role("link", name="Harbor Street Anchorage")).to_have_count(0)
    page.get_by_role("link", name="Closed stores").click()
    _look(tab, "closed-list", width)
    page.locator("#results").get_by_role("link", name="Harbor Street Anchorage").click()
    page.get_by_role("link", name="Open again").click()
    _look(tab, "reopen", width)
    page.get_by_role("button", name="Open again").click()
    expect(page.locator("[data-notice]")).to_contain_text("is open again")
    assert re.search(r"/license/\?q=ANC-09$", page.url)


@BOTH
def test_an_endpoint_leaves_personal_data_out(
    demo: Demo, signed_in: SignedIn, api: Api, theme: str, width: int
) -> None:
    order, path = f"browser-bare-{theme}", f"/hooks/ok/browser-bare-{theme}"
    tab = signed_in(OWNER, theme=theme, viewport={"width": width, "height": 800}, reduced_motion="reduce")
    page = tab.page
    tab.go(f"{ORGANIZATION}s/bos-02/hub/webhooks/receiving/?personal=out")
    _look(tab, "receiving-bare", width)
    tab.go(f"{ORGANIZATION}s/bos-02/hub/webhooks/add/")
    page.get_by_label("URL").first.fill(demo.receiver_url + path)
    page.get_by_role("switch", name="Open Order").check()
    page.get_by_role("switch", name="Leave personal data out").check()
    _look(tab, "endpoint-form", width)
    page.locator("#endpoint-form .form-actions").get_by_role("button", name="Add endpoint").click()
    expect(page.get_by_text("Left out")).to_be_visible()
    _post(demo, api, order, "Grace")
    assert demo.wait_for_call(path, order)["status"] == 200
    tab.go(f"{ORGANIZATION}s/bos-02/hub/webhooks/deliveries/?order={order}")
    page.locator("#results tbody tr", has_text=path).get_by_role("link").first.click()
    expect(page.locator("body")).not_to_contain_text("Grace")
