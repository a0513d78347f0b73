"""The event that Send test delivers: shaped like a real one, recognisable at a glance."""

from datetime import UTC, datetime

import orjson
from django.db import IntegrityError, transaction
from django.utils import timezone

from backoffice.database.partitions import ensure_partitions
from backoffice.tenancy.models import Store
from webhooks.canonical.example_events import example_order
from webhooks.canonical.order import Order
from webhooks.event_types import Channel, EventType
from webhooks.models import OrderEvent
from webhooks.store_references import store_reference


def store_sample(store: Store) -> OrderEvent:
    """Store a `webhook.test` event in the caller's transaction; no endpoint subscribes to it."""
    event = OrderEvent(
        store=store,
        type=EventType.WEBHOOK_TEST,
        order_id="order_test",
        order_version=1,
        order_number="TEST-1",
        channel=Channel.POS,
        occurred_at=timezone.now(),
        test=True,
        order_json=_sample_order(store),
    )
    try:
        with transaction.atomic():
            event.save(force_insert=True)
    except IntegrityError as error:
        if "no partition" not in str(error):
            raise
        ensure_partitions(datetime.now(UTC))
        event.save(force_insert=True)
    return event


def _sample_order(store: Store) -> str:
    """The documentation's example in the store's currency, with every field that a real order has."""
    order = Order.model_validate_json(orjson.dumps(example_order(EventType.WEBHOOK_TEST)))
    order.currency = store.currency
    order.store = store_reference(store)
    return order.model_dump_json()
