"""The store owner's way: from the sign-in page to an order that arrives signed, and where the way is closed."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from backoffice.demo.simulator import Api
from tests.browser.conftest import SignedIn
from tests.browser.demo import Demo, arrived_at
from tests.tab import Tab

pytestmark = [pytest.mark.browser, pytest.mark.faults]
STORE_OWNER = "store@harborstreet.example"
STORE = "/o/harbor-street/s/bos-02/"


def _forget(tab: Tab, status: int) -> None:
    """Chromium names every answer that is an error on the console."""
    tab.complaints = [text for text in tab.complaints if f"status of {status}" not in text]


def _current_integrations(page: Page) -> None:
    expect(page).to_have_url(re.compile(r"/hub/integrations/"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Current Integrations")


def test_adds_and_configures_the_custom_webhook(demo: Demo, signed_in: SignedIn) -> None:
    tab = signed_in(STORE_OWNER)
    page = tab.page
    tab.go(STORE)
    page.get_by_role("link", name="Integration Hub").first.click()
    page.get_by_role("link", name="Browse And Subscribe Integrations").click()
    page.get_by_role("link", name="Add Custom webhook").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Disclaimer")

    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Select the Terms and Conditions box").first).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Disclaimer")
    _forget(tab, 422)
    page.get_by_label("Terms and Conditions").check()
    page.get_by_role("button", name="Confirm").click()
    _current_integrations(page)
    row = page.get_by_role("row", name="Custom webhook")
    expect(row).to_contain_text("Needs setup")

    row.get_by_role("link", name="Configure Custom webhook").click()
    page.get_by_label("Endpoint URL").fill(f"{demo.receiver_url}/hooks/ok/browser-partner")
    page.get_by_label("Header name").fill("X-API-Key")
    page.get_by_label("Header value").fill("a partner's key")
    page.locator("#settings-form .form-actions").get_by_role("button", name="Save").click()
    _current_integrations(page)
    expect(page.get_by_role("row", name="Custom webhook")).not_to_contain_text("Needs setup")
    expect(page.locator("[data-notice]")).to_contain_text("saved")


def test_an_order_arrives_signed_and_shows_on_the_open_page(demo: Demo, signed_in: SignedIn, api: Api) -> None:
    tab = signed_in(STORE_OWNER, anew=True)
    page = tab.page
    path = "/hooks/ok/browser-endpoint"
    tab.go(f"{STORE}hub/")
    page.get_by_role("link", name="Order Webhook").click()
    page.get_by_role("link", name="Add endpoint").click()
    page.get_by_label("URL").first.fill(demo.receiver_url + path)
    page.get_by_role("switch", name="3rd Order").check()
    page.locator("#endpoint-form .form-actions").get_by_role("button", name="Add endpoint").click()
    expect(page.locator("#show-secret")).to_be_visible()
    page.locator("#show-secret").click()
    page.get_by_label("Password").fill(demo.password(STORE_OWNER))
    page.get_by_role("button", name="Go on").click()
    page.locator("#show-secret").click()
    secret = page.locator("#secret-value")
    expect(secret).to_contain_text("whsec_")
    demo.teach(path, re.search(r"whsec_[A-Za-z0-9+/=]+", secret.inner_text()).group())  # type: ignore[union-attr]

    tab.go(f"{STORE}hub/webhooks/deliveries/")
    page.evaluate("window.openedOnce = true")
    posted = time.time()
    assert demo.post(api, "BOS-02", "browser-order-0001").status == 202
    call = demo.wait_for_call(path, "browser-order-0001")
    assert call["verified"]
    assert call["status"] == 200
    assert arrived_at(call) - posted < 1

    row = page.get_by_role("row").filter(has_text="browser-order-0001").filter(has_text=path)
    expect(row).to_contain_text("Delivered", timeout=15_000)
    assert page.evaluate("window.openedOnce") is True
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", name="1 attempt")).to_be_visible()
    expect(page.locator("details.attempt")).to_have_count(1)
    expect(page.locator("details.attempt > summary")).to_contain_text("200")


def test_another_tenants_pages_do_not_exist(signed_in: SignedIn) -> None:
    tab = signed_in(STORE_OWNER)
    for path in ("/o/maple-and-pine/", "/o/maple-and-pine/s/pdx-1/hub/", "/o/harbor-street/s/den-04/hub/"):
        answer = tab.page.goto(tab.base + path)
        assert answer is not None
        assert answer.status == 404, path
        expect(tab.page.get_by_role("heading", level=1)).to_be_visible()
    _forget(tab, 404)


def test_an_unlicensed_stores_hub_leads_to_upgrade(signed_in: SignedIn) -> None:
    tab = signed_in("owner@cornerbooks.example")
    tab.go("/o/corner-books/s/sea-1/")
    tab.page.get_by_role("link", name="Integration Hub").first.click()
    tab.page.get_by_role("main").get_by_role("link", name="Upgrade").first.click()
    expect(tab.page).to_have_url(re.compile(r"/s/SEA-1/upgrade/$"))
    expect(tab.page.get_by_role("heading", level=1)).to_be_visible()


def test_a_switch_beyond_max_stores_slides_back(signed_in: SignedIn) -> None:
    tab = signed_in("admin@harborstreet.example")
    page = tab.page
    tab.go("/o/harbor-street/license/")
    expect(page.get_by_text("Max Stores: 8")).to_be_visible()
    one_more = page.get_by_role("switch", name=re.compile("Anchorage"))
    one_more.click()
    expect(one_more).not_to_be_checked()
    expect(page.get_by_text("All 8 licenses are used").first).to_be_visible()

    spare = page.get_by_role("switch", name=re.compile("Waikiki"))
    for off, on in ((spare, one_more), (one_more, spare)):
        off.click()
        on.click()
        expect(on).to_be_checked()
        page.get_by_role("button", name="Save").first.click()
        expect(page.locator("[data-notice]")).to_contain_text("License settings saved successfully")
        expect(on).to_be_checked()
        expect(off).not_to_be_checked()
