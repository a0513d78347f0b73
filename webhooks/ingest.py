"""Taking in an order event: the event, its deliveries and its idempotency key in one transaction."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from backoffice.database.identifiers import uuid7
from backoffice.database.partitions import ensure_partitions
from backoffice.tenancy.models import Store
from backoffice.web.request_id import current_request_id
from integrations.models import ApiKey
from webhooks import outbox
from webhooks.canonical.order import Order
from webhooks.models import OrderEvent

_NO_PARTITION = "23514"
_OLDEST_BELIEVED = timedelta(days=3650)
_MOMENT_OF = {"order.opened": "opened_at", "order.closed": "closed_at", "order.voided": "voided_at"}


class IdempotencyKeyReusedError(Exception):
    """The key came with other content before."""


class TryAgainError(Exception):
    """The transaction must be run again from its start; `prepare` what was missing first, outside of it."""

    def prepare(self) -> None:
        """Nothing to do."""


class PostedMeanwhileError(TryAgainError):
    """Another request committed the same idempotency key first: the next run finds its answer."""


class PartitionMissingError(TryAgainError):
    """The week's partition was not made ahead."""

    def prepare(self) -> None:
        ensure_partitions(timezone.now())


@dataclass(frozen=True, slots=True)
class Answer:
    """What the poster is told. `replayed`: the answer of an earlier post with the same idempotency key."""

    content: dict[str, Any]
    replayed: bool


def content_sha256(event_type: str, order_json: str) -> bytes:
    """What an idempotency key stands for: the event's type and canonical order, so white space and field order do not matter."""
    return hashlib.sha256(f"{event_type}\n{order_json}".encode()).digest()


def ingest(
    *,
    store: Store,
    api_key: ApiKey | None,
    type: str,  # noqa: A002  # the field's name in the API
    order: Order,
    order_json: str,
    idempotency_key: str = "",
    body_sha256: bytes = b"",
    test: bool = False,
) -> Answer:
    """Store one order event with a delivery for each endpoint that wants it; after this commits, the event is not lost.

    Stands in the caller's tenant transaction, which the caller must run again on TryAgainError. Raises
    IdempotencyKeyReusedError for a known key with other content. No audit row is written: the event is its own record, and names its
    API key and request.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An order event and its deliveries are stored in one transaction.")
    if idempotency_key and (known := _known_answer(store, idempotency_key, body_sha256)):
        return known
    event = OrderEvent(
        id=uuid7(),
        store=store,
        type=type,
        order_id=order.id,
        order_version=order.version,
        order_number=order.number or "",
        channel=order.channel,
        occurred_at=occurred_at(type, order, timezone.now()),
        test=test,
        order_json=order_json,
        api_key_id=api_key.pk if api_key else None,
        request_id=current_request_id(),
    )
    try:
        _insert(event)
        deliveries = outbox.add([event], store=store)
    except IntegrityError as error:
        if getattr(error.__cause__, "sqlstate", None) == _NO_PARTITION and "no partition" in str(error):
            raise PartitionMissingError from error
        raise
    content = {
        "event": {"id": event.public_id, "type": event.type, "order_id": event.order_id, "test": event.test},
        "deliveries": deliveries.get(event.pk, 0),
    }
    if idempotency_key:
        _keep_answer(store, idempotency_key, body_sha256, content)
    return Answer(content, replayed=False)


def _insert(event: OrderEvent) -> None:
    """One row, without building a query for it."""
    values: list[Any] = [getattr(event, name) for name in _ATTRIBUTES]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)


def occurred_at(event_type: str, order: Order, received: datetime) -> datetime:
    """When the event happened by the POS's clock; the time of arrival where that clock is ahead, ten years behind, or silent."""
    told: datetime | None = getattr(order, _MOMENT_OF.get(event_type, "updated_at")) or order.updated_at
    if told is None or not received - _OLDEST_BELIEVED < told <= received:
        return received
    return told


def _known_answer(store: Store, key: str, body_sha256: bytes) -> Answer | None:
    with connection.cursor() as cursor:
        cursor.execute(_FIND_KEY, [store.pk, key])
        known = cursor.fetchone()
    if known is None:
        return None
    if bytes(known[0]) != body_sha256:
        raise IdempotencyKeyReusedError
    return Answer(orjson.loads(known[1]), replayed=True)


def _keep_answer(store: Store, key: str, body_sha256: bytes, content: dict[str, Any]) -> None:
    """Waits for a transaction that holds the same key: if that commits, ours gives way to it."""
    values: list[Any] = [uuid7(), store.pk, key, body_sha256, orjson.dumps(content).decode(), timezone.now()]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_KEY, values)
        if cursor.rowcount == 0:
            raise PostedMeanwhileError


_ATTRIBUTES = [field.attname for field in OrderEvent._meta.concrete_fields]
_COLUMNS = ", ".join(str(field.column) for field in OrderEvent._meta.concrete_fields)
_INSERT = f"INSERT INTO webhooks_orderevent ({_COLUMNS}) VALUES ({', '.join(['%s'] * len(_ATTRIBUTES))})"  # noqa: S608
_FIND_KEY = "SELECT body_sha256, answer FROM webhooks_idempotencykey WHERE store_id = %s AND key = %s"
_KEEP_KEY = """
    INSERT INTO webhooks_idempotencykey (id, store_id, key, body_sha256, answer, created_at)
    VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (store_id, key) DO NOTHING
"""
