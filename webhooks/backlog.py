"""How much waits and since when: a few index probes, whatever the number of deliveries."""

from dataclasses import dataclass

from django.db import connection, transaction

from backoffice.tenancy.transactions import across_tenants
from webhooks.lanes import LANES_WITH_WORK

#: Each kind of waiting delivery is counted up to here.
MOST_COUNTED = 100_000
_SECONDS = 2
_REASON = "Whoever runs the product is told of everybody's deliveries at once."

# Candidates are the lanes that have been due for longest, those that are leased, and the first that have anything waiting,
# marked or not. What an open breaker or the receiver's wish holds back does not wait for us. A lane that was just given back
# has waited since then, however old what is in it.
_OLDEST = f"""
{LANES_WITH_WORK}, candidate AS (
    (SELECT id FROM webhooks_lane WHERE next_due_at <= statement_timestamp() AND lease_until IS NULL
     ORDER BY next_due_at LIMIT 100)
    UNION (SELECT id FROM webhooks_lane WHERE lease_until IS NOT NULL ORDER BY lease_until LIMIT 200)
    UNION (SELECT lane_id FROM first_tries LIMIT 200)
    UNION (SELECT lane_id FROM retries LIMIT 200)
), waiting AS (
    SELECT COALESCE(lane.lease_until >= statement_timestamp(), false) AS leased, lane.served_at, lane.lease_until, LEAST(
        (SELECT d.due_at FROM webhooks_delivery d WHERE d.lane_id = lane.id AND d.state = 'due' AND d.attempt_count = 0
         ORDER BY d.due_at LIMIT 1),
        (SELECT d.due_at FROM webhooks_delivery d WHERE d.lane_id = lane.id AND d.state = 'due' AND d.attempt_count > 0
         ORDER BY d.due_at LIMIT 1)
    ) AS due_at
    FROM candidate JOIN webhooks_lane lane ON lane.id = candidate.id
    WHERE (lane.open_until IS NULL OR lane.open_until <= statement_timestamp())
      AND (lane.paused_until IS NULL OR lane.paused_until <= statement_timestamp())
      AND (lane.next_due_at IS NULL OR lane.next_due_at <= statement_timestamp())
)
SELECT
    extract(epoch FROM statement_timestamp() - min(GREATEST(due_at, served_at, lease_until)) FILTER (WHERE NOT leased)),
    extract(epoch FROM statement_timestamp() - min(due_at) FILTER (WHERE leased))
FROM waiting WHERE due_at <= statement_timestamp()
"""  # noqa: S608  # nothing but constants is put in

_COUNTS = """
SELECT
    (SELECT count(*) FROM (
        SELECT FROM webhooks_delivery WHERE state = 'due' AND attempt_count = 0 LIMIT %(most)s) AS first_tries),
    (SELECT count(*) FROM (
        SELECT FROM webhooks_delivery WHERE state = 'due' AND attempt_count > 0 LIMIT %(most)s) AS retries),
    (SELECT count(*) FROM (SELECT FROM webhooks_delivery WHERE state = 'parked' LIMIT %(most)s) AS parked)
"""


@dataclass(frozen=True, slots=True)
class OldestDue:
    """Seconds since the oldest due delivery of a lane became due. `unclaimed` lanes wait for a worker; of `leased` ones a worker
    is sending, as fast as the receiver lets it."""

    unclaimed: float
    leased: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """Deliveries that wait; a number that reaches MOST_COUNTED means that many or more."""

    first_tries: int
    retries: int
    parked: int


def oldest_due() -> OldestDue:
    """Zero where nothing is due. Raises Django's OperationalError where the answer takes longer than two seconds."""
    with across_tenants(_REASON), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{_SECONDS}s"])
        cursor.execute(_OLDEST)
        unclaimed, leased = cursor.fetchone()
    return OldestDue(float(unclaimed or 0), float(leased or 0))


def waiting() -> Waiting:
    """How many deliveries wait, from the indexes that hold nothing else."""
    with across_tenants(_REASON), connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"most": MOST_COUNTED})
        return Waiting(*cursor.fetchone())
