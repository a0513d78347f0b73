"""Leasing lanes: claim those that are due, renew while they are worked on, give them back with their next due time."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from backoffice.database.statements import run_held
from licensing.entitlements import has_hub_sql, is_enterprise_sql
from webhooks.delivery.breaker import LaneHealth
from webhooks.lane_functions import CHANNEL
from webhooks.lanes import NEXT_DUE


@dataclass(frozen=True, slots=True)
class Claimed:
    """A leased lane with what decides whether and how its endpoint may be called now."""

    lane_id: int
    #: The lease before this one: ours if the lane only went on, another's if somebody else had it, None if nobody did.
    taken_from: uuid.UUID | None
    endpoint_id: uuid.UUID
    #: None of an endpoint of an organization, whose deliveries belong to several stores.
    store_id: uuid.UUID | None
    #: None of an endpoint of a store.
    organization_id: uuid.UUID | None
    endpoint_state: str
    deleted: bool
    integration_deactivated: bool
    #: The slug of the integration's provider; None for the store's own endpoints.
    provider: str | None
    #: Whether its store has the hub or, of an endpoint of an organization, that has the level for it.
    entitled: bool
    #: Changes whenever the endpoint, its keys or its integration's settings do.
    version: tuple[int, int]
    max_in_flight: int
    timeout_seconds: int
    rate_per_second: int | None
    fifo: bool
    #: Whether its present URL has ever answered with success.
    confirmed: bool
    #: A Unix time, see `rate`.
    paced_until: float
    #: Rises when somebody opens the lane: the health read with an older one is out of date.
    health_version: int
    health: LaneHealth


# A lane of our own that was marked while we held it is claimed again, so that taking marks is one statement.
# The lease need not survive a crash of the database: losing it then is what a dead worker looks like, so the commit
# is not waited for.
_CLAIM = f"""
WITH mine AS (
    SELECT id, lease_token FROM webhooks_lane
    WHERE id = ANY(%(held)s) AND lease_token = ANY(%(tokens)s) AND next_due_at <= statement_timestamp()
    FOR NO KEY UPDATE SKIP LOCKED
), others AS (
    SELECT id, lease_token FROM webhooks_lane
    WHERE ((next_due_at <= statement_timestamp() AND lease_until IS NULL) OR lease_until < statement_timestamp())
      AND (open_until IS NULL OR open_until <= statement_timestamp())
      AND (paused_until IS NULL OR paused_until <= statement_timestamp())
    ORDER BY served_at NULLS FIRST LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED
), claimed AS (
    UPDATE webhooks_lane lane
    SET lease_token = %(token)s, next_due_at = NULL, served_at = statement_timestamp(),
        lease_until = statement_timestamp() + make_interval(secs => %(seconds)s)
    FROM (SELECT * FROM mine UNION SELECT * FROM others) AS taken
    WHERE lane.id = taken.id
    RETURNING lane.*, taken.lease_token AS taken_from
)
SELECT claimed.id, claimed.taken_from, endpoint.id, endpoint.store_id, endpoint.organization_id, endpoint.state, endpoint.deleted_at IS NOT NULL,
    integration.deactivated_at IS NOT NULL, integration.provider_slug,
    CASE WHEN endpoint.store_id IS NULL THEN {is_enterprise_sql("endpoint.organization_id")} ELSE {has_hub_sql("endpoint.store_id")} END,
    endpoint.version, COALESCE(integration.version, 0), endpoint.max_in_flight,
    endpoint.timeout_seconds, endpoint.rate_per_second, endpoint.fifo, endpoint.confirmed_at IS NOT NULL,
    COALESCE(extract(epoch FROM claimed.paced_until), 0)::float8, claimed.health_version, claimed.breaker, claimed.open_until, claimed.times_opened, claimed.paused_until,
    claimed.failing_since, claimed.consecutive_failures, claimed.latency_average_ms, claimed.failure_average,
    claimed.current_limit, claimed.consecutive_successes, claimed.window_started_at, claimed.window_tries,
    claimed.window_failures, set_config('synchronous_commit', 'off', true)
FROM claimed
JOIN webhooks_endpoint endpoint ON endpoint.id = claimed.endpoint_id
LEFT JOIN integrations_integration integration ON integration.id = endpoint.integration_id
"""  # noqa: S608  # nothing but constants is put in

_RENEW = """
WITH mine AS (
    SELECT lane.id FROM webhooks_lane lane
    JOIN unnest(%(lanes)s::bigint[], %(tokens)s::uuid[]) AS held(id, token) ON lane.id = held.id
    WHERE lane.lease_token = held.token AND lane.lease_until > statement_timestamp()
    ORDER BY lane.id FOR NO KEY UPDATE OF lane
)
UPDATE webhooks_lane lane SET lease_until = statement_timestamp() + make_interval(secs => %(seconds)s)
FROM mine WHERE lane.id = mine.id RETURNING lane.id
"""

# LEAST keeps a mark that was made during the lease: the row is read again, in its latest version, when it is updated.
# It was served until now: a lane that had its turn queues behind one that was served in the meantime and has new orders.
_RELEASE = f"""
WITH mine AS MATERIALIZED (
    SELECT lane.id, {NEXT_DUE} AS due_at
    FROM webhooks_lane lane
    JOIN webhooks_endpoint endpoint ON endpoint.id = lane.endpoint_id
    JOIN unnest(%(lanes)s::bigint[], %(tokens)s::uuid[]) AS held(id, token) ON lane.id = held.id
    WHERE lane.lease_token = held.token
    ORDER BY lane.id FOR NO KEY UPDATE OF lane
), released AS (
    UPDATE webhooks_lane lane
    SET lease_token = NULL, lease_until = NULL, served_at = statement_timestamp(),
        next_due_at = CASE WHEN LEAST(lane.next_due_at, mine.due_at) IS NOT NULL
            THEN GREATEST(LEAST(lane.next_due_at, mine.due_at), lane.open_until, lane.paused_until) END
    FROM mine WHERE lane.id = mine.id
    RETURNING lane.next_due_at
)
SELECT count(*), count(CASE WHEN next_due_at <= statement_timestamp() THEN pg_notify('{CHANNEL}', '')::text END),
    set_config('synchronous_commit', 'off', true)
FROM released
"""  # noqa: S608  # nothing but constants is put in

_SHELVE = """
UPDATE webhooks_delivery delivery
SET state = %(state)s::text, due_at = NULL, last_error = %(reason)s::text, last_error_detail = %(words)s::text,
    finished_at = CASE WHEN %(state)s::text = 'cancelled' THEN statement_timestamp() END
FROM webhooks_lane lane
WHERE delivery.lane_id = lane.id AND delivery.state = 'due' AND lane.id = ANY(%(lanes)s) AND lane.lease_token = ANY(%(tokens)s)
  AND delivery.id <> ALL(%(under_way)s::uuid[])
"""


_SHELVE_ROWS = """
UPDATE webhooks_delivery delivery
SET state = 'parked', due_at = NULL, last_error = %(reason)s::text, last_error_detail = %(words)s::text
FROM webhooks_lane lane
WHERE delivery.id = ANY(%(ids)s::uuid[]) AND delivery.state = 'due'
  AND lane.id = delivery.lane_id AND lane.lease_token = ANY(%(tokens)s)
"""


def claim(*, most: int, token: uuid.UUID, lease_seconds: float, held: Mapping[int, uuid.UUID]) -> list[Claimed]:
    """Lease up to `most` due lanes, oldest-served first, and take the marks of those in `held` (lane: token)."""
    rows = run_held(
        _CLAIM,
        {
            "most": most,
            "token": token,
            "seconds": float(lease_seconds),
            "held": list(held),
            "tokens": list(set(held.values())),
        },
    )
    return [_claimed(row) for row in rows]


def _claimed(row: tuple[Any, ...]) -> Claimed:
    lane_id, taken_from, endpoint_id, store_id, organization_id, state, deleted, deactivated, provider = row[:9]
    entitled, version, integration_version, most, timeout, per_second, fifo, confirmed, paced_until, health_version = (
        row[9:19]
    )
    return Claimed(
        lane_id,
        taken_from,
        endpoint_id,
        store_id,
        organization_id,
        state,
        deleted,
        deactivated,
        provider,
        entitled,
        (version, integration_version),
        most,
        timeout,
        per_second,
        fifo,
        confirmed,
        paced_until,
        health_version,
        LaneHealth(*row[19:32]),
    )


def renew(lanes: Mapping[int, uuid.UUID], *, lease_seconds: float) -> set[int]:
    """Extend the leases; returns the lanes that are still ours. The others were taken over: stop working on them."""
    rows = run_held(_RENEW, {"lanes": list(lanes), "tokens": list(lanes.values()), "seconds": float(lease_seconds)})
    return {row[0] for row in rows}


def release(lanes: Mapping[int, uuid.UUID]) -> None:
    """Give lanes back; each is next due when its earliest waiting delivery is. What is due at once wakes other drains."""
    if lanes:
        run_held(_RELEASE, {"lanes": list(lanes), "tokens": list(lanes.values())})


def shelve(
    lanes: Mapping[int, uuid.UUID], *, under_way: Collection[uuid.UUID], state: str, reason: str, words: str
) -> None:
    """Take what waits in these leased lanes out of the queue: parked, or cancelled. What is `under_way` gets its own outcome."""
    run_held(
        _SHELVE,
        {
            "lanes": list(lanes),
            "tokens": list(set(lanes.values())),
            "under_way": list(under_way),
            "state": str(state),
            "reason": reason,
            "words": words,
        },
    )


def shelve_rows(ids: Collection[uuid.UUID], tokens: Collection[uuid.UUID], *, reason: str, words: str) -> None:
    """Park these deliveries of lanes leased with `tokens`; the lanes go on with the others."""
    run_held(_SHELVE_ROWS, {"ids": list(ids), "tokens": list(tokens), "reason": reason, "words": words})
