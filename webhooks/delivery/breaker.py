"""The health of a lane as a pure function of what happened: breaker, limit of requests at a time, averages, failing clock."""

from datetime import datetime, timedelta
from typing import NamedTuple

CLOSED, OPEN, PROBING = "closed", "open", "probing"

FAILURES_TO_OPEN = 5
#: Or half of at least so many tries within so long. At a high rate a new count begins sooner: after so many tries.
TRIES_TO_JUDGE = 10
WINDOW = timedelta(minutes=5)
MOST_COUNTED = 100

FIRST_OPEN = timedelta(seconds=30)
LONGEST_OPEN = timedelta(hours=1)
JITTER_SHARE = 0.2
MOST_TIMES_OPENED = 1000

SUCCESSES_TO_RAISE = 20
#: Weight of the newest result in the averages: the last ten or twenty decide.
WEIGHT = 0.1


class LaneHealth(NamedTuple):
    """What the lane's row keeps of its endpoint's condition, in the order of the columns that a claim reads."""

    breaker: str = CLOSED
    open_until: datetime | None = None
    times_opened: int = 0
    paused_until: datetime | None = None
    #: The first failure since the last success, and how many there were: what disables an endpoint in the end.
    failing_since: datetime | None = None
    consecutive_failures: int = 0
    latency_average_ms: float | None = None
    failure_average: float = 0.0
    current_limit: int = 10
    consecutive_successes: int = 0
    window_started_at: datetime | None = None
    window_tries: int = 0
    window_failures: int = 0

    @property
    def is_open(self) -> bool:
        return self.breaker == OPEN

    def limit(self, most: int) -> int:
        """Requests at a time, of the `most` that the endpoint allows: one probe until the breaker has closed."""
        return 1 if self.breaker != CLOSED else max(1, min(self.current_limit, most))


def probing(health: LaneHealth) -> LaneHealth:
    """An open breaker whose time is over lets one probe through."""
    return health._replace(breaker=PROBING) if health.is_open else health


def after_success(health: LaneHealth, *, now: datetime, latency_ms: float, most: int) -> LaneHealth:
    """One more success; every 20th in a row allows one more at a time, up to `most`.

    The probe's success closes the breaker. That of a request from before it opened does not: half of them may fail.
    """
    limit, successes = health.current_limit, health.consecutive_successes + 1
    if successes >= SUCCESSES_TO_RAISE:
        limit, successes = limit + 1, 0
    started, tries, failures = (now, 0, 0) if health.breaker == PROBING else _counted(health, now, failed=False)
    return LaneHealth(
        breaker=OPEN if health.is_open else CLOSED,
        open_until=health.open_until if health.is_open else None,
        times_opened=health.times_opened if health.is_open else 0,
        paused_until=health.paused_until,
        latency_average_ms=_moved(health.latency_average_ms, latency_ms),
        failure_average=health.failure_average * (1 - WEIGHT),
        current_limit=max(1, min(limit, most)),
        consecutive_successes=successes,
        window_started_at=started,
        window_tries=tries,
        window_failures=failures,
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

    The breaker opens on five in a row, on half of ten tries in five minutes, or when the probe fails.
    """
    started, tries, failures = _counted(health, now, failed=True)
    changed = health._replace(
        failing_since=health.failing_since or now,
        consecutive_failures=health.consecutive_failures + 1,
        latency_average_ms=_moved(health.latency_average_ms, latency_ms),
        failure_average=health.failure_average * (1 - WEIGHT) + WEIGHT,
        paused_until=_later(health.paused_until, paused_until),
        current_limit=max(1, health.current_limit // 2) if overloaded else health.current_limit,
        consecutive_successes=0,
        window_started_at=started,
        window_tries=tries,
        window_failures=failures,
    )
    if health.is_open:
        return changed
    if health.breaker == PROBING or _must_open(changed):
        return changed._replace(
            breaker=OPEN,
            open_until=now + open_time(health.times_opened, jitter=jitter),
            times_opened=min(health.times_opened + 1, MOST_TIMES_OPENED),
            window_tries=0,
            window_failures=0,
        )
    return changed


def open_time(times_opened: int, *, jitter: float) -> timedelta:
    """How long the breaker opens after it opened `times_opened` times in a row: 30 s, doubled up to an hour, give or take a fifth."""
    longest: timedelta = min(FIRST_OPEN * 2 ** min(times_opened, 16), LONGEST_OPEN)
    return longest * (1 + JITTER_SHARE * jitter)


def _must_open(health: LaneHealth) -> bool:
    if health.consecutive_failures >= FAILURES_TO_OPEN:
        return True
    return health.window_tries >= TRIES_TO_JUDGE and 2 * health.window_failures >= health.window_tries


def _counted(health: LaneHealth, now: datetime, *, failed: bool) -> tuple[datetime, int, int]:
    """The count with one more try in it: the one that runs, or a new one where it is over."""
    started, tries, failures = health.window_started_at, health.window_tries, health.window_failures
    if started is None or not timedelta() <= now - started < WINDOW or tries >= MOST_COUNTED:
        return now, 1, int(failed)
    return started, tries + 1, failures + failed


def _moved(average: float | None, value: float) -> float:
    return value if average is None else average + WEIGHT * (value - average)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return max(one, other)
