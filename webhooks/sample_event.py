"""The event that Send test delivers: shaped like a real one, recognisable at a glance."""

from datetime import UTC, datetime

import orjson
from django.db import IntegrityError, transaction
from django.utils import timezone

from backoffice.database.partitions import ensure_partitions
from backoffice.tenancy.models import Store
from webhooks.event_types import Channel, EventType
from webhooks.models import OrderEvent


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
        order_json=orjson.dumps(_sample_order(store.currency)).decode(),
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


def _sample_order(currency: str) -> dict[str, object]:
    return {
        "id": "order_test",
        "version": 1,
        "number": "TEST-1",
        "channel": "pos",
        "status": "closed",
        "currency": currency,
        "line_items": [{"id": "line_1", "name": "Test item", "quantity": "1", "unit_price": 1000, "total": 1000}],
        "totals": {"total": 1000},
    }
