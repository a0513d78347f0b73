"""Examples of webhooks: valid orders that say what their event says, and a test event that is one of them."""

import json

import pytest

from tests.factories.licensing import LicensedStoreFactory
from webhooks.canonical.example_events import example_order
from webhooks.canonical.order import Order
from webhooks.event_types import EventType
from webhooks.example_bodies import example_body
from webhooks.sample_event import store_sample


@pytest.mark.parametrize(
    ("event", "status", "due"),
    [
        ("order.opened", "open", 1361),
        ("order.updated", "open", 1361),
        ("order.status_changed", "ready", 1361),
        ("order.closed", "closed", 0),
        ("order.voided", "voided", 1361),
        ("order.refunded", "closed", 0),
        ("webhook.test", "closed", 0),
    ],
)
def test_each_event_has_an_order_that_fits_it(event: str, status: str, due: int) -> None:
    body = example_body(EventType(event))
    order = body["data"]["order"]
    assert (body["type"], order["status"], order["totals"]["due"]) == (event, status, due)
    assert body["timestamp"] == order["updated_at"]
    assert set(order) == set(Order.model_fields)
    assert bool(order["refunds"]) == (event == "order.refunded")
    assert bool(order["voided_at"]) == (event == "order.voided")


def test_versions_rise_as_the_order_goes_on() -> None:
    told = [EventType.ORDER_OPENED, EventType.ORDER_UPDATED, EventType.ORDER_CLOSED, EventType.ORDER_REFUNDED]
    versions = [example_order(event)["version"] for event in told]
    assert versions == sorted(set(versions))


@pytest.mark.django_db
@pytest.mark.parametrize("currency", ["JPY", "XTS"])
def test_the_test_event_has_every_field_and_the_stores_currency(currency: str) -> None:
    store = LicensedStoreFactory.create(currency=currency)
    order = json.loads(store_sample(store).order_json)
    assert set(order) == set(Order.model_fields)
    assert order["currency"] == currency
    assert order["store"] == {"id": store.public_id, "code": store.code, "timezone": store.timezone}
