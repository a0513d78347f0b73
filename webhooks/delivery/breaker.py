"""The health of a lane as a pure function of what happened: breaker, concurrency limit, averages."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

CLOSED, OPEN, PROBING = "closed", "open", "probing"

FAILURES_TO_OPEN = 5
FAILURE_SHARE_TO_OPEN = 0.5
FIRST_OPEN = timedelta(seconds=30)
LONGEST_OPEN = timedelta(hours=1)
JITTER_SHARE = 0.2
#: Weight of the newest result in the averages: the last ten or twenty decide.
WEIGHT = 0.1
SUCCESSES_TO_RAISE = 20
#: Answers that say the receiver has more than it can take.
OVERLOADED = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class LaneHealth:
    """What the lane's row keeps of its endpoint's condition, in the order of its columns."""

    breaker: str = CLOSED
    open_until: datetime | None = None
    times_opened: int = 0
    paused_until: datetime | None = None
    failing_since: datetime | None = None
    consecutive_failures: int = 0
    latency_average_ms: float | None = None
    failure_average: float = 0.0
    current_limit: int = 10

    @property
    def is_open(self) -> bool:
        return self.breaker == OPEN


def probing(health: LaneHealth) -> LaneHealth:
    """An open breaker whose time is over lets one probe through."""
    return replace(health, breaker=PROBING) if health.is_open else health


def after_success(health: LaneHealth, *, latency_ms: float, successes: int, most: int) -> LaneHealth:
    """One more success, the `successes`-th in a row as far as the worker knows; every 20th allows one more at a time."""
    limit = health.current_limit + (1 if successes % SUCCESSES_TO_RAISE == 0 else 0)
    return LaneHealth(
        paused_until=health.paused_until,
        latency_average_ms=_moved(health.latency_average_ms, latency_ms),
        failure_average=health.failure_average * (1 - WEIGHT),
        current_limit=min(limit, most),
    )


def after_failure(
    health: LaneHealth,
    *,
    now: datetime,
    latency_ms: float,
    overloaded: bool,
    paused_until: datetime | None,
    jitter: float,
) -> LaneHealth:
    """One more failure. `overloaded` (a timeout, 429 or 5xx) halves the limit; `jitter` runs from -1 to 1.

    The breaker opens on five in a row, when half of the latest fail, or when the probe fails: for 30 s, doubled each time up to an hour.
    """
    failures = health.consecutive_failures + 1
    average = health.failure_average * (1 - WEIGHT) + WEIGHT
    changed = replace(
        health,
        failing_since=health.failing_since or now,
        consecutive_failures=failures,
        latency_average_ms=_moved(health.latency_average_ms, latency_ms),
        failure_average=average,
        paused_until=_later(health.paused_until, paused_until),
        current_limit=max(1, health.current_limit // 2) if overloaded else health.current_limit,
    )
    if health.is_open:
        return changed
    if health.breaker == PROBING or failures >= FAILURES_TO_OPEN or average >= FAILURE_SHARE_TO_OPEN:
        longest = min(FIRST_OPEN * 2 ** min(health.times_opened, 16), LONGEST_OPEN)
        opened = now + longest * (1 + JITTER_SHARE * jitter)
        return replace(changed, breaker=OPEN, open_until=opened, times_opened=health.times_opened + 1)
    return changed


def _moved(average: float | None, value: float) -> float:
    return value if average is None else average + WEIGHT * (value - average)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return max(one, other)
