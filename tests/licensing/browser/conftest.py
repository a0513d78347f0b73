"""Enterprise admins at real browsers, in front of an organization with eight licenses and ten stores."""

from collections.abc import Iterator
from typing import Any, Protocol

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext
from pytest_django.live_server_helper import LiveServer

from backoffice.accounts.models import User
from backoffice.tenancy.models import Store
from licensing.assignments import assign
from licensing.models import License
from tests.factories.licensing import LicenseFactory, SubscriptionFactory
from tests.factories.tenancy import MemberFactory, OrganizationFactory, StoreFactory, StoreGroupFactory
from tests.tab import Tab, open_tab

TOWNS = ["Albany", "Boston", "Chicago", "Denver", "El Paso", "Fresno", "Garland", "Houston", "Irvine", "Juneau"]


class Shop:
    """Harbor Street with ten stores, the first six of them licensed."""

    def __init__(self) -> None:
        organization = OrganizationFactory.create(name="Harbor Street", slug="harbor-street")
        SubscriptionFactory.create(organization=organization)
        self.license: License = LicenseFactory.create(organization=organization, quantity=8)
        self.stores: list[Store] = [
            StoreFactory.create(
                organization=organization, name=f"Harbor Street {town}", code=f"{town[:3].upper().strip()}-{n:02}"
            )
            for n, town in enumerate(TOWNS, 1)
        ]
        assign(license=self.license, stores=self.stores[:6], by=None)
        group = StoreGroupFactory.create(organization=organization, name="West")
        group.stores.set([self.stores[5], self.stores[8]])
        self.organization = organization
        self.path = f"/o/{organization.slug}/license/"

    def assigned(self) -> list[str]:
        """The towns with a seat."""
        seats = self.license.assignments.select_related("store").order_by("store__name")
        return [seat.store.name.removeprefix("Harbor Street ") for seat in seats]


class Admins(Protocol):
    def __call__(self, *, theme: str = "light", **options: Any) -> Tab: ...


def tab_of(
    user: User, browser: Browser, base: str, *, theme: str = "light", **options: Any
) -> tuple[BrowserContext, Tab]:
    """A tab of somebody who has signed in."""
    client = Client()
    client.force_login(user)
    context = browser.new_context(**{"reduced_motion": "reduce", **options})
    context.add_cookies(
        [
            {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": base},
            {"name": "theme", "value": theme, "url": base},
        ]
    )
    return context, open_tab(context, base)


@pytest.fixture
def shop(transactional_db: None) -> Shop:
    return Shop()


@pytest.fixture
def admins(browser: Browser, live_server: LiveServer, shop: Shop) -> Iterator[Admins]:
    """Opens a tab for another enterprise admin each time; fails the test if a browser complained."""
    opened: list[tuple[BrowserContext, Tab]] = []

    def open_for_one(*, theme: str = "light", **options: Any) -> Tab:
        name = ["Ada Admin", "Bea Baker"][len(opened) % 2]
        member = MemberFactory.create(enterprise_admin=True, organization=shop.organization, user__name=name)
        opened.append(tab_of(member.user, browser, live_server.url, theme=theme, **options))
        return opened[-1][1]

    yield open_for_one
    complaints = [text for _, tab in opened for text in tab.complaints]
    for context, _ in opened:
        context.close()
    assert complaints == []
