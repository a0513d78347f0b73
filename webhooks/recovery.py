"""Recovering: what an endpoint failed to get, has parked or never got since some time is sent again, a few events at a time."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.accounts.models import User
from backoffice.database.identifiers import uuid7_floor
from backoffice.database.partitions import ensure_partitions
from backoffice.tenancy.audit import record
from webhooks.endpoint_changes import locked, owner_of
from webhooks.models import Delivery, Endpoint, Recovery
from webhooks.outbox import announce

#: Events that one statement looks at, and that a preview counts.
EVENTS_AT_A_TIME = 1000
EVENTS_PREVIEWED = 10_000
#: How many a second are made due where the endpoint has no rate of its own; of its own rate, half is left to new orders.
DEFAULT_PER_SECOND = 100.0
SHARE_OF_RATE = 0.5
LATE_STEP = timedelta(seconds=1)
#: No event is kept for longer.
LONGEST = timedelta(days=400)

# An event counts as handled once any delivery of it, the first or a replay, is waiting, delivered or was stopped by someone.
_LOOK = """
WITH event AS MATERIALIZED (
    SELECT of_store.* FROM unnest(%(stores)s::uuid[]) AS store(id)
    CROSS JOIN LATERAL (
        SELECT id, store_id, type, order_id, test, channel FROM webhooks_orderevent
        WHERE store_id = store.id AND id > %(after)s AND id < %(until)s ORDER BY id LIMIT %(most)s
    ) AS of_store
    ORDER BY of_store.id LIMIT %(most)s
)
SELECT event.id, event.store_id, event.type, event.order_id, event.test, mine.failed, mine.parked,
    CASE
        WHEN event.type = 'webhook.test' OR mine.handled THEN ''
        WHEN mine.parked IS NOT NULL THEN 'parked'
        WHEN mine.failed IS NOT NULL THEN 'failed'
        WHEN event.type = ANY(%(types)s) AND (%(test)s OR NOT event.test)
            AND (%(channels)s::text[] = '{}' OR event.channel = '' OR event.channel = ANY(%(channels)s)) THEN 'missing'
        ELSE ''
    END
FROM event
LEFT JOIN LATERAL (
    SELECT bool_or(state NOT IN ('exhausted', 'parked')) AS handled,
        (array_agg(id ORDER BY id DESC) FILTER (WHERE state = 'exhausted'))[1] AS failed,
        (array_agg(id ORDER BY id DESC) FILTER (WHERE state = 'parked'))[1] AS parked
    FROM webhooks_delivery delivery
    WHERE delivery.event_id = event.id AND delivery.endpoint_id = %(endpoint)s AND delivery.id > %(oldest)s
) AS mine ON true
ORDER BY event.id
"""
_UNPARK = """
UPDATE webhooks_delivery delivery SET state = 'due', due_at = wanted.due_at, last_error = '', last_error_detail = ''
FROM unnest(%(ids)s::uuid[], %(due)s::timestamptz[]) AS wanted(id, due_at)
WHERE delivery.id = wanted.id AND delivery.id = ANY(ARRAY(
    SELECT id FROM webhooks_delivery WHERE id = ANY(%(ids)s::uuid[]) AND state = 'parked' FOR NO KEY UPDATE SKIP LOCKED
))
"""


class NotReceivingError(Exception):
    """The endpoint is paused, switched off or its integration is: nothing can be sent to it now."""

    def __init__(self) -> None:
        super().__init__(_("This endpoint is not receiving at the moment. Resume it first."))


class FutureError(ValueError):
    """What is to come cannot have been missed."""

    def __init__(self) -> None:
        super().__init__(_("Choose a time that has passed."))


@dataclass(frozen=True, slots=True)
class Preview:
    """How many events would be sent again, by what became of them; `complete` unless there were too many to count all."""

    failed: int
    parked: int
    missing: int
    complete: bool

    @property
    def total(self) -> int:
        return self.failed + self.parked + self.missing


@dataclass(frozen=True, slots=True)
class _Seen:
    """An event and what it is to the endpoint: failed, parked or missing, or "" where it needs nothing."""

    event_id: uuid.UUID
    store_id: uuid.UUID
    event_type: str
    order_id: str
    test: bool
    failed: uuid.UUID | None
    parked: uuid.UUID | None
    kind: str


def preview(endpoint: Endpoint, *, since: datetime) -> Preview:
    """What `recover` would send again, changing nothing. Raises FutureError."""
    now = timezone.now()
    start = _checked(since, now)
    seen = _look(endpoint, after=uuid7_floor(start), since=start, until=now, most=EVENTS_PREVIEWED)
    kinds = [each.kind for each in seen]
    return Preview(
        kinds.count("failed"), kinds.count("parked"), kinds.count("missing"), complete=len(seen) < EVENTS_PREVIEWED
    )


@transaction.atomic
def recover(*, endpoint: Endpoint, since: datetime, by: User | None) -> Recovery:
    """Send again what the endpoint missed of the events since then: failed, parked and never stored for it.

    The first thousand events are looked at before it returns, the others by the sweeper. The event's id stays and each has its
    normal retries; they become due one after the other, at half of the endpoint's rate. Asked for again while it is under way,
    it is the same recovery, which looks anew from there to now; what waits or was delivered is never sent by it.
    Raises NotReceivingError and FutureError.
    """
    now = timezone.now()
    start = _checked(since, now)
    endpoint = locked(endpoint)
    if not Endpoint.objects.callable().filter(pk=endpoint.pk).exists():
        raise NotReceivingError
    recovery = Recovery.objects.select_for_update().filter(endpoint=endpoint, finished_at__isnull=True).first()
    if recovery is None:
        recovery = Recovery.objects.create(
            endpoint=endpoint, since=start, until=now, reached=uuid7_floor(start), created_by=by
        )
    else:
        recovery.since, recovery.until = min(start, recovery.since), now
        recovery.reached = min(recovery.reached, uuid7_floor(start))
        recovery.save(update_fields=["since", "until", "reached"])
    changes = {"since": start.isoformat(), "recovery": recovery.public_id}
    record(action="endpoint.recovered", by=by, **owner_of(endpoint), target=endpoint, changes=changes)
    go_on(recovery.pk)
    recovery.refresh_from_db()
    return recovery


def recover_waiting(*, seconds: float) -> None:
    """Go on with the recoveries under way, in turns, for about so long; any number of processes may.

    Those whose endpoint is not receiving wait, and keep nobody else waiting.
    """
    until = monotonic() + seconds
    able = Q(endpoint__in=Endpoint.objects.callable()) | Q(endpoint__deleted_at__isnull=False)
    under_way = Recovery.objects.filter(able, finished_at__isnull=True).order_by("id")
    waiting = list(under_way.values_list("pk", flat=True)[:1000])
    while waiting and monotonic() < until:
        waiting = [pk for pk in waiting if monotonic() < until and go_on(pk)]


@transaction.atomic
def go_on(recovery_id: uuid.UUID) -> bool:
    """One step: the next thousand events, in one transaction. Returns whether there is more to do now."""
    found = Recovery.objects.select_for_update(of=("self",), skip_locked=True).select_related("endpoint")
    recovery = found.filter(pk=recovery_id, finished_at__isnull=True).first()
    if recovery is None:
        return False
    endpoint = recovery.endpoint
    if endpoint.deleted_at is None and not Endpoint.objects.callable().filter(pk=endpoint.pk).exists():
        return False
    seen = (
        _look(endpoint, after=recovery.reached, since=recovery.since, until=recovery.until, most=EVENTS_AT_A_TIME)
        if endpoint.deleted_at is None
        else []
    )
    _send_again(recovery, [each for each in seen if each.kind])
    if seen:
        recovery.reached = seen[-1].event_id
    if len(seen) < EVENTS_AT_A_TIME:
        recovery.finished_at = timezone.now()
    recovery.save(update_fields=["reached", "sent_again", "finished_at"])
    return recovery.finished_at is None


def _checked(since: datetime, now: datetime) -> datetime:
    if since > now:
        raise FutureError
    return max(since, now - LONGEST)


def _look(endpoint: Endpoint, *, after: uuid.UUID, since: datetime, until: datetime, most: int) -> list[_Seen]:
    # Clocks of machines differ a little. An event that is stored meanwhile comes with its deliveries, so it is not missing.
    oldest = uuid7_floor(since - timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute(
            _LOOK,
            {
                "stores": list(endpoint.stores().values_list("pk", flat=True)),
                "endpoint": endpoint.pk,
                "after": after,
                "until": uuid7_floor(until + timedelta(seconds=1)),
                "oldest": oldest,
                "most": most,
                "types": list(endpoint.event_types),
                "channels": list(endpoint.channels),
                "test": endpoint.accepts_test_events,
            },
        )
        return [_Seen(*row) for row in cursor.fetchall()]


def _send_again(recovery: Recovery, missed: Sequence[_Seen]) -> None:
    if not missed:
        return
    endpoint = recovery.endpoint
    lane = endpoint.lanes.order_by("shard").values_list("pk", flat=True)[0]
    due = _due_times(recovery, len(missed))
    new = [
        Delivery(
            store_id=each.store_id,
            endpoint=endpoint,
            lane_id=lane,
            event_id=each.event_id,
            event_type=each.event_type,
            order_id=each.order_id,
            test=each.test,
            due_at=at,
            replay_of=each.failed,
        )
        for each, at in zip(missed, due, strict=True)
        if each.kind != "parked"
    ]
    parked = {each.parked: at for each, at in zip(missed, due, strict=True) if each.kind == "parked"}
    _store(new)
    with connection.cursor() as cursor:
        cursor.execute(_UNPARK, {"ids": list(parked), "due": list(parked.values())})
    recovery.sent_again += len(missed)
    announce([lane])


def _due_times(recovery: Recovery, count: int) -> list[datetime]:
    """One after the other, going on where the recovery's last step stopped; a step that comes late is not made up for."""
    rate = recovery.endpoint.rate_per_second
    apart = timedelta(seconds=1 / (rate * SHARE_OF_RATE if rate else DEFAULT_PER_SECOND))
    first = max(timezone.now() - LATE_STEP, recovery.created_at + apart * recovery.sent_again)
    return [first + apart * number for number in range(count)]


def _store(rows: list[Delivery]) -> None:
    try:
        with transaction.atomic():
            Delivery.objects.bulk_create(rows)
    except IntegrityError as error:
        if "no partition" not in str(error):
            raise
        ensure_partitions(datetime.now(UTC))
        Delivery.objects.bulk_create(rows)
