"""Fills a store with a season of deliveries by SQL: by far more than any other way would in the time of a run."""

from datetime import datetime, timedelta
from typing import Any

DAYS = 84
ENDPOINTS = 8
EVENTS_OF_AN_ORDER = 4

# A UUIDv7 of a moment (in ms) with the hash of a text for its random bits.
_ID = "(lpad(to_hex({ms}), 12, '0') || '7' || substr({hash}, 1, 3) || '8' || substr({hash}, 4, 15))::uuid"
_EVENT_ID = _ID.format(ms="%(first)s + k * %(span)s / %(events)s", hash="md5('e' || k)")
_DELIVERY_ID = _ID.format(ms="%(first)s + k * %(span)s / %(events)s + 1 + which", hash="md5('d' || k || which)")
_TYPE = """CASE WHEN k %% 5000 = 1 THEN 'order.voided' WHEN k %% 500 = 2 THEN 'order.refunded'
    ELSE (ARRAY['order.opened', 'order.updated', 'order.status_changed', 'order.closed'])[k %% 4 + 1] END"""

EVENTS = f"""
INSERT INTO webhooks_orderevent
    (id, store_id, type, order_id, order_version, order_number, channel, occurred_at, test, order_json, request_id)
SELECT {_EVENT_ID}, %(store)s, {_TYPE}, 'ord_' || k / {EVENTS_OF_AN_ORDER}, k %% {EVENTS_OF_AN_ORDER} + 1,
    k / {EVENTS_OF_AN_ORDER}, 'pos', to_timestamp((%(first)s + k * %(span)s / %(events)s) / 1000.0), false, '{{}}', ''
FROM generate_series(%(from)s::bigint, %(to)s::bigint - 1) AS k
"""

# Two of the endpoints take each event; the last endpoint takes one in a thousand. Most were delivered; the newest wait.
DELIVERIES = f"""
INSERT INTO webhooks_delivery (id, store_id, endpoint_id, lane_id, event_id, event_type, order_id, test, state, attempt_count,
    due_at, last_status, last_error, last_error_detail, finished_at)
SELECT {_DELIVERY_ID}, %(store)s, (%(endpoints)s::uuid[])[place], (%(lanes)s::bigint[])[place], {_EVENT_ID}, {_TYPE},
    'ord_' || k / {EVENTS_OF_AN_ORDER}, false, state, CASE state WHEN 'due' THEN 2 WHEN 'parked' THEN 0 WHEN 'exhausted' THEN 10 ELSE 1 END,
    CASE WHEN state = 'due' THEN now() + interval '1 hour' END, CASE state WHEN 'delivered' THEN 200 WHEN 'parked' THEN NULL ELSE 503 END,
    '', '', CASE WHEN state NOT IN ('due', 'parked') THEN now() END
FROM generate_series(%(from)s::bigint, %(to)s::bigint - 1) AS k, generate_series(0, 1) AS which,
    LATERAL (SELECT CASE WHEN k %% 500 = 3 AND which = 1 THEN {ENDPOINTS} ELSE (k * 2 + which) %% {ENDPOINTS - 1} + 1 END AS place) AS a,
    LATERAL (SELECT CASE WHEN k >= %(events)s - 1000 THEN 'due' WHEN (k * 2 + which) %% 997 = 5 THEN 'exhausted'
        WHEN (k * 2 + which) %% 9973 = 6 THEN 'parked' WHEN (k * 2 + which) %% 49999 = 7 THEN 'cancelled' ELSE 'delivered' END AS state) AS b
"""


def fill(cursor: Any, *, store: Any, endpoints: list[Any], lanes: list[int], deliveries: int, now: datetime) -> None:
    """`deliveries` rows of one store and half as many events up to `now`. Indexes are built afterwards, which takes a tenth of the time."""
    first = now - timedelta(days=DAYS)
    cursor.execute("SELECT backoffice_ensure_partitions(%s, %s)", [first, DAYS // 7 + 1])
    cursor.execute("SET synchronous_commit = off; SET maintenance_work_mem = '512MB'")
    indexes = [index for table in ("webhooks_delivery", "webhooks_orderevent") for index in _taken_away(cursor, table)]
    events = deliveries // 2
    given = {
        "store": store,
        "endpoints": endpoints,
        "lanes": lanes,
        "events": events,
        "first": int(first.timestamp() * 1000),
        "span": DAYS * 86_400_000,
    }
    step = 250_000
    for start in range(0, events, step):
        some = given | {"from": start, "to": min(start + step, events)}
        cursor.execute(EVENTS, some)
        cursor.execute(DELIVERIES, some)
    for definition in indexes:
        cursor.execute(definition)
    for table in ("webhooks_delivery", "webhooks_orderevent"):
        cursor.execute(f"VACUUM (ANALYZE) {table}")


def _taken_away(cursor: Any, table: str) -> list[str]:
    """Drops every index of the table but its primary key; returns the statements that make them again."""
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = %s::regclass AND NOT indisprimary",
        [table],
    )
    found: list[tuple[str, str]] = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f"DROP INDEX {name}")
    # As the catalog writes it, an index of a partitioned table is one ON ONLY it.
    return [definition.replace(" ON ONLY ", " ON ") for _name, definition in found]
