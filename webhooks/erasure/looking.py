"""Finding the orders that hold a customer: store by store, a bounded number of events at a time by the index of stores.

No index leads from customers to orders: it would cost every order that is taken in, for what is asked a few times a year.
"""

import uuid

import orjson
from django.db import connection

from webhooks.erasure.identities import SPELLED, Kind, wanted_of
from webhooks.erasure.notes import Identities, count_mails, count_notes
from webhooks.models import CustomerErasure

#: Events that one step reads.
EVENTS_AT_A_TIME = 2000

_LOOK = """
WITH looked AS MATERIALIZED (
    SELECT id, order_id, order_json FROM webhooks_orderevent
    WHERE store_id = %(store)s AND id > %(after)s AND id <= %(until)s ORDER BY id LIMIT %(most)s
), held AS (
    INSERT INTO webhooks_foundorder (id, erasure_id, store_id, order_id)
    SELECT gen_random_uuid(), %(erasure)s, %(store)s, order_id FROM looked WHERE {spelled} = %(wanted)s GROUP BY order_id
    ON CONFLICT (erasure_id, store_id, order_id) DO NOTHING
)
SELECT count(*), (SELECT id FROM looked ORDER BY id DESC LIMIT 1) FROM looked
"""
_LOOKS = {kind: _LOOK.replace("{spelled}", SPELLED[kind]) for kind in Kind}

_NEXT_STORE = """
SELECT id FROM tenancy_store
WHERE organization_id = %(organization)s AND (%(only)s::uuid IS NULL OR id = %(only)s) AND id > %(after)s ORDER BY id LIMIT 1
"""
_BEFORE_ALL = uuid.UUID(int=0)

# An order's events lie by its id, and their deliveries and tries by theirs.
_COUNT = """
SELECT count(DISTINCT (f.store_id, f.order_id)), count(DISTINCT e.id), count(a.id)
FROM webhooks_foundorder f
JOIN webhooks_orderevent e ON e.store_id = f.store_id AND e.order_id = f.order_id
LEFT JOIN webhooks_delivery d ON d.event_id = e.id
LEFT JOIN webhooks_attempt a ON a.delivery_id = d.id
WHERE f.erasure_id = %(erasure)s
"""
_CUSTOMERS = """
SELECT f.store_id, e.order_json::json ->> 'customer'
FROM webhooks_foundorder f
JOIN webhooks_orderevent e ON e.store_id = f.store_id AND e.order_id = f.order_id
WHERE f.erasure_id = %(erasure)s AND e.order_json::json ->> 'customer' IS NOT NULL
GROUP BY 1, 2
"""


def look_on(erasure: CustomerErasure) -> None:
    """The next events; where there are none left, those of the next store, and after the last one it is looked through. Saves nothing of `erasure`."""
    if erasure.at_store is None and not _go_to_next_store(erasure, _BEFORE_ALL):
        return
    assert erasure.at_store is not None  # noqa: S101  # it stands at one now
    kind = Kind(erasure.kind)
    with connection.cursor() as cursor:
        cursor.execute(
            _LOOKS[kind],
            {
                "store": erasure.at_store,
                "after": erasure.at_event or erasure.after,
                "until": erasure.until,
                "most": EVENTS_AT_A_TIME,
                "wanted": wanted_of(erasure),
                "erasure": erasure.pk,
            },
        )
        seen, last = cursor.fetchone()
    erasure.looked_at += seen
    erasure.at_event = last
    if seen < EVENTS_AT_A_TIME:
        _go_to_next_store(erasure, erasure.at_store)


def more_to_look_at(erasure: CustomerErasure) -> bool:
    return not erasure.looked_through


def count_found(erasure: CustomerErasure) -> None:
    """How much of the orders that were found there is, and of what was kept because of them, for whoever is to confirm."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"erasure": erasure.pk})
        erasure.orders, erasure.events, erasure.tries = cursor.fetchone()
        cursor.execute(_CUSTOMERS, {"erasure": erasure.pk})
        by_store: dict[uuid.UUID, Identities] = {}
        for store_id, customer in cursor.fetchall():
            by_store.setdefault(store_id, Identities()).add(orjson.loads(customer))
    erasure.mails = count_mails(erasure.organization_id, by_store)
    erasure.notes = sum(count_notes(store_id, known) for store_id, known in by_store.items())


def _go_to_next_store(erasure: CustomerErasure, after: uuid.UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_STORE, {"organization": erasure.organization_id, "only": erasure.store_id, "after": after})
        row = cursor.fetchone()
    erasure.at_store, erasure.at_event = row[0] if row else None, None
    erasure.looked_through = row is None
    return row is not None
