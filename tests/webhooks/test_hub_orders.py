"""Orders of shops become order events like any other, once for each state; stored events are read back for providers."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from integrations.contract import ItemOutcome, OrderState, PulledLine, PulledOrder
from integrations.models import Integration, SeenOrder
from integrations.runs.received import take_in
from tests.factories.integrations import IntegrationFactory
from tests.factories.webhooks import EndpointFactory, OrderEventFactory
from webhooks.hub_orders import HubOrders
from webhooks.models import Delivery, OrderEvent

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
ORDER = PulledOrder(
    id="17",
    number="W-17",
    currency="USD",
    state=OrderState.OPEN,
    placed_at=NOW,
    updated_at=NOW,
    total=Decimal("12.50"),
    lines=(PulledLine("1", "Soup", Decimal(1), Decimal("12.50")),),
)


@pytest.fixture
def integration() -> Integration:
    return IntegrationFactory.create(store__timezone="America/New_York")


def test_each_state_of_an_order_makes_its_events_once_and_reaches_the_order_webhooks(integration: Integration) -> None:
    EndpointFactory.create(store=integration.store)
    closed = replace(ORDER, state=OrderState.CLOSED, updated_at=NOW + timedelta(minutes=1))
    outcomes = [take_in(integration, order) for order in (ORDER, ORDER, closed, ORDER, closed)]
    assert outcomes == [
        ItemOutcome.CREATED,
        ItemOutcome.SKIPPED,
        ItemOutcome.UPDATED,
        ItemOutcome.SKIPPED,
        ItemOutcome.SKIPPED,
    ]
    events = list(OrderEvent.objects.order_by("pk").values_list("type", "channel", "order_number"))
    assert events == [("order.opened", "online", "W-17"), ("order.closed", "online", "W-17")]
    assert Delivery.objects.count() == len(events)


def test_an_order_that_cannot_be_stored_leaves_no_trace_of_being_seen(integration: Integration) -> None:
    from django.db import transaction

    with pytest.raises(ValueError), transaction.atomic():
        take_in(integration, replace(ORDER, currency="NOPE"))
    assert not SeenOrder.objects.exists()
    assert not OrderEvent.objects.exists()


def test_reads_events_after_a_cursor_by_type_and_channel(integration: Integration) -> None:
    take_in(integration, replace(ORDER, state=OrderState.CLOSED))
    take_in(IntegrationFactory.create(), ORDER)
    read = HubOrders().events
    first, second = read(integration.store, ["order.opened", "order.closed"], [], after="", most=10)
    assert (first.event_type, second.event_type) == ("order.opened", "order.closed")
    assert second.order["external_id"] == "17"
    assert [
        o.event_id for o in read(integration.store, ["order.closed"], ["online"], after=first.event_id, most=10)
    ] == [second.event_id]
    assert not list(read(integration.store, ["order.closed"], ["pos"], after="", most=10))
    assert not list(read(integration.store, ["order.closed"], [], after=second.event_id, most=10))


def test_the_orders_of_a_business_date_each_in_its_latest_state(integration: Integration) -> None:
    take_in(integration, ORDER)
    take_in(integration, replace(ORDER, state=OrderState.CLOSED, updated_at=NOW + timedelta(minutes=1)))
    take_in(integration, replace(ORDER, id="18", number="W-18"))
    day = date.fromisoformat(
        str(next(HubOrders().events(integration.store, ["order.opened"], [], after="", most=1)).order["business_date"])
    )
    found = list(HubOrders().orders_of(integration.store, day))
    assert [(order.order["number"], order.order["status"]) for order in found] == [("W-17", "closed"), ("W-18", "open")]
    assert not list(HubOrders().orders_of(integration.store, day + timedelta(days=1)))


def test_recent_orders_are_the_latest_state_of_each_newest_first(integration: Integration) -> None:
    store = integration.store
    for order_id, version, fields in (
        ("a", 1, {"type": "order.opened"}),
        ("b", 2, {"type": "order.opened"}),
        ("a", 2, {"type": "order.closed"}),
        ("b", 1, {"type": "order.closed"}),
        ("c", 1, {"type": "order.voided"}),
        ("d", 1, {"type": "order.opened", "test": True}),
    ):
        OrderEventFactory.create(store=store, order_id=order_id, order_version=version, **fields)
    OrderEventFactory.create(order_id="foreign", type="order.opened")
    recent = [(order.event_type, order.order["id"]) for order in HubOrders().recent(store, most=50)]
    assert recent == [("order.voided", "c"), ("order.opened", "b"), ("order.closed", "a")]
    assert len(list(HubOrders().recent(store, most=3))) == 2
