"""What an endpoint missed: its stores' events one store after the other, each with what became of it for the endpoint."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from backoffice.database.identifiers import uuid7_floor
from webhooks.models import Endpoint
from webhooks.opened_orders import opened_from_sql

# An event counts as handled once any delivery of it, the first or a replay, is waiting, delivered or was stopped by someone.
_LOOK = f"""
WITH event AS MATERIALIZED (
    SELECT of_store.* FROM (SELECT id FROM tenancy_store WHERE id = ANY(%(stores)s::uuid[]) ORDER BY id) AS store
    CROSS JOIN LATERAL (
        SELECT id, store_id, type, order_id, test, channel FROM webhooks_orderevent
        WHERE store_id = store.id AND id < %(until)s
          AND id > %(after)s AND id > CASE store.id WHEN %(at_store)s::uuid THEN %(at_event)s::uuid ELSE %(after)s::uuid END
        ORDER BY id LIMIT %(most)s
    ) AS of_store
    ORDER BY store.id, of_store.id LIMIT %(most)s
)
SELECT event.id, event.store_id, event.type, event.order_id, event.test, mine.failed, mine.parked,
    CASE
        WHEN event.type = 'webhook.test' OR mine.handled THEN ''
        WHEN mine.parked IS NOT NULL THEN 'parked'
        WHEN mine.failed IS NOT NULL THEN 'failed'
        WHEN event.type = ANY(%(types)s) AND (%(test)s OR NOT event.test)
            AND (%(channels)s::text[] = '{{}}' OR event.channel = '' OR event.channel = ANY(%(channels)s))
            AND {opened_from_sql("event", "%(opened_from)s")} THEN 'missing'
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
ORDER BY event.store_id, event.id
"""  # noqa: S608  # nothing but constants is put in


@dataclass(frozen=True, slots=True)
class Seen:
    """An event and what it is to the endpoint: failed, parked or missing, or "" where it needs nothing."""

    event_id: uuid.UUID
    store_id: uuid.UUID
    event_type: str
    order_id: str
    test: bool
    failed: uuid.UUID | None
    parked: uuid.UUID | None
    kind: str


@dataclass(frozen=True, slots=True)
class Place:
    """How far a look has come: events of `store` up to `event` are behind it, and all of the stores before."""

    store: uuid.UUID
    event: uuid.UUID


@dataclass(frozen=True, slots=True)
class Look:
    """Events that were looked at, and where the next look begins: None where there is nothing more."""

    seen: list[Seen]
    next: Place | None


def look(
    endpoint: Endpoint,
    *,
    after: uuid.UUID,
    since: datetime,
    until: datetime,
    place: Place | None = None,
    most: int,
    most_stores: int,
) -> Look:
    """The next events behind the id `after`, `most` of them, of the next `most_stores` stores from `place` on.

    Two queries, whose cost hangs on what is looked at and not on how many stores or events there are.
    """
    stores = endpoint.stores().order_by("pk").values_list("pk", flat=True)
    ids = list(stores.filter(pk__gte=place.store)[:most_stores] if place else stores[:most_stores])
    # Clocks of machines differ a little. An event that is stored meanwhile comes with its deliveries, so it is not missing.
    end = uuid7_floor(until + timedelta(seconds=1))
    with connection.cursor() as cursor:
        cursor.execute(
            _LOOK,
            {
                "stores": ids,
                "endpoint": endpoint.pk,
                "after": after,
                "at_store": place.store if place else None,
                "at_event": place.event if place else None,
                "until": end,
                "oldest": uuid7_floor(since - timedelta(hours=1)),
                "most": most,
                "types": list(endpoint.event_types),
                "channels": list(endpoint.channels),
                "opened_from": endpoint.opened_from,
                "test": endpoint.accepts_test_events,
            },
        )
        seen = [Seen(*row) for row in cursor.fetchall()]
    if len(seen) == most:
        return Look(seen, Place(seen[-1].store_id, seen[-1].event_id))
    return Look(seen, Place(ids[-1], end) if len(ids) == most_stores else None)
