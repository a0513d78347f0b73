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

from backoffice.database.identifiers import uuid7_floor
from backoffice.database.partitions import ensure_partitions
from backoffice.tenancy.audit import Actor, person, record
from licensing.entitlements import is_enterprise
from webhooks.endpoint_changes import locked, owner_of
from webhooks.missed_events import Look, Place, Seen, look
from webhooks.models import Delivery, Endpoint, Recovery
from webhooks.outbox import announce

#: Events that one statement looks at, and that a preview counts.
EVENTS_AT_A_TIME = 1000
EVENTS_PREVIEWED = 10_000
#: Stores of a shared endpoint that one statement goes through.
STORES_AT_A_TIME = 200
STORES_PREVIEWED = 2000
#: How many a second are made due where the endpoint has no rate of its own; of its own rate, half is left to new orders.
DEFAULT_PER_SECOND = 100.0
SHARE_OF_RATE = 0.5
LATE_STEP = timedelta(seconds=1)
#: No event is kept for longer.
LONGEST = timedelta(days=400)

_UNPARK = """
UPDATE webhooks_delivery delivery SET state = 'due', due_at = wanted.due_at, last_error = '', last_error_detail = ''
FROM unnest(%(ids)s::uuid[], %(due)s::timestamptz[]) AS wanted(id, due_at)
WHERE delivery.id = wanted.id AND delivery.id = ANY(ARRAY(
    SELECT id FROM webhooks_delivery WHERE id = ANY(%(ids)s::uuid[]) AND state = 'parked' FOR NO KEY UPDATE SKIP LOCKED
))
"""


class NotReceivingError(Exception):
    """Nothing can be sent to the endpoint now, for the reason that it says."""


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


def preview(endpoint: Endpoint, *, since: datetime) -> Preview:
    """What `recover` would send again, changing nothing. Raises FutureError."""
    now = timezone.now()
    start = _checked(since, now)
    found = look(
        endpoint,
        after=uuid7_floor(start),
        since=start,
        until=now,
        most=EVENTS_PREVIEWED,
        most_stores=STORES_PREVIEWED,
    )
    kinds = [each.kind for each in found.seen]
    return Preview(kinds.count("failed"), kinds.count("parked"), kinds.count("missing"), complete=found.next is None)


@transaction.atomic
def recover(*, endpoint: Endpoint, since: datetime, by: Actor) -> Recovery:
    """Send again what the endpoint missed of the events since then: failed, parked and never stored for it.

    The first thousand events are looked at before it returns, the others by the sweeper. The event's id stays and each has its
    normal retries; they become due one after the other, at half of the endpoint's rate. Asked for again while it is under way,
    it is the same recovery, which looks anew from there to now; what waits or was delivered is never sent by it.
    Raises NotReceivingError and FutureError.
    """
    now = timezone.now()
    start = _checked(since, now)
    endpoint = locked(endpoint)
    _check_receives(endpoint)
    recovery = Recovery.objects.select_for_update().filter(endpoint=endpoint, finished_at__isnull=True).first()
    if recovery is None:
        recovery = Recovery.objects.create(
            endpoint=endpoint, since=start, until=now, reached=uuid7_floor(start), created_by=person(by)
        )
    else:
        recovery.since, recovery.until = min(start, recovery.since), now
        recovery.reached = min(recovery.reached, uuid7_floor(start))
        recovery.at_store = recovery.at_event = None
        recovery.save(update_fields=["since", "until", "reached", "at_store", "at_event"])
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
    """One step: the next events, up to a thousand of up to 200 stores, in one transaction. Returns whether there is more to do now."""
    found = Recovery.objects.select_for_update(of=("self",), skip_locked=True).select_related("endpoint")
    recovery = found.filter(pk=recovery_id, finished_at__isnull=True).first()
    if recovery is None:
        return False
    endpoint = recovery.endpoint
    deleted = endpoint.deleted_at is not None
    if not deleted:
        try:
            _check_receives(endpoint)
        except NotReceivingError:
            return False
    looked = Look([], None) if deleted else _next(recovery)
    _send_again(recovery, [each for each in looked.seen if each.kind])
    if looked.next is None:
        recovery.finished_at = timezone.now()
    else:
        recovery.at_store, recovery.at_event = looked.next.store, looked.next.event
    recovery.save(update_fields=["at_store", "at_event", "sent_again", "finished_at"])
    return recovery.finished_at is None


def _check_receives(endpoint: Endpoint) -> None:
    """Raises NotReceivingError where nothing may be sent to it now; licenses of its stores are looked at when it is sent."""
    if not Endpoint.objects.callable().filter(pk=endpoint.pk).exists():
        raise NotReceivingError(_("This endpoint is not receiving at the moment. Resume it first."))
    if endpoint.organization_id is not None and not is_enterprise(endpoint.organization_id):
        raise NotReceivingError(
            _("Endpoints for several stores belong to the Enterprise level, which the organization does not have now.")
        )


def _next(recovery: Recovery) -> Look:
    at_store, at_event = recovery.at_store, recovery.at_event
    return look(
        recovery.endpoint,
        after=recovery.reached,
        since=recovery.since,
        until=recovery.until,
        place=Place(at_store, at_event) if at_store and at_event else None,
        most=EVENTS_AT_A_TIME,
        most_stores=STORES_AT_A_TIME,
    )


def _checked(since: datetime, now: datetime) -> datetime:
    if since > now:
        raise FutureError
    return max(since, now - LONGEST)


def _send_again(recovery: Recovery, missed: Sequence[Seen]) -> None:
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
