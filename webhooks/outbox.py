"""The outbox: the deliveries of an order event, stored in the transaction that stores the event."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial

import orjson
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import get_language

from backoffice.database.partitions import ensure_partitions
from backoffice.database.statements import run
from backoffice.tenancy.models import Store
from licensing.entitlements import is_enterprise
from webhooks.lanes import mark_due
from webhooks.models import Delivery, Endpoint, OrderEvent
from webhooks.park_reasons import DEACTIVATED, DISABLED, NOT_ENTERPRISE, PAUSED, reason_in_words
from webhooks.wake import wake

_ADD = """
SELECT event_id, deliveries, due_lanes FROM webhooks_outbox(
    %(store)s, ARRAY(SELECT json_populate_recordset(NULL::webhooks_post, %(events)s::text::json)), %(reasons)s::text::json
)
"""

#: What may park a delivery when it is stored; `webhooks_outbox` knows the same.
_AT_ONCE = (PAUSED, DISABLED, DEACTIVATED, NOT_ENTERPRISE)


def add(events: Sequence[OrderEvent], *, store: Store) -> dict[uuid.UUID, int]:
    """Store the deliveries of these events in the caller's transaction; returns how many there are, by event id.

    After the commit the lanes are marked and a worker is woken, best effort. What may not be sent now is parked. The number of
    queries does not depend on the number of events. Raises IntegrityError where the week's partition is missing.
    """
    rows = [
        {"id": each.pk, "type": each.type, "order_id": each.order_id, "channel": each.channel, "test": each.test}
        for each in events
    ]
    counts = dict.fromkeys((each.pk for each in events), 0)
    due: set[int] = set()
    for event_id, deliveries, due_lanes in run(
        _ADD, {"store": store.pk, "events": orjson.dumps(rows).decode(), "reasons": reasons()}
    ):
        counts[event_id] = deliveries
        due.update(due_lanes or ())
    announce(due)
    return counts


def reasons() -> str:
    """Why a delivery is parked at once, in words by code, as JSON in the language of who posts."""
    return _reasons(get_language())


@lru_cache
def _reasons(language: str | None) -> str:
    del language
    return orjson.dumps({code: reason_in_words(code) for code in _AT_ONCE}).decode()


def add_for(endpoint: Endpoint, event: OrderEvent, *, replay_of: uuid.UUID | None = None) -> uuid.UUID:
    """Store one delivery of the event to this endpoint, whatever it subscribes to; returns its id."""
    reason = _reason(endpoint)
    delivery = Delivery(
        store_id=event.store_id,
        endpoint=endpoint,
        lane_id=endpoint.lanes.order_by("shard").values_list("pk", flat=True)[0],
        event=event,
        event_type=event.type,
        order_id=event.order_id,
        test=event.test,
        state=Delivery.State.PARKED if reason else Delivery.State.DUE,
        due_at=None if reason else Now(),
        replay_of=replay_of,
        last_error=reason,
        last_error_detail=reason_in_words(reason) if reason else "",
    )
    try:
        with transaction.atomic():
            delivery.save(force_insert=True)
    except IntegrityError as error:
        if "no partition" not in str(error):
            raise
        ensure_partitions(datetime.now(UTC))
        delivery.save(force_insert=True)
    if not reason:
        announce([delivery.lane_id])
    return delivery.pk


def _reason(endpoint: Endpoint) -> str:
    """Why nothing may be sent to the endpoint now; "" where it may. `webhooks_outbox` says the same."""
    if endpoint.state != Endpoint.State.ENABLED:
        return PAUSED if endpoint.state == Endpoint.State.PAUSED else DISABLED
    integration = endpoint.integration
    if integration is not None and integration.deactivated_at is not None:
        return DEACTIVATED
    shared = endpoint.organization_id
    return NOT_ENTERPRISE if shared is not None and not is_enterprise(shared) else ""


def announce(lanes: Iterable[object]) -> None:
    """After the commit, say that these lanes have work."""
    waiting = {int(lane) for lane in lanes}  # type: ignore[call-overload]
    if waiting:
        transaction.on_commit(partial(_announce, waiting), robust=True)


def _announce(lanes: set[int]) -> None:
    mark_due(lanes)
    wake()
