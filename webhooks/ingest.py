"""Taking in order events: each with its deliveries and its idempotency key, in one statement that is one transaction."""

import hashlib
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from backoffice.database.identifiers import public_id, uuid7
from backoffice.database.partitions import ensure_partitions
from backoffice.database.statements import run
from backoffice.tenancy.models import Store
from backoffice.tenancy.transactions import tenant_transaction
from backoffice.web.request_id import current_request_id
from integrations.models import ApiKey
from webhooks.canonical.order import Order
from webhooks.outbox import announce, reasons

#: How often a statement that met a concurrent post of the same key, or a week without partition, is run at most.
_RUNS = 3
_OLDEST_BELIEVED = timedelta(days=3650)
_MOMENT_OF = {"order.opened": "opened_at", "order.closed": "closed_at", "order.voided": "voided_at"}

_INGEST = """
SELECT event_id, deliveries, due_lanes, known_sha256, known_answer
FROM webhooks_ingest(%(organization)s, %(store)s, %(posts)s::text::json, %(orders)b::text[], %(reasons)s::text::json)
"""

_FREE_KEYS = """
DELETE FROM webhooks_idempotencykey
WHERE store_id = %(store)s AND key = ANY(%(keys)s::text[]) AND answer::json #>> '{event,test}' = 'true'
"""


class IdempotencyKeyReusedError(Exception):
    """The key came with other content before."""


#: An answer, and the hash of the content that its key is known for, or None where it is new.
_Stored = tuple[dict[str, Any], str | None]


@dataclass(frozen=True, slots=True)
class Post:
    """One order event as it was posted; `order_json` is its order's canonical form."""

    type: str
    order: Order
    order_json: str
    idempotency_key: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the poster is told. `replayed`: the answer of an earlier post with the same idempotency key."""

    content: dict[str, Any]
    replayed: bool


def ingest(*, store: Store, api_key: ApiKey | None, post: Post, test: bool = False) -> Answer:
    """Store one order event. Raises IdempotencyKeyReusedError for a known key with other content; else as `ingest_all`."""
    (outcome,) = ingest_all(store=store, api_key=api_key, posts=[post], test=test)
    if isinstance(outcome, IdempotencyKeyReusedError):
        raise outcome
    return outcome


def ingest_all(
    *, store: Store, api_key: ApiKey | None, posts: Sequence[Post], test: bool = False
) -> list[Answer | IdempotencyKeyReusedError]:
    """Store order events, each with a delivery for each endpoint that wants it; when this returns, they are not lost.

    One outcome a post, in their order: a reused key spoils no other post. The number of statements does not depend on the
    number of posts. It names the tenant itself, and is a transaction of its own unless it stands in one. No audit row is
    written: an event is its own record, and names its API key and request.
    """
    rows = [_row(post, api_key=api_key, test=test) for post in posts]
    hashes = [row["sha256"] for row in rows]
    firsts = _first_of_each_key(rows)
    chosen = [(rows[index], posts[index].order_json) for index in firsts.values()]
    stored = _store(chosen, store)
    if not test and (used := [each for each in chosen if _is_of_a_test(stored[each[0]["id"]])]):
        stored |= _store_under_freed_keys(used, store)
    outcomes: list[Answer | IdempotencyKeyReusedError] = []
    for index, row in enumerate(rows):
        first = firsts[row["key"] or index]
        content, known = stored[rows[first]["id"]]
        if row["key"] and hashes[index] != (known or hashes[first]):
            outcomes.append(IdempotencyKeyReusedError())
        else:
            outcomes.append(Answer(content, replayed=known is not None or first != index))
    return outcomes


def _row(post: Post, *, api_key: ApiKey | None, test: bool) -> dict[str, Any]:
    """What the database is told of a post beside its order: a `webhooks_post`."""
    event_id, order = uuid7(), post.order
    return {
        "id": event_id,
        "type": post.type,
        "order_id": order.id,
        "version": order.version,
        "number": order.number or "",
        "channel": order.channel,
        "occurred_at": occurred_at(post.type, order, timezone.now()),
        "test": test,
        "api_key": api_key.pk if api_key else None,
        "request_id": current_request_id(),
        "key": _kept_key(post.idempotency_key, test=test),
        "sha256": rf"\x{content_sha256(post.type, post.order_json).hex()}" if post.idempotency_key else None,
        "answer": {"id": public_id("evt", event_id), "type": post.type, "order_id": order.id, "test": test},
    }


def _kept_key(key: str, *, test: bool) -> str:
    """A test order never answers for a real one: clients that derive keys from orders use the same for both.

    What clients send is ASCII, so no key of theirs looks like this; and it is as long for the longest.
    """
    return f"test→{hashlib.sha256(key.encode()).hexdigest()}" if key and test else key


def _first_of_each_key(rows: Sequence[dict[str, Any]]) -> dict[str | int, int]:
    """The index of the post that each key stands for; a post without a key stands for itself."""
    firsts: dict[str | int, int] = {}
    for index, row in enumerate(rows):
        firsts.setdefault(row["key"] or index, index)
    return firsts


def _is_of_a_test(stored: _Stored) -> bool:
    content, known = stored
    return known is not None and bool(content["event"]["test"])


def _store_under_freed_keys(chosen: Sequence[tuple[dict[str, Any], str]], store: Store) -> dict[UUID, _Stored]:
    """As `_store`. Before the two were kept apart, a test order used up its key for real ones too; for 30 days such a key is known."""
    with tenant_transaction(store.organization_id):
        run(_FREE_KEYS, {"store": store.pk, "keys": [row["key"] for row, _order_json in chosen]})
        return _store(chosen, store)


def _store(chosen: Sequence[tuple[dict[str, Any], str]], store: Store) -> dict[UUID, _Stored]:
    """Rows, each with its order's JSON, are stored or known; by the row's id."""
    rows = [row for row, _order_json in chosen]
    answers = {row["id"]: row["answer"] for row in rows}
    found = _run(
        {
            "organization": store.organization_id,
            "store": store.pk,
            "posts": orjson.dumps(rows).decode(),
            "orders": [order_json for _row, order_json in chosen],
            "reasons": reasons(),
        }
    )
    outcomes: dict[UUID, _Stored] = {}
    due: set[int] = set()
    for event_id, deliveries, due_lanes, known_sha256, known_answer in found:
        if known_answer is None:
            outcomes[event_id] = ({"event": answers[event_id], "deliveries": deliveries}, None)
            due.update(due_lanes or ())
        else:
            outcomes[event_id] = (orjson.loads(known_answer), rf"\x{known_sha256.hex()}")
    announce(due)
    return outcomes


def _run(parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    runs = 0
    while True:
        runs += 1
        try:
            # In a transaction, what fails must not spoil what came before.
            with transaction.atomic() if connection.in_atomic_block else nullcontext():
                return run(_INGEST, parameters)
        except IntegrityError as error:
            if runs == _RUNS or not _may_work_now(error):
                raise


def _may_work_now(error: IntegrityError) -> bool:
    """Whether it failed for another request's post of the same key, or for a week's partition, which is made here."""
    if "webhooks_idempotency_once" in str(error):
        return True
    if "no partition" in str(error):
        ensure_partitions(timezone.now())
        return True
    return False


def content_sha256(event_type: str, order_json: str) -> bytes:
    """What an idempotency key stands for: the event's type and canonical order, so white space and field order do not matter."""
    return hashlib.sha256(f"{event_type}\n{order_json}".encode()).digest()


def occurred_at(event_type: str, order: Order, received: datetime) -> datetime:
    """When the event happened by the POS's clock; the time of arrival where that clock is ahead, ten years behind, or silent."""
    told: datetime | None = getattr(order, _MOMENT_OF.get(event_type, "updated_at")) or order.updated_at
    if told is None or not received - _OLDEST_BELIEVED < told <= received:
        return received
    return told
