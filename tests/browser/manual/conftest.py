"""One organization that has bought nothing yet, its enterprise admin at a browser, and a picture for each sentence of the manual."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from backoffice.tenancy.models import Store
from tests.factories.licensing import hub_on_sale
from tests.factories.tenancy import MemberFactory, OrganizationFactory, StoreFactory
from tests.licensing.browser.conftest import tab_of
from tests.tab import Tab, objections

PICTURES = Path("var/manual")
Picture = Callable[[str], None]


class Customer:
    """Lake Bakery with three stores, on Starter; its enterprise admin opens tabs with `at`."""

    def __init__(self, browser: Browser, base: str) -> None:
        hub_on_sale()
        self.organization = OrganizationFactory.create(name="Lake Bakery", slug="lake-bakery")
        self.stores: list[Store] = [
            StoreFactory.create(organization=self.organization, name=f"Lake Bakery {town}", code=town[:3].upper())
            for town in ("Dock", "Mill", "Park")
        ]
        self.admin = MemberFactory.create(
            enterprise_admin=True, organization=self.organization, user__name="Ada Admin"
        ).user
        self.opened: list[tuple[BrowserContext, Tab]] = []
        self._browser, self._base = browser, base

    def at(self, path: str, **options: Any) -> Tab:
        """A tab of the admin's, on this page of the organization."""
        context, tab = tab_of(self.admin, self._browser, self._base, **options)
        self.opened.append((context, tab))
        tab.go(f"/o/{self.organization.slug}/{path}")
        return tab

    def assigned(self) -> list[str]:
        """The stores with a seat."""
        seats = self.organization.licenses.get().assignments.order_by("store__name")
        return [name.removeprefix("Lake Bakery ") for name in seats.values_list("store__name", flat=True)]


@pytest.fixture
def customer(transactional_db: None, browser: Browser, live_server: LiveServer) -> Iterator[Customer]:
    """Fails the test if a browser complained."""
    made = Customer(browser, live_server.url)
    yield made
    complaints = [text for _, tab in made.opened for text in tab.complaints]
    for context, _ in made.opened:
        context.close()
    assert complaints == []


@pytest.fixture
def picture(customer: Customer) -> Picture:
    """Keeps what the newest tab shows as a file named by the sentence; nothing on it may be inaccessible or stick out.

    The text cursor stays: to hide it Playwright would add a style of its own, which the pages' policy refuses.
    """

    def keep(sentence: str) -> None:
        tab = customer.opened[-1][1]
        PICTURES.mkdir(parents=True, exist_ok=True)
        tab.page.screenshot(path=PICTURES / f"{sentence}.png", full_page=True, caret="initial")
        size = tab.page.viewport_size
        assert size
        if tab.page.evaluate("typeof window.htmx") == "object":
            assert objections(tab, width=size["width"]) == []

    return keep


def tab_to(page: Page, accessible_name: str, *, limit: int = 80) -> None:
    """Press Tab until the focus is on what a screen reader calls by this name."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        named = page.evaluate(
            """() => {
                const at = document.activeElement;
                const label = at.labels?.[0]?.innerText ?? at.getAttribute("aria-label") ?? at.innerText ?? "";
                return label.trim().replace(/\\s+/g, " ");
            }"""
        )
        if named == accessible_name:
            return
    pytest.fail(f"{accessible_name} is not reached by Tab")
