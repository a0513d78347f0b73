"""QuickBooks Online as a person connects, maps and posts it, in a browser, against the tests' own Intuit."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from integrations.models import OAuthGrant, Run
from integrations.oauth.revocations import ask_due
from integrations.runs.execute import execute
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import make_personas
from tests.integrations.oauth.authorization_server import CLIENT_ID, CLIENT_SECRET
from tests.integrations.providers.quickbooks_online.intuit import Intuit, intuit, sold
from tests.tab import Tab, objections, open_tab

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LINES = {
    "Sales": "0001", "Discounts": "0002", "Service charges": "0003", "Tips payable": "0004", "Taxes payable": "0005", "Refunds": "0006",
    "Cash": "0007", "Card": "0008", "Gift card": "0009", "House account": "0010", "External": "0011", "Other": "0011",
}  # fmt: skip


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch, settings: Any, live_server: LiveServer) -> Iterator[Intuit]:
    settings.OUTBOUND_OPEN_NETWORKS = ["127.0.0.0/8"]
    settings.PUBLIC_URL = live_server.url
    with intuit(monkeypatch) as running:
        yield running


@pytest.fixture
def tab(browser: Browser, live_server: LiveServer) -> Iterator[Tab]:
    context = browser.new_context()
    opened = open_tab(context, live_server.url)
    yield opened
    context.close()
    assert opened.complaints == []


def looked_at(tab: Tab, where: str) -> list[str]:
    """What is wrong with the page as it is: wide and light, narrow and dark."""
    found = []
    for width, theme in ((360, "dark"), (1280, "light")):
        tab.page.set_viewport_size({"width": width, "height": 900})
        tab.page.context.add_cookies([{"name": "theme", "value": theme, "url": tab.base}])
        tab.page.reload()
        found += [f"{where}, {theme} {width}: {each}" for each in objections(tab, width=width)]
    return found


def card(page: Page) -> Locator:
    return page.locator("section.card").filter(has=page.get_by_role("heading", name="Export a day", exact=True))


def run_now(page: Page, *, day: str = "") -> None:
    """Press Run now, answer the question, and have a worker do it."""
    card(page).get_by_role("link", name="Run now").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("posted to your company's books")
    if day:
        dialog.get_by_label("Business day").fill(day)
    dialog.get_by_role("button", name="Run now").click()
    page.wait_for_url("**/hub/runs/run_*/")
    execute(Run.objects.latest("pk").pk)
    page.reload()


def allow(page: Page) -> None:
    """Leave for Intuit by the page that names it, allow, and come back."""
    page.get_by_role("link", name="Continue to QuickBooks Online").click()
    page.get_by_role("link", name="Allow").click()
    expect(page.get_by_text("The account of QuickBooks Online is connected.")).to_be_visible()


def test_connected_mapped_posted_revoked_and_connected_again(tab: Tab, there: Intuit) -> None:
    page, problems = tab.page, []
    store = LicensedStoreFactory.create(timezone="America/New_York", currency="USD")
    people = make_personas(store)
    sold(store)
    client = Client()
    client.force_login(people.owner)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": tab.base}])
    hub = f"/o/{store.organization.slug}/s/{store.code}/hub/"

    tab.go(f"{hub}catalog/quickbooks-online/add/")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("link", name="Configure QuickBooks Online").click()
    configure = page.url
    page.get_by_label("Environment").select_option(label="Sandbox")
    page.get_by_label("Client ID").fill(CLIENT_ID)
    page.get_by_label("Client secret").fill(CLIENT_SECRET)
    page.get_by_role("button", name="Save and connect").click()
    expect(page.get_by_role("heading", name="Continue at 127.0.0.1")).to_be_visible()
    page.get_by_role("link", name="Continue to QuickBooks Online").click()
    page.get_by_role("link", name="Decline").click()
    expect(page.get_by_text("Access was declined at the service.")).to_be_visible()
    page.get_by_role("button", name="Save and connect").click()
    allow(page)

    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("Connected to the books of Larry's Bakery.")).to_be_visible()
    page.get_by_role("button", name="Load choices").click()
    expect(page.get_by_text("12 choices were loaded.")).to_be_visible()
    for line, account in LINES.items():
        if line != "Card":
            page.get_by_label(line, exact=True).select_option(label=f"Account {account} (Income)")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("Still to be filled in: Card.").first).to_be_visible()
    assert "422" in tab.complaints.pop()
    page.get_by_label("Card", exact=True).select_option(label=f"Account {LINES['Card']} (Income)")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_role("link", name="Configure QuickBooks Online")).to_be_visible()
    page.goto(configure)
    problems += looked_at(tab, "settings, connected")

    page.goto(f"{configure}?tab=action")
    run_now(page)
    expect(page.get_by_text("Succeeded").first).to_be_visible()
    (entry,) = there.company.entries.values()
    assert str(entry["DocNumber"]).startswith(store.code)
    page.goto(f"{configure}?tab=action")
    run_now(page)
    page.goto(f"{page.url}?show=all")
    expect(page.get_by_text("The entry is up to date.")).to_be_visible()
    assert (len(there.company.entries), there.company.posts) == (1, 1)

    there.server.revoke()
    OAuthGrant.objects.update(expires_at=timezone.now())
    page.goto(f"{configure}?tab=action")
    run_now(page)
    expect(page.get_by_text("was revoked at the service, or has ended there.").first).to_be_visible()
    page.goto(configure)
    expect(page.get_by_text("Connection lost")).to_be_visible()
    problems += looked_at(tab, "settings, connection lost")
    page.get_by_role("button", name="Save and reconnect").click()
    allow(page)
    expect(page.get_by_text("Connection lost")).to_have_count(0)
    page.goto(f"{configure}?tab=action")
    run_now(page)
    expect(page.get_by_text("Succeeded").first).to_be_visible()

    tab.go(f"{hub}integrations/")
    page.get_by_role("link", name="Delete QuickBooks Online").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    tab.go(f"{hub}integrations/?show=deactivated")
    problems += looked_at(tab, "deactivated, connected")
    page.get_by_role("link", name="Disconnect the account of QuickBooks Online").click()
    expect(page.get_by_role("heading", name="Disconnect the account of QuickBooks Online?")).to_be_visible()
    problems += looked_at(tab, "disconnect")
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("link", name="Activate QuickBooks Online").click()
    page.get_by_role("dialog").get_by_role("button", name="Yes, Activate").click()
    page.goto(configure)
    assert there.server.refresh_tokens, "Delete keeps the account"
    page.get_by_role("link", name="Disconnect QuickBooks company").click()
    page.get_by_role("button", name="Disconnect", exact=True).click()
    expect(page.get_by_text("The account of QuickBooks Online was disconnected.")).to_be_visible()
    expect(page.get_by_text("Not connected yet")).to_be_visible()
    ask_due(timezone.now())
    assert there.server.refresh_tokens == set()
    assert problems == []
