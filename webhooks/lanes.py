"""Marking lanes as due, which is what workers look for, and finding those whose mark was lost."""

import logging
from collections.abc import Collection
from functools import partial
from uuid import UUID

from django.db import Error, connection, transaction

from backoffice.database.statements import run
from backoffice.tenancy.transactions import across_tenants
from webhooks.lane_functions import CHANNEL
from webhooks.wake import wake

logger = logging.getLogger(__name__)

#: An endpoint that keeps the order of events is not sent `d` while an earlier event of the same order is still to be sent.
LATER_OF_AN_ORDER = """EXISTS (
    SELECT FROM webhooks_delivery earlier
    WHERE earlier.lane_id = d.lane_id AND earlier.order_id = d.order_id AND earlier.state IN ('due', 'parked') AND earlier.id < d.id
)"""

_MARK = "SELECT webhooks_mark_lanes(%(lanes)s::bigint[])"

#: When `lane`, whose `endpoint` is joined, has something to send next: one index probe for first tries and one for retries.
NEXT_DUE = f"""LEAST(
        (SELECT due_at FROM webhooks_delivery d WHERE d.lane_id = lane.id AND d.state = 'due' AND d.attempt_count = 0
         AND NOT (endpoint.fifo AND {LATER_OF_AN_ORDER}) ORDER BY d.due_at LIMIT 1),
        (SELECT due_at FROM webhooks_delivery d WHERE d.lane_id = lane.id AND d.state = 'due' AND d.attempt_count > 0
         AND NOT (endpoint.fifo AND {LATER_OF_AN_ORDER}) ORDER BY d.due_at LIMIT 1)
    )"""  # noqa: S608  # nothing but constants is put in

#: The start of a statement: lanes that have anything waiting, told from first tries and from retries by one index probe a lane.
LANES_WITH_WORK = """
WITH RECURSIVE first_tries AS (
    SELECT (SELECT min(lane_id) FROM webhooks_delivery WHERE state = 'due' AND attempt_count = 0) AS lane_id
    UNION ALL
    SELECT (SELECT min(d.lane_id) FROM webhooks_delivery d
            WHERE d.state = 'due' AND d.attempt_count = 0 AND d.lane_id > first_tries.lane_id)
    FROM first_tries WHERE first_tries.lane_id IS NOT NULL
), retries AS (
    SELECT (SELECT min(lane_id) FROM webhooks_delivery WHERE state = 'due' AND attempt_count > 0) AS lane_id
    UNION ALL
    SELECT (SELECT min(d.lane_id) FROM webhooks_delivery d
            WHERE d.state = 'due' AND d.attempt_count > 0 AND d.lane_id > retries.lane_id)
    FROM retries WHERE retries.lane_id IS NOT NULL
)"""

_REPAIR = f"""
{LANES_WITH_WORK}, waiting AS MATERIALIZED (
    SELECT lane.id AS lane_id, {NEXT_DUE} AS due_at
    FROM (SELECT lane_id FROM first_tries UNION SELECT lane_id FROM retries) AS with_work
    JOIN webhooks_lane lane ON lane.id = with_work.lane_id
    JOIN webhooks_endpoint endpoint ON endpoint.id = lane.endpoint_id
), unmarked AS MATERIALIZED (
    SELECT lane.id, GREATEST(waiting.due_at, lane.open_until, lane.paused_until) AS due_at
    FROM webhooks_lane lane JOIN waiting ON waiting.lane_id = lane.id
    WHERE lane.lease_until IS NULL AND waiting.due_at IS NOT NULL
      AND (lane.next_due_at IS NULL OR lane.next_due_at > GREATEST(waiting.due_at, lane.open_until, lane.paused_until))
    ORDER BY lane.id FOR NO KEY UPDATE OF lane SKIP LOCKED
), marked AS (
    UPDATE webhooks_lane lane SET next_due_at = unmarked.due_at FROM unmarked WHERE lane.id = unmarked.id
    RETURNING lane.next_due_at
)
SELECT count(*), CASE WHEN count(*) > 0 THEN pg_notify('{CHANNEL}', '')::text END FROM marked
"""  # noqa: S608  # nothing but constants is put in

# An open breaker stays open with its time over: the next try is its probe. The version keeps a worker that still holds
# the lane from writing back the health it knows.
_OPEN = f"""
SET LOCAL lock_timeout = '2s';
WITH wanted AS MATERIALIZED (
    SELECT id FROM webhooks_lane WHERE endpoint_id = ANY(%(endpoints)s) ORDER BY id FOR NO KEY UPDATE
), opened AS (
    UPDATE webhooks_lane lane
    SET next_due_at = statement_timestamp(), open_until = LEAST(open_until, statement_timestamp()), paused_until = NULL,
        health_version = health_version + 1
    FROM wanted WHERE lane.id = wanted.id
    RETURNING lane.id
)
SELECT pg_notify('{CHANNEL}', '') FROM opened LIMIT 1
"""  # noqa: S608  # nothing but constants is put in

_START_AFRESH = """
UPDATE webhooks_lane lane
SET breaker = 'closed', open_until = NULL, times_opened = 0, paused_until = NULL, failing_since = NULL,
    consecutive_failures = 0, latency_average_ms = NULL, failure_average = 0, consecutive_successes = 0,
    window_started_at = NULL, window_tries = 0, window_failures = 0, current_limit = endpoint.max_in_flight,
    health_version = lane.health_version + 1
FROM webhooks_endpoint endpoint
WHERE endpoint.id = lane.endpoint_id AND lane.endpoint_id = %(endpoint)s
"""

# One that was halved, since the receiver could not keep up, finds its way up by itself.
_FOLLOW_LIMIT = """
UPDATE webhooks_lane
SET current_limit = CASE WHEN current_limit >= %(before)s THEN %(now)s ELSE LEAST(current_limit, %(now)s) END,
    health_version = health_version + 1
WHERE endpoint_id = %(endpoint)s AND (current_limit >= %(before)s OR current_limit > %(now)s)
"""

_OVERDUE = """
SELECT count(*) FROM webhooks_lane
WHERE (next_due_at <= statement_timestamp() - make_interval(secs => %(seconds)s) AND lease_until IS NULL)
   OR lease_until < statement_timestamp() - make_interval(secs => %(seconds)s)
"""


def mark_due(lanes: Collection[int]) -> None:
    """Best effort, after a commit: say that these lanes have something to send. Never raises for the database."""
    if not lanes:
        return
    try:
        run(_MARK, {"lanes": list(lanes)})
    except Error:
        logger.warning("%d lanes were not marked as due; the sweeper will find them.", len(lanes), exc_info=True)


def open_now(endpoints: Collection[UUID]) -> None:
    """After the commit, have what is due at these endpoints tried now, whatever their breaker or a Retry-After says.

    One try goes out first where the breaker is open. Best effort: never raises for the database.
    """
    if endpoints:
        transaction.on_commit(partial(_open_now, list(endpoints)), robust=True)


def _open_now(endpoints: list[UUID]) -> None:
    try:
        with across_tenants("After the commit nobody's tenant is told."), connection.cursor() as cursor:
            cursor.execute(_OPEN, {"endpoints": endpoints})
    except Error:
        logger.warning("The lanes of %d endpoints were not opened.", len(endpoints), exc_info=True)
    wake()


def start_afresh(endpoint: UUID) -> None:
    """Forget how this endpoint did, in the caller's transaction: it is another URL, or somebody has mended it.

    Call it before any of its deliveries is changed there, since workers lock the lane first. Announce the lane as well.
    """
    with connection.cursor() as cursor:
        cursor.execute(_START_AFRESH, {"endpoint": endpoint})


def follow_limit(endpoint: UUID, *, before: int, now: int) -> None:
    """Have the lanes of an endpoint that allowed `before` requests at a time allow `now`, in the caller's transaction.

    Announce the lanes as well.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOW_LIMIT, {"endpoint": endpoint, "before": before, "now": now})


def repair_marks() -> int:
    """Mark every lane that has something waiting and does not say so; returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(_REPAIR)
        return int(cursor.fetchone()[0])


def overdue(*, seconds: float) -> int:
    """Lanes that have been due, unclaimed, for longer than `seconds`; an expired lease counts as well."""
    with connection.cursor() as cursor:
        cursor.execute(_OVERDUE, {"seconds": seconds})
        return int(cursor.fetchone()[0])
