"""A provider whose account is connected by OAuth, and an integration of it, for tests of several parts."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from backoffice.tenancy.models import Store
from integrations.actions import save_settings
from integrations.catalog import all_providers
from integrations.contract import Category, OAuth, Provider, Setting, SettingType, Terms, Values
from integrations.models import Integration
from tests.factories.integrations import IntegrationFactory
from tests.integrations.oauth.authorization_server import (
    CLIENT_ID,
    CLIENT_SECRET,
    AuthorizationServer,
    authorization_server,
)


class Ledger(Provider):
    """What matters of a provider with an account."""

    slug = "ledger"
    name = "Ledger"
    tagline = "Books for tests."
    category = Category.ACCOUNTING
    description = guide = "Keeps books."
    terms = Terms("1", "Be kind.")
    data_sent = ("Sums",)
    settings = (
        Setting("address", SettingType.TEXT, "Address"),
        Setting("client_id", SettingType.TEXT, "Client ID"),
        Setting("client_secret", SettingType.SECRET, "Client secret"),
        Setting("company", SettingType.OAUTH, "Company"),
        Setting("book", SettingType.TEXT, "Book"),
    )

    #: Whether the service has an address to end an access at.
    revokes = True

    def oauth(self, values: Values) -> OAuth | None:
        if not values.get("client_id") or not values.get("client_secret"):
            return None
        address = str(values["address"])
        return OAuth(
            authorize_url=f"{address}/authorize?tenant=1",
            token_url=f"{address}/token",
            client_id=str(values["client_id"]),
            client_secret=str(values["client_secret"]),
            scopes=("books.read", "books.write"),
            keep=("realmId",),
            extra=(("access_type", "offline"),),
            revoke_url=f"{address}/revoke" if self.revokes else "",
        )


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Ledger:
    provider = Ledger()
    monkeypatch.setitem(all_providers(), "ledger", provider)
    settings.OUTBOUND_OPEN_NETWORKS = ["127.0.0.0/8"]
    return provider


@pytest.fixture
def server() -> Iterator[AuthorizationServer]:
    with authorization_server() as running:
        yield running


@pytest.fixture
def books(ledger: Ledger, server: AuthorizationServer, store: Store) -> Integration:
    """An integration that is set up but for its account."""
    made = IntegrationFactory.create(store=store, provider_slug=ledger.slug)
    values = {"address": server.service.url, "client_id": CLIENT_ID, "book": "Main"}
    return save_settings(integration=made, values=values, secrets={"client_secret": CLIENT_SECRET}, version=0, by=None)


@pytest.fixture
def leave(address: Callable[..., str], books: Integration) -> Callable[..., str]:
    """Press Connect: the address at the service that the page leads to."""

    def press(browser: Client, **posted: Any) -> str:
        answer = browser.post(address("oauth_connect", integration=books.public_id), posted)
        assert answer.status_code == 200, answer.status_code
        found: str = answer.context["address"]
        return found

    return press


__all__ = ["books", "leave", "ledger", "server"]
