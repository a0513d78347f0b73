"""Writing results back: one statement for many, refused for lanes whose lease was lost."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

import orjson

from backoffice.database.identifiers import uuid7
from backoffice.database.statements import run_held
from backoffice.outbound.request import OutboundResult
from backoffice.security.redaction import Echoes, mask_headers
from webhooks.delivery.breaker import LaneHealth
from webhooks.delivery.build import Built
from webhooks.delivery.outcome import DELIVERED, Outcome
from webhooks.models import EngineTotals

#: Attempts by total time: up to 1, 2, 4 ... 32,768 ms, then slower.
BUCKETS = 17
#: Write-backs by size: up to 1, 2, 4 ... 256 results, then larger ones.
FLUSH_BUCKETS = 10
#: An answer that is written later than so long after its try began is not kept: its worker stood still, or the database was away, and
#: the answer may hold what was erased from the order meanwhile.
ANSWER_KEPT_FOR = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Finished:
    """A delivery's outcome. Without `built` and `result` nothing was sent: it could not be."""

    delivery_id: uuid.UUID
    attempts_made: int
    outcome: Outcome
    built: Built | None = None
    result: OutboundResult | None = None
    event_id: uuid.UUID | None = None
    store_id: uuid.UUID | None = None
    #: Of a test order or Send test: it is kept out of the figures.
    test: bool = False
    #: Of the call that posted the event.
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class LaneState:
    """The lease that allows the write, and the health to write with it."""

    lane_id: int
    endpoint_id: uuid.UUID
    token: uuid.UUID
    health: LaneHealth
    #: What the health was read with: if somebody has opened the lane since, it is not written.
    health_version: int = 0
    #: A Unix time.
    paced_until: float = 0.0


_KEPT = f"started_at > statement_timestamp() - interval '{ANSWER_KEPT_FOR.total_seconds():.0f} seconds'"
# JSON carries the rows: one parameter, whatever the number of rows and columns.
# `held` is the fence: the lanes whose lease is still ours. `delivery`, `figures`, `totals` and `health` write for those alone; `attempt`
# logs what was sent whoever holds the lane now, and marks it as late where that is somebody else.
_RECORD = f"""
WITH lane AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(lanes)s::jsonb) AS lane(
        place integer, id bigint, token uuid, breaker text, open_until timestamptz, times_opened smallint, paused_until timestamptz,
        failing_since timestamptz, consecutive_failures integer, latency_average_ms float8, failure_average float8,
        current_limit smallint, consecutive_successes smallint, window_started_at timestamptz, window_tries integer,
        window_failures integer, health_version integer, paced_until float8
    )
), held AS MATERIALIZED (
    SELECT lane.place, row.id FROM webhooks_lane row JOIN lane ON lane.id = row.id
    WHERE row.lease_token = lane.token AND row.lease_until > statement_timestamp()
    ORDER BY row.id FOR NO KEY UPDATE OF row
), result AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%(results)s::json) AS result(
        place integer, delivery uuid, state text, number smallint, retry_seconds float8, last_error text, last_error_detail text,
        attempt uuid, started_at timestamptz, url text, request_headers jsonb, body_sha256 bytea, status smallint,
        response_headers jsonb, response_body bytea, error text, error_detail text, remote_address text, dns_ms float8,
        connect_ms float8, tls_ms float8, first_byte_ms float8, total_ms float8
    )
), delivery AS (
    UPDATE webhooks_delivery delivery
    SET state = result.state, attempt_count = result.number, last_status = result.status,
        last_error = result.last_error, last_error_detail = result.last_error_detail,
        due_at = statement_timestamp() + result.retry_seconds * interval '1 second',
        finished_at = CASE WHEN result.state NOT IN ('due', 'parked') THEN statement_timestamp() END
    FROM result
    WHERE delivery.id = result.delivery AND delivery.state = 'due' AND result.place IN (SELECT place FROM held)
    RETURNING result.state
), attempt AS (
    INSERT INTO webhooks_attempt (
        id, delivery_id, number, started_at, url, request_headers, body_sha256, status, response_headers, response_body,
        error, error_detail, remote_address, dns_ms, connect_ms, tls_ms, first_byte_ms, total_ms, late
    )
    SELECT attempt, delivery, number, started_at, url, request_headers, body_sha256, status,
        CASE WHEN {_KEPT} THEN response_headers ELSE '[]' END, CASE WHEN {_KEPT} THEN response_body ELSE '' END,
        error, error_detail, remote_address, dns_ms, connect_ms, tls_ms, first_byte_ms, total_ms,
        result.place NOT IN (SELECT place FROM held)
    FROM result WHERE attempt IS NOT NULL
), figures AS (
    INSERT INTO webhooks_hourlyfigures AS hourly (endpoint_id, hour, succeeded, failed, latency_sum_ms, latency_buckets)
    SELECT endpoint, hour, succeeded, failed, latency_sum, buckets
    FROM jsonb_to_recordset(%(figures)s::jsonb) AS figures(
        place integer, endpoint uuid, hour timestamptz, succeeded integer, failed integer, latency_sum float8, buckets integer[]
    )
    WHERE figures.place IN (SELECT place FROM held) ORDER BY endpoint, hour
    ON CONFLICT (endpoint_id, hour) DO UPDATE SET
        succeeded = hourly.succeeded + excluded.succeeded, failed = hourly.failed + excluded.failed,
        latency_sum_ms = hourly.latency_sum_ms + excluded.latency_sum_ms,
        latency_buckets = ARRAY(
            SELECT COALESCE(a, 0) + COALESCE(b, 0)
            FROM unnest(hourly.latency_buckets, excluded.latency_buckets) WITH ORDINALITY AS both_of(a, b, place)
            ORDER BY place
        )
), totals AS (
    INSERT INTO webhooks_enginetotals AS total (
        slot, delivered, retried, exhausted, parked, cancelled, late, latency_sum_ms, latency_buckets, flushed_rows,
        flush_buckets
    )
    SELECT %(slot)s::int, count(*) FILTER (WHERE state = 'delivered'), count(*) FILTER (WHERE state = 'due'),
        count(*) FILTER (WHERE state = 'exhausted'), count(*) FILTER (WHERE state = 'parked'),
        count(*) FILTER (WHERE state = 'cancelled'),
        (SELECT count(*) FROM result WHERE attempt IS NOT NULL AND place NOT IN (SELECT place FROM held)),
        %(latency_sum)s::float8, %(latency_buckets)s::bigint[], %(rows)s::bigint, %(flush_buckets)s::bigint[]
    FROM delivery
    ON CONFLICT (slot) DO UPDATE SET
        delivered = total.delivered + excluded.delivered, retried = total.retried + excluded.retried,
        exhausted = total.exhausted + excluded.exhausted, parked = total.parked + excluded.parked,
        cancelled = total.cancelled + excluded.cancelled, late = total.late + excluded.late,
        latency_sum_ms = total.latency_sum_ms + excluded.latency_sum_ms,
        latency_buckets = ARRAY(
            SELECT a + b FROM unnest(total.latency_buckets, excluded.latency_buckets) WITH ORDINALITY AS both_of(a, b, place)
            ORDER BY place
        ),
        flushed_rows = total.flushed_rows + excluded.flushed_rows,
        flush_buckets = ARRAY(
            SELECT a + b FROM unnest(total.flush_buckets, excluded.flush_buckets) WITH ORDINALITY AS both_of(a, b, place)
            ORDER BY place
        )
), health AS (
    UPDATE webhooks_lane row
    SET breaker = lane.breaker, open_until = lane.open_until, times_opened = lane.times_opened,
        paused_until = lane.paused_until, failing_since = lane.failing_since,
        consecutive_failures = lane.consecutive_failures, latency_average_ms = lane.latency_average_ms,
        failure_average = lane.failure_average, current_limit = lane.current_limit,
        consecutive_successes = lane.consecutive_successes, window_started_at = lane.window_started_at,
        window_tries = lane.window_tries, window_failures = lane.window_failures,
        paced_until = CASE WHEN lane.paced_until > 0 THEN to_timestamp(lane.paced_until) END
    FROM lane JOIN held ON held.place = lane.place
    WHERE row.id = held.id AND row.health_version = lane.health_version
)
SELECT place FROM held
"""  # noqa: S608  # nothing but a constant is put in


def record(batch: Sequence[tuple[LaneState, Sequence[Finished]]]) -> list[bool]:
    """Write each lane's results; says of each lane whether its lease still held. If not, they are logged as late, and not counted."""
    parameters = {
        "lanes": orjson.dumps([_lane(place, lane) for place, (lane, _results) in enumerate(batch)]).decode(),
        "results": orjson.dumps(
            [_result(place, each) for place, (_lane, them) in enumerate(batch) for each in them]
        ).decode(),
        "figures": orjson.dumps(_figures(batch)).decode(),
        **_totals(batch),
    }
    held = {row[0] for row in run_held(_RECORD, parameters)}
    return [place in held for place in range(len(batch))]


def _lane(place: int, lane: LaneState) -> dict[str, object]:
    return {
        "place": place,
        "id": lane.lane_id,
        "token": lane.token,
        "health_version": lane.health_version,
        "paced_until": lane.paced_until,
        **lane.health._asdict(),
    }


def _result(place: int, finished: Finished) -> dict[str, object]:
    outcome = finished.outcome
    row: dict[str, object] = {
        "place": place,
        "delivery": finished.delivery_id,
        "state": outcome.state,
        "number": finished.attempts_made,
        "retry_seconds": outcome.retry_in.total_seconds() if outcome.retry_in is not None else None,
        "last_error": outcome.error,
        "last_error_detail": _storable(outcome.detail)[:300],
    }
    if finished.built is None or finished.result is None:
        return row
    result, timings, echoes = finished.result, finished.result.timings, Echoes(finished.built.secrets)
    return row | {
        "attempt": uuid7(),
        "started_at": result.started_at,
        "url": finished.built.recorded_url,
        "request_headers": finished.built.recorded_headers,
        "body_sha256": f"\\x{finished.built.body_sha256.hex()}",
        "status": result.status,
        "response_headers": mask_headers((name, _storable(echoes.covered(value))) for name, value in result.headers),
        "response_body": f"\\x{echoes.covered_bytes(result.body).hex()}",
        "error": str(result.error or ""),
        "error_detail": _storable(result.error_detail)[:300],
        "remote_address": result.remote_address,
        "dns_ms": timings.dns_ms,
        "connect_ms": timings.connect_ms,
        "tls_ms": timings.tls_ms,
        "first_byte_ms": timings.first_byte_ms,
        "total_ms": timings.total_ms,
    }


def _storable(text: str) -> str:
    """PostgreSQL keeps every character but NUL."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}") if "\x00" in text else text


def _figures(batch: Sequence[tuple[LaneState, Sequence[Finished]]]) -> list[dict[str, object]]:
    """One row for each lane and hour. An endpoint has one lane and that one lease, so no endpoint and hour is written twice.

    A lane may stand in the batch a second time, with a lease that was lost: its results are late and must not be counted.
    """
    counts: dict[tuple[int, datetime], list[int]] = {}
    sums: dict[tuple[int, datetime], float] = {}
    for place, (_lane, results) in enumerate(batch):
        for each in results:
            if each.result is None or each.test:
                continue
            key = (place, each.result.started_at.replace(minute=0, second=0, microsecond=0))
            count = counts.setdefault(key, [0] * (BUCKETS + 2))
            count[0 if each.outcome.state == DELIVERED else 1] += 1
            count[2 + bucket(each.result.timings.total_ms)] += 1
            sums[key] = sums.get(key, 0.0) + each.result.timings.total_ms
    return [
        {
            "place": key[0],
            "endpoint": batch[key[0]][0].endpoint_id,
            "hour": key[1],
            "succeeded": count[0],
            "failed": count[1],
            "latency_sum": sums[key],
            "buckets": count[2:],
        }
        for key, count in counts.items()
    ]


def _totals(batch: Sequence[tuple[LaneState, Sequence[Finished]]]) -> dict[str, object]:
    """What this write-back adds to the totals of the slot that the worker's number falls on."""
    latency = [0] * BUCKETS
    latency_sum, rows = 0.0, 0
    for _lane_state, results in batch:
        rows += len(results)
        for each in results:
            if each.result is not None:
                latency[bucket(each.result.timings.total_ms)] += 1
                latency_sum += each.result.timings.total_ms
    flush = [0] * FLUSH_BUCKETS
    flush[min(FLUSH_BUCKETS - 1, max(0, rows - 1).bit_length())] = 1
    return {
        "slot": (batch[0][0].token.int >> 96) % EngineTotals.SLOTS if batch else 0,
        "latency_sum": latency_sum,
        "latency_buckets": latency,
        "rows": rows,
        "flush_buckets": flush,
    }


def bucket(milliseconds: float) -> int:
    """The place of a time among the latency buckets."""
    return min(BUCKETS - 1, max(0, ceil(milliseconds) - 1).bit_length())
