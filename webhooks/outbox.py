"""The outbox: the deliveries of an order event, stored in the transaction that stores the event."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import orjson
from django.db import IntegrityError, connection, transaction

from backoffice.database.identifiers import uuid7
from backoffice.database.partitions import ensure_partitions
from backoffice.tenancy.models import Store
from webhooks.lanes import mark_due
from webhooks.models import Delivery, Endpoint, OrderEvent
from webhooks.park_reasons import DISABLED, PAUSED, reason_in_words
from webhooks.wake import wake

# By hand: every order event asks it, and building a queryset would cost more than the answer.
_ROUTES = """
SELECT e.id, l.id, e.state, e.event_types, e.channels, e.accepts_test_events
FROM webhooks_endpoint e
JOIN webhooks_lane l ON l.endpoint_id = e.id AND l.shard = 0
LEFT JOIN integrations_integration i ON i.id = e.integration_id
WHERE e.store_id = %s AND e.deleted_at IS NULL AND i.deactivated_at IS NULL
"""
_INSERT = """
INSERT INTO webhooks_delivery (
    id, store_id, endpoint_id, lane_id, event_id, event_type, order_id, test, state, attempt_count, due_at, replay_of,
    last_error, last_error_detail
)
SELECT id, %(store)s, endpoint, lane, event, type, order_id, test, state, 0,
    CASE WHEN state = 'due' THEN statement_timestamp() END, replay_of, reason, words
FROM json_to_recordset(%(rows)s::json) AS delivery(
    id uuid, endpoint uuid, lane bigint, event uuid, type text, order_id text, test boolean, state text, replay_of uuid,
    reason text, words text
)
"""


@dataclass(frozen=True, slots=True)
class Route:
    """An endpoint, its lane, and what decides which events it gets and whether they may go out now."""

    endpoint_id: uuid.UUID
    lane_id: int
    state: str
    event_types: frozenset[str]
    channels: frozenset[str]
    accepts_test_events: bool

    def wants(self, event: OrderEvent) -> bool:
        if event.test and not self.accepts_test_events:
            return False
        if event.type not in self.event_types:
            return False
        return not self.channels or not event.channel or event.channel in self.channels


def add(events: Sequence[OrderEvent], *, store: Store) -> dict[uuid.UUID, int]:
    """Store the deliveries of these events in the caller's transaction; returns how many there are, by event id.

    After the commit the lanes are marked and a worker is woken, best effort. A paused or disabled endpoint's deliveries
    are parked. The number of queries does not depend on the number of events. Raises IntegrityError where the week's partition
    is missing: no savepoint is spent on what the event's own insert would have met before.
    """
    routes = _routes(store)
    rows = [_row(event, route) for event in events for route in routes if route.wants(event)]
    _insert(rows, store_id=store.pk)
    counts = {event.pk: 0 for event in events}
    for row in rows:
        counts[row["event"]] += 1  # type: ignore[index]
    announce(row["lane"] for row in rows if row["state"] == Delivery.State.DUE)
    return counts


def add_for(endpoint: Endpoint, event: OrderEvent, *, replay_of: uuid.UUID | None = None) -> uuid.UUID:
    """Store one delivery of the event to this endpoint, whatever it subscribes to; returns its id."""
    lane = endpoint.lanes.order_by("shard").values_list("pk", flat=True)[0]
    route = Route(endpoint.pk, lane, endpoint.state, frozenset(), frozenset(), accepts_test_events=True)
    row = _row(event, route, replay_of=replay_of)
    try:
        with transaction.atomic():
            _insert([row], store_id=event.store_id)
    except IntegrityError as error:
        if "no partition" not in str(error):
            raise
        ensure_partitions(datetime.now(UTC))
        _insert([row], store_id=event.store_id)
    if row["state"] == Delivery.State.DUE:
        announce([lane])
    return row["id"]  # type: ignore[return-value]


def announce(lanes: Iterable[object]) -> None:
    """After the commit, say that these lanes have work."""
    waiting = {int(lane) for lane in lanes}  # type: ignore[call-overload]
    if waiting:
        transaction.on_commit(partial(_announce, waiting), robust=True)


def _announce(lanes: set[int]) -> None:
    mark_due(lanes)
    wake()


def _routes(store: Store) -> list[Route]:
    with connection.cursor() as cursor:
        cursor.execute(_ROUTES, [store.pk])
        found = cursor.fetchall()
    return [
        Route(endpoint, lane, state, frozenset(types), frozenset(channels), accepts)
        for endpoint, lane, state, types, channels, accepts in found
    ]


_REASONS = {str(Endpoint.State.PAUSED): PAUSED, str(Endpoint.State.DISABLED): DISABLED}


def _row(event: OrderEvent, route: Route, *, replay_of: uuid.UUID | None = None) -> dict[str, object]:
    reason = _REASONS.get(route.state, "")
    return {
        "id": uuid7(),
        "endpoint": route.endpoint_id,
        "lane": route.lane_id,
        "event": event.pk,
        "type": str(event.type),
        "order_id": event.order_id,
        "test": event.test,
        "state": str(Delivery.State.PARKED if reason else Delivery.State.DUE),
        "replay_of": replay_of,
        "reason": reason,
        "words": reason_in_words(reason) if reason else "",
    }


def _insert(rows: Sequence[dict[str, object]], *, store_id: uuid.UUID) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, {"store": store_id, "rows": orjson.dumps(rows).decode()})
