"""Taking in an order event: the event, its deliveries and its idempotency key in one transaction."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from backoffice.database.identifiers import uuid7
from backoffice.database.partitions import ensure_partitions
from backoffice.tenancy.models import Store
from backoffice.web.request_id import current_request_id
from integrations.models import ApiKey
from webhooks import outbox
from webhooks.canonical.order import Order
from webhooks.models import IdempotencyKey, OrderEvent

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


@transaction.atomic(savepoint=False)
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

    Joins the caller's transaction, which the caller must run again on TryAgainError (see `again`). Raises
    IdempotencyKeyReusedError for a known key with other content. No audit row is written: the event is its own record, and names its
    API key and request.
    """
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
        event.save(force_insert=True)
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


def occurred_at(event_type: str, order: Order, received: datetime) -> datetime:
    """When the event happened by the POS's clock; the time of arrival where that clock is ahead, ten years behind, or silent."""
    told: datetime | None = getattr(order, _MOMENT_OF.get(event_type, "updated_at")) or order.updated_at
    if told is None or not received - _OLDEST_BELIEVED < told <= received:
        return received
    return told


def _known_answer(store: Store, key: str, body_sha256: bytes) -> Answer | None:
    known = IdempotencyKey.objects.filter(store=store, key=key).values_list("body_sha256", "answer").first()
    if known is None:
        return None
    if bytes(known[0]) != body_sha256:
        raise IdempotencyKeyReusedError
    return Answer(known[1], replayed=True)


def _keep_answer(store: Store, key: str, body_sha256: bytes, content: dict[str, Any]) -> None:
    """Waits for a transaction that holds the same key: if that commits, ours gives way to it."""
    row = IdempotencyKey(store=store, key=key, body_sha256=body_sha256, answer=content)
    try:
        row.save(force_insert=True)
    except IntegrityError as error:
        if "webhooks_idempotency_once" in str(error):
            raise PostedMeanwhileError from error
        raise
