"""Reading a store's order events by keyset: a page at a time in either direction, and the latest state of an order."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Func, IntegerField, QuerySet
from django.utils import timezone

from backoffice.database.identifiers import uuid7_floor
from backoffice.tenancy.models import Store
from webhooks.models import OrderEvent

#: Events become visible in any order for a moment: what is this young is not yet shown to who reads forward.
SETTLED_AFTER = timedelta(seconds=2)
#: Rows that one page looks at, at most, for the few that match; then it ends early and says where to go on.
MOST_LOOKED_AT = 10_000
LOOKED_AT_A_TIME = 2_000
#: Bytes of orders in one page; an order that alone has more is still given.
MOST_BYTES = 8 * 1024 * 1024
_FIRST = uuid.UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilters:
    """What is looked for. `test` tells test orders from real ones, which never mix; an empty field narrows nothing."""

    test: bool
    types: Collection[str] = ()
    order_id: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events, and the position to go on from: None only where there can be nothing more.

    `has_more`: there is more to look at now. A page may be shorter than was asked for, even empty, and still have more.
    """

    events: list[OrderEvent]
    position: uuid.UUID | None
    has_more: bool


@dataclass(frozen=True, slots=True)
class _Seen:
    id: uuid.UUID
    type: str
    test: bool
    bytes: int


def events_of(
    store: Store, filters: EventFilters, *, ascending: bool, after: uuid.UUID | None = None, limit: int
) -> EventPage:
    """At most `limit` events beyond the position `after`, oldest first if `ascending`, else newest first.

    Reading forward, the position at the end is kept for later: it gives what came since. Ids tell when an event was taken in.
    """
    rows = _narrowed(store, filters, ascending=ascending)
    found: list[_Seen] = []
    position, looked_at, size = after, 0, limit + 1
    while True:
        seen = _look(rows, position, ascending=ascending, most=size)
        for row in seen:
            if _matches(row, filters):
                if found and (len(found) == limit or sum(each.bytes for each in found) + row.bytes > MOST_BYTES):
                    return EventPage(_read(found), found[-1].id, has_more=True)
                found.append(row)
            position = row.id
        looked_at += len(seen)
        if len(seen) < size:
            end = (position or _start(filters)) if ascending else None
            return EventPage(_read(found), end, has_more=False)
        if looked_at >= MOST_LOOKED_AT:
            return EventPage(_read(found), position, has_more=True)
        size = LOOKED_AT_A_TIME


def latest_of_order(store: Store, order_id: str, *, test: bool) -> OrderEvent | None:
    """The event with the order's highest version, the last one of those that share it; None where the order is not known."""
    events = OrderEvent.objects.filter(store_id=store.pk, order_id=order_id, test=test)
    latest = events.order_by("-order_version", "-id").values_list("pk", flat=True).first()
    return OrderEvent.objects.filter(pk=latest).first() if latest else None


def _narrowed(store: Store, filters: EventFilters, *, ascending: bool) -> QuerySet[OrderEvent]:
    """What the indexes by store and by order narrow; the rest is told apart row by row."""
    rows = OrderEvent.objects.filter(store_id=store.pk)
    if filters.order_id:
        rows = rows.filter(order_id=filters.order_id)
    if filters.since:
        rows = rows.filter(pk__gte=_start(filters))
    if ascending:
        rows = rows.filter(pk__lt=uuid7_floor(timezone.now() - SETTLED_AFTER))
    return rows.order_by("id" if ascending else "-id")


def _start(filters: EventFilters) -> uuid.UUID:
    return uuid7_floor(filters.since) if filters.since else _FIRST


def _look(rows: QuerySet[OrderEvent], position: uuid.UUID | None, *, ascending: bool, most: int) -> Sequence[_Seen]:
    if position is not None:
        rows = rows.filter(pk__gt=position) if ascending else rows.filter(pk__lt=position)
    length = Func(F("order_json"), function="octet_length", output_field=IntegerField())
    return [_Seen(*row) for row in rows.values_list("pk", "type", "test", length)[:most]]


def _matches(row: _Seen, filters: EventFilters) -> bool:
    return row.test == filters.test and (not filters.types or row.type in filters.types)


def _read(found: Sequence[_Seen]) -> list[OrderEvent]:
    """The events themselves, in the order in which they were found."""
    by_id = OrderEvent.objects.in_bulk([row.id for row in found])
    return [by_id[row.id] for row in found if row.id in by_id]
