"""Reading what is due in leased lanes: first tries before retries, each kind in the order it became due."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from backoffice.database.statements import run_held
from webhooks.lanes import LATER_OF_AN_ORDER

_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
_NO_ID = uuid.UUID(int=0)
#: How far a look back goes. A transaction that took longer is found when the lane is next claimed.
LOOK_BACK = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """A delivery that is due, with the event it carries. `order_json` is None where the event's partition was dropped."""

    lane_id: int
    id: uuid.UUID
    store_id: uuid.UUID
    event_id: uuid.UUID
    event_type: str
    test: bool
    attempts_made: int
    due_at: datetime
    channel: str
    occurred_at: datetime
    order_json: str | None
    #: Of the call that posted the event; "" where the event is gone, or did not come by a call.
    request_id: str = ""


@dataclass(slots=True)
class Cursor:
    """Where reading of a lane stands, per kind: rows behind it are in hand, or were written back.

    Reading from the start each time would step over every row sent since the last vacuum. What is in hand is left out
    by every fetch all the same: a retry that somebody hastened meanwhile moves to the front.
    """

    first_try: tuple[datetime, uuid.UUID] = (_BEGINNING, _NO_ID)
    retry: tuple[datetime, uuid.UUID] = (_BEGINNING, _NO_ID)

    def advance(self, row: DueDelivery) -> None:
        if row.attempts_made:
            self.retry = max(self.retry, (row.due_at, row.id))
        else:
            self.first_try = max(self.first_try, (row.due_at, row.id))

    def look_back(self) -> None:
        """Orders that were stored at the same time become visible in any order: read the last seconds again."""
        self.first_try = _before(self.first_try[0])
        self.retry = _before(self.retry[0])

    def go_back(self, rows: Iterable[DueDelivery]) -> None:
        """These are no longer in hand: read them again."""
        for row in rows:
            if row.attempts_made:
                self.retry = min(self.retry, _before(row.due_at))
            else:
                self.first_try = min(self.first_try, _before(row.due_at))


def _before(moment: datetime) -> tuple[datetime, uuid.UUID]:
    return (moment - LOOK_BACK if moment > _BEGINNING + LOOK_BACK else _BEGINNING, _NO_ID)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A lane to read, the most rows to read from it, and which to leave out since they are being sent or wait for it.

    With `fifo`, a later event of an order is left out until the earlier ones are delivered, given up or stopped.
    """

    lane_id: int
    most: int
    cursor: Cursor
    fifo: bool = False
    in_hand: Collection[uuid.UUID] = ()


# OFFSET 0 keeps the event a lookup by its key, whatever the planner thinks of the number of rows.
_FETCH = f"""
WITH wanted AS MATERIALIZED (
    SELECT lane_id, most, fifo, first_at, first_id, retry_at, retry_id, in_hand::uuid[] AS in_hand
    FROM unnest(
        %(lanes)s::bigint[], %(most)s::int[], %(fifo)s::bool[], %(first_at)s::timestamptz[], %(first_id)s::uuid[],
        %(retry_at)s::timestamptz[], %(retry_id)s::uuid[], %(in_hand)s::text[]
    ) AS wanted(lane_id, most, fifo, first_at, first_id, retry_at, retry_id, in_hand)
)
SELECT wanted.lane_id, due.id, due.store_id, due.event_id, due.event_type, due.test, due.attempt_count, due.due_at,
    event.channel, event.occurred_at, event.order_json, COALESCE(event.request_id, '')
FROM wanted
CROSS JOIN LATERAL (
    (
        SELECT d.id, d.store_id, d.event_id, d.event_type, d.test, d.attempt_count, d.due_at FROM webhooks_delivery d
        WHERE d.lane_id = wanted.lane_id AND d.state = 'due' AND d.attempt_count = 0
          AND d.due_at <= statement_timestamp() AND (d.due_at, d.id) > (wanted.first_at, wanted.first_id)
          AND d.id <> ALL(wanted.in_hand) AND NOT (wanted.fifo AND {LATER_OF_AN_ORDER})
        ORDER BY d.due_at, d.id LIMIT wanted.most
    )
    UNION ALL
    (
        SELECT d.id, d.store_id, d.event_id, d.event_type, d.test, d.attempt_count, d.due_at FROM webhooks_delivery d
        WHERE d.lane_id = wanted.lane_id AND d.state = 'due' AND d.attempt_count > 0
          AND d.due_at <= statement_timestamp() AND (d.due_at, d.id) > (wanted.retry_at, wanted.retry_id)
          AND d.id <> ALL(wanted.in_hand) AND NOT (wanted.fifo AND {LATER_OF_AN_ORDER})
        ORDER BY d.due_at, d.id LIMIT wanted.most
    )
    LIMIT wanted.most
) AS due
LEFT JOIN LATERAL (
    SELECT e.channel, e.occurred_at, e.order_json, e.request_id FROM webhooks_orderevent e WHERE e.id = due.event_id OFFSET 0
) AS event ON true
"""  # noqa: S608  # nothing but constants is put in


def fetch(lanes: Sequence[Wanted]) -> list[DueDelivery]:
    """What is due in these lanes from their cursors on, in one query; the cursors move on."""
    cursors = [wanted.cursor for wanted in lanes]
    in_hand = ["{" + ",".join([each.hex for each in wanted.in_hand]) + "}" for wanted in lanes]
    rows = run_held(
        _FETCH,
        {
            "lanes": [wanted.lane_id for wanted in lanes],
            "most": [wanted.most for wanted in lanes],
            "first_at": [cursor.first_try[0] for cursor in cursors],
            "first_id": [cursor.first_try[1] for cursor in cursors],
            "retry_at": [cursor.retry[0] for cursor in cursors],
            "retry_id": [cursor.retry[1] for cursor in cursors],
            "fifo": [wanted.fifo for wanted in lanes],
            "in_hand": in_hand,
        },
    )
    due = [DueDelivery(*row) for row in rows]
    by_lane = {wanted.lane_id: wanted.cursor for wanted in lanes}
    for row in due:
        by_lane[row.lane_id].advance(row)
    return due
