"""Intuit as a whole: the server that people allow access at, and a company that takes the tokens which that server gave out."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from backoffice.tenancy.models import Store
from integrations.providers import quickbooks_online
from integrations.providers.quickbooks_online.books import BASES
from tests.factories.webhooks import OrderEventFactory
from tests.integrations.oauth.authorization_server import AuthorizationServer, authorization_server
from tests.integrations.providers.local_service import serving
from tests.integrations.providers.quickbooks_online.company import REALM, Company
from tests.integrations.providers.quickbooks_online.test_journal import order


@dataclass
class Intuit:
    server: AuthorizationServer
    company: Company


@contextmanager
def intuit(monkeypatch: pytest.MonkeyPatch) -> Iterator[Intuit]:
    """In the place of Intuit's own addresses until the end of the block."""
    with authorization_server() as server:
        server.realm = REALM
        company = Company(good=lambda: server.access_tokens)
        with serving(company) as books:
            monkeypatch.setattr(quickbooks_online, "AUTHORIZE_URL", f"{server.service.url}/authorize")
            monkeypatch.setattr(quickbooks_online, "TOKEN_URL", f"{server.service.url}/token")
            monkeypatch.setattr(quickbooks_online, "REVOKE_URL", f"{server.service.url}/revoke.json")
            monkeypatch.setitem(BASES, "sandbox", books.url)
            yield Intuit(server, company)


def yesterday(store: Store) -> str:
    return (datetime.now(UTC).astimezone(ZoneInfo(store.timezone)).date() - timedelta(days=1)).isoformat()


def sold(store: Store, order_id: str = "ord_1", version: int = 1, **parts: object) -> None:
    """A check of yesterday, as the store's till told of it: 12.50, tax 1.11, tip 2.00, paid by card."""
    facts = order(**{"id": order_id, "currency": store.currency, "business_date": yesterday(store), **parts})
    OrderEventFactory.create(store=store, order_id=order_id, order_version=version, order_json=json.dumps(facts))
