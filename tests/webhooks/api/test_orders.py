"""`POST orders`: what is stored, and what is answered."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backoffice.database.identifiers import parse_public_id
from backoffice.tenancy.models import AuditEntry
from integrations.models import ApiKey
from tests.factories.integrations import ApiKeyFactory
from tests.factories.webhooks import EndpointFactory
from tests.webhooks.keys import text_of
from tests.webhooks.orders import line, smallest_order
from tests.webhooks.owners import store_of
from webhooks.canonical.example import CLOSED_ORDER
from webhooks.models import Delivery, IdempotencyKey, OrderEvent


def test_an_order_is_stored_with_its_deliveries(post: Callable[..., Any], key: ApiKey) -> None:
    wanted = EndpointFactory.create(store=key.store, event_types=["order.closed"])
    EndpointFactory.create(store=key.store, event_types=["order.opened"])
    EndpointFactory.create()
    entries = AuditEntry.objects.count()
    response = post(CLOSED_ORDER)
    event = OrderEvent.objects.get()
    assert response.status_code == 202
    assert response.headers["Content-Type"] == "application/json"
    assert response.json() == {
        "event": {"id": event.public_id, "type": "order.closed", "order_id": "ord_9f3a2c", "test": False},
        "deliveries": 1,
    }
    assert parse_public_id("evt", response.json()["event"]["id"]) == event.pk
    assert (event.store_id, event.type, event.order_id, event.order_version, event.order_number, event.channel) == (
        key.store_id,
        "order.closed",
        "ord_9f3a2c",
        7,
        "1042",
        "pos",
    )
    assert event.occurred_at == datetime(2025, 3, 4, 18, 22, 5, tzinfo=UTC)
    assert event.api_key_id == key.pk
    assert event.request_id == response.headers["X-Request-ID"]
    delivery = Delivery.objects.get()
    assert (delivery.endpoint_id, delivery.event_id, delivery.state) == (wanted.pk, event.pk, "due")
    assert not IdempotencyKey.objects.exists()
    assert AuditEntry.objects.count() == entries


def test_the_stored_order_is_canonical(post: Callable[..., Any], key: ApiKey) -> None:
    """Every field, in the schema's order, compact, times in UTC, text as it is, and the store filled in."""
    order = smallest_order(line_items=[line(note="Ohne Käse 🧀")], opened_at="2025-03-04T12:40:00.5-05:00")
    assert post(order).status_code == 202
    stored = OrderEvent.objects.get().order_json
    assert stored == json.dumps(json.loads(stored), separators=(",", ":"), ensure_ascii=False)
    parsed = json.loads(stored)
    assert list(parsed)[:6] == ["id", "version", "number", "external_id", "external_source", "store"]
    assert parsed["store"] == {
        "id": store_of(key).public_id,
        "code": store_of(key).code,
        "timezone": "America/New_York",
    }
    assert parsed["opened_at"] == "2025-03-04T17:40:00.500000Z"
    assert (parsed["closed_at"], parsed["payments"], parsed["metadata"]) == (None, [], {})
    assert parsed["line_items"] == [
        {
            "id": "li_1",
            "item_id": None,
            "sku": None,
            "name": "Burger",
            "category": None,
            "quantity": "1",
            "unit_price": 1250,
            "gross": None,
            "discount_total": None,
            "tax_total": None,
            "total": None,
            "note": "Ohne Käse 🧀",
            "voided": False,
            "modifiers": [],
            "applied_taxes": [],
            "applied_discounts": [],
        }
    ]


def test_a_test_key_posts_test_orders(client: Client, db: None) -> None:
    key = ApiKeyFactory.create(test=True)
    EndpointFactory.create(store=key.store)
    EndpointFactory.create(store=key.store, accepts_test_events=True)
    response = client.post(
        "/api/v1/orders",
        {"type": "order.opened", "order": smallest_order()},
        content_type="application/json",
        headers={"apikey": text_of(key)},
    )
    assert (response.status_code, response.json()["deliveries"]) == (202, 1)
    assert response.json()["event"]["test"] is True
    assert OrderEvent.objects.get().test is True
    assert Delivery.objects.get().test is True


@pytest.mark.parametrize("case", [str, str.lower, str.upper])
def test_the_own_store_may_be_named(post: Callable[..., Any], key: ApiKey, case: Callable[[str], str]) -> None:
    named = {"id": store_of(key).public_id, "code": case(store_of(key).code), "timezone": "Europe/Berlin"}
    assert post(smallest_order(store=named)).status_code == 202
    assert json.loads(OrderEvent.objects.get().order_json)["store"]["timezone"] == "America/New_York"


def test_another_store_is_refused(post: Callable[..., Any]) -> None:
    other = store_of(ApiKeyFactory.create())
    response = post(smallest_order(store={"id": other.public_id, "code": other.code}))
    assert (response.status_code, response.json()["code"]) == (422, "wrong_store")
    detail = "This is not the store that the API key belongs to."
    assert response.json()["errors"] == [
        {"pointer": "/order/store/id", "detail": detail},
        {"pointer": "/order/store/code", "detail": detail},
    ]
    assert not OrderEvent.objects.exists()


def test_the_test_event_cannot_be_posted(post: Callable[..., Any]) -> None:
    body = json.dumps({"type": "webhook.test", "order": smallest_order()}).encode()
    response = post(body=body)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == ["/type"]


def test_queries_do_not_depend_on_the_order(post: Callable[..., Any], key: ApiKey) -> None:
    EndpointFactory.create(store=key.store)
    post()

    def queries(order: dict[str, Any], **headers: str) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            assert post(order, **headers).status_code == 202
        return [query["sql"] for query in captured.captured_queries]

    small = queries(smallest_order())
    large = queries(smallest_order(line_items=[line(id=f"li_{number}") for number in range(500)]))
    assert len(small) == len(large)
    # The key with its store and license; the order with its deliveries, in the savepoint that a test's transaction needs.
    assert len(small) == 4, small
    assert len(queries(smallest_order(), idempotency_key="one")) == len(small)


def test_rate_limit_headers(post: Callable[..., Any]) -> None:
    headers = post().headers
    assert headers["RateLimit-Policy"] == '"key";q=6000;w=60'
    assert headers["RateLimit"].startswith('"key";r=5999;t=')
