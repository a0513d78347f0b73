"""Every call, read from the document, by each scope, for two tenants with two stores each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils import timezone

from backoffice.database.identifiers import public_id, uuid7
from backoffice.tenancy.models import Store
from integrations.models.api_key import Scope
from tests.factories.integrations import ApiKeyFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import StoreFactory
from tests.webhooks.api.stores import Owned, fill
from tests.webhooks.keys import text_of
from tests.webhooks.orders import smallest_order
from webhooks.api import openapi
from webhooks.models import Delivery, Endpoint, OrderEvent

#: What each call needs. It is written by hand: a call that needs less than it did is a decision.
NEEDS: dict[str, Scope | None] = {
    "post_order": Scope.ORDERS_WRITE,
    "post_orders": Scope.ORDERS_WRITE,
    "get_order": Scope.ORDERS_READ,
    "list_events": Scope.ORDERS_READ,
    "get_event": Scope.ORDERS_READ,
    "get_store": None,
    "list_integrations": Scope.INTEGRATIONS_READ,
    "list_webhook_endpoints": Scope.WEBHOOKS_READ,
    "create_webhook_endpoint": Scope.WEBHOOKS_WRITE,
    "get_webhook_endpoint": Scope.WEBHOOKS_READ,
    "update_webhook_endpoint": Scope.WEBHOOKS_WRITE,
    "delete_webhook_endpoint": Scope.WEBHOOKS_WRITE,
    "test_webhook_endpoint": Scope.WEBHOOKS_WRITE,
    "recover_webhook_endpoint": Scope.WEBHOOKS_WRITE,
    "rotate_webhook_secret": Scope.WEBHOOKS_WRITE,
    "list_deliveries": Scope.WEBHOOKS_READ,
    "get_delivery": Scope.WEBHOOKS_READ,
    "resend_delivery": Scope.WEBHOOKS_WRITE,
}


NOBODYS = {
    "event_id": public_id("evt", uuid7()),
    "order_id": "nobodys",
    "endpoint_id": public_id("ep", uuid7()),
    "delivery_id": public_id("dlv", uuid7()),
}


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    method: str
    path: str

    @property
    def names_something(self) -> bool:
        return "{" in self.path


def _calls() -> Iterator[Call]:
    for path, methods in openapi.document(settings.PUBLIC_URL, "/api/v1/")["paths"].items():
        for method, call in methods.items():
            yield Call(call["operationId"], method, path)


CALLS = list(_calls())


def _body(name: str) -> Any:
    order = {"type": "order.closed", "order": smallest_order()}
    return {
        "post_order": order,
        "post_orders": {"events": [order]},
        "create_webhook_endpoint": {"url": "https://hooks.example.com/new", "event_types": ["order.closed"]},
        "update_webhook_endpoint": {"description": "Kitchen"},
        "recover_webhook_endpoint": {"since": (timezone.now() - timedelta(hours=1)).isoformat()},
        "rotate_webhook_secret": {},
    }.get(name)


def _send(client: Client, call: Call, things: Owned, key: str) -> Any:
    """What it changes is undone, so that the next call finds the same."""
    body = _body(call.name)
    data = {} if body is None else {"data": body, "content_type": "application/json"}
    with transaction.atomic():
        answer = getattr(client, call.method)(f"/api/v1{things.path(call.path)}", headers={"apikey": key}, **data)
        transaction.set_rollback(True)
    return answer


def _counts() -> tuple[int, ...]:
    return (OrderEvent.objects.count(), Endpoint.objects.count(), Delivery.objects.count())


@pytest.fixture
def store(db: None) -> Store:
    made: Store = LicensedStoreFactory.create()
    return made


def test_every_call_is_in_the_matrix() -> None:
    assert {call.name for call in CALLS} == set(NEEDS)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_only_its_scope_opens_a_call(client: Client, store: Store, call: Call) -> None:
    things, needed = fill(store), NEEDS[call.name]
    for scope in Scope:
        key = text_of(ApiKeyFactory.create(store=store, scopes=[scope.value]))
        answer = _send(client, call, things, key)
        if needed in (None, scope):
            assert answer.status_code < 300, (scope, answer.content)
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope"), scope
            assert f'scope="{needed}"' in answer["WWW-Authenticate"]


@pytest.mark.parametrize("call", [call for call in CALLS if call.names_something], ids=lambda call: call.name)
def test_what_is_anothers_is_not_there(client: Client, store: Store, call: Call) -> None:
    """Of another organization, and of another store of the same one: 404 in the same words as for what nobody has."""
    key = text_of(ApiKeyFactory.create(store=store))
    sibling = LicensedStoreFactory.create(organization=store.organization)
    fill(store)
    nobodys = Owned(NOBODYS, ())
    expected = _send(client, call, nobodys, key)
    assert (expected.status_code, expected.json()["code"]) == (404, "not_found")
    for other in (LicensedStoreFactory.create(), sibling):
        things = fill(other)
        before = _counts()
        answer = _send(client, call, things, key)
        assert (answer.status_code, answer.json()["detail"]) == (404, expected.json()["detail"])
        assert _counts() == before


@pytest.mark.parametrize(
    "call", [call for call in CALLS if call.method == "get" and not call.names_something], ids=lambda call: call.name
)
def test_lists_hold_the_stores_own_alone(client: Client, store: Store, call: Call) -> None:
    own = fill(store)
    sibling = fill(LicensedStoreFactory.create(organization=store.organization))
    stranger = fill(LicensedStoreFactory.create())
    text = _send(client, call, own, text_of(ApiKeyFactory.create(store=store))).content.decode()
    assert any(each in text for each in own.texts)
    for foreign in (*sibling.texts, *stranger.texts):
        assert foreign not in text


@pytest.mark.django_db
def test_without_a_license_every_call_is_refused(client: Client) -> None:
    store: Store = StoreFactory.create()
    things, key = fill(store), text_of(ApiKeyFactory.create(store=store))
    for call in CALLS:
        answer = _send(client, call, things, key)
        assert (answer.status_code, answer.json()["code"]) == (403, "license_required"), call.name
