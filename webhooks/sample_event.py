"""The event that Send test delivers: shaped like a real one, recognisable at a glance."""

from datetime import UTC, datetime

import orjson
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.database.partitions import ensure_partitions
from backoffice.tenancy.models import Store
from licensing.entitlements import stores_with_hub
from webhooks.canonical.example_events import example_order
from webhooks.canonical.order import Order
from webhooks.event_types import Channel, EventType
from webhooks.models import Endpoint, OrderEvent
from webhooks.store_references import store_reference


class NoStoreError(Exception):
    """No store that the endpoint is for has a license, so nothing can be sent to it."""

    def __init__(self) -> None:
        super().__init__(_("None of its stores has the Integration Hub at the moment, so there is nothing to send."))


def test_store(endpoint: Endpoint) -> Store | None:
    """Whose order a test is; of an organization's endpoint, the first store with a license that it is for."""
    return endpoint.store or stores_with_hub(endpoint.stores()).order_by("name", "pk").first()


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
