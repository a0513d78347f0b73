from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhooks.delivery.breaker import (
    CLOSED,
    FAILURES_TO_OPEN,
    LONGEST_OPEN,
    MOST_COUNTED,
    OPEN,
    PROBING,
    TRIES_TO_JUDGE,
    WINDOW,
    LaneHealth,
    after_failure,
    after_success,
    open_time,
    probing,
)

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def _fail(health: LaneHealth, *, overloaded: bool = False, jitter: float = 0, now: datetime = NOW) -> LaneHealth:
    return after_failure(health, now=now, latency_ms=10, overloaded=overloaded, paused_until=None, jitter=jitter)


def _succeed(health: LaneHealth, *, now: datetime = NOW) -> LaneHealth:
    return after_success(health, now=now, latency_ms=5, most=10)


def test_five_failures_in_a_row_open_it_for_half_a_minute() -> None:
    health = LaneHealth()
    for _ in range(FAILURES_TO_OPEN - 1):
        health = _fail(health)
    assert health.breaker == CLOSED
    health = _fail(health)
    assert (health.breaker, health.open_until) == (OPEN, NOW + timedelta(seconds=30))
    assert health.failing_since == NOW


def test_a_failed_probe_doubles_the_time_and_a_good_one_closes_it() -> None:
    health = LaneHealth()
    for _ in range(FAILURES_TO_OPEN):
        health = _fail(health)
    probe = probing(health)
    assert probe.breaker == PROBING
    assert _fail(probe).open_until == NOW + timedelta(seconds=60)
    closed = _succeed(probe)
    assert (closed.breaker, closed.open_until, closed.times_opened, closed.failing_since) == (CLOSED, None, 0, None)


def test_a_success_from_before_it_opened_leaves_it_open_and_stops_the_failing_clock() -> None:
    health = LaneHealth()
    for _ in range(FAILURES_TO_OPEN):
        health = _fail(health)
    late = _succeed(health)
    assert (late.breaker, late.open_until, late.times_opened) == (OPEN, health.open_until, 1)
    assert (late.failing_since, late.consecutive_failures) == (None, 0)


def test_half_of_ten_tries_in_five_minutes_open_it() -> None:
    health = LaneHealth()
    for _ in range(TRIES_TO_JUDGE // 2 - 1):
        health = _succeed(_fail(health))
    health = _succeed(health)
    assert health.breaker == CLOSED
    assert _fail(health).breaker == OPEN


def test_failures_spread_over_more_than_five_minutes_do_not_open_it() -> None:
    health, now = LaneHealth(), NOW
    for _ in range(100):
        health = _succeed(_fail(health, now=now), now=now)
        now += timedelta(minutes=1, seconds=16)
        assert health.breaker == CLOSED


def test_a_busy_lane_is_judged_by_its_latest_tries() -> None:
    health = LaneHealth()
    for _ in range(5000):
        health = _succeed(health)
    tries = 0
    while health.breaker == CLOSED:
        health = _fail(_succeed(health), now=NOW)
        tries += 2
        assert tries < 2 * MOST_COUNTED


@pytest.mark.parametrize("before", [CLOSED, OPEN, PROBING])
def test_one_probe_at_a_time_until_it_has_closed(before: str) -> None:
    assert LaneHealth(breaker=before, current_limit=8).limit(10) == (8 if before == CLOSED else 1)


def test_twenty_successes_allow_one_more_at_a_time_and_overload_halves() -> None:
    health = LaneHealth(current_limit=4)
    for _ in range(20):
        health = _succeed(health)
    assert health.current_limit == 5
    assert _fail(health, overloaded=True).current_limit == 2
    assert _fail(health).current_limit == 5


@given(st.integers(0, 10_000), st.floats(-1, 1))
def test_open_times_double_from_half_a_minute_to_an_hour(times: int, jitter: float) -> None:
    plain = min(timedelta(seconds=30 * 2 ** min(times, 7)), LONGEST_OPEN)
    assert abs(open_time(times, jitter=jitter) / plain - 1) <= 0.2 + 1e-6


events = st.lists(st.tuples(st.booleans(), st.booleans(), st.floats(-1, 1), st.integers(0, 400)), max_size=80)


@given(events)
def test_limits_hold_whatever_happens(happened: list[tuple[bool, bool, float, int]]) -> None:
    health, now = LaneHealth(), NOW
    for succeeded, overloaded, jitter, seconds in happened:
        now += timedelta(seconds=seconds)
        before = health
        if health.open_until is None or health.open_until <= now:
            health = probing(health)
        if succeeded:
            health = _succeed(health, now=now)
        else:
            health = _fail(health, overloaded=overloaded, jitter=jitter, now=now)
        assert 1 <= health.current_limit <= 10
        assert 0 <= health.failure_average <= 1
        assert 0 <= health.window_failures <= health.window_tries <= MOST_COUNTED
        assert (health.open_until is not None) == (health.breaker == OPEN)
        assert (health.failing_since is None) == (health.consecutive_failures == 0) == succeeded
        if health.open_until and not before.is_open:
            assert timedelta(0) < health.open_until - now <= LONGEST_OPEN * 1.2


@given(events)
def test_it_opens_for_a_rule_of_its_own_alone(happened: list[tuple[bool, bool, float, int]]) -> None:
    """Whenever it opens, the last five tries had failed, or half of ten or more in the last five minutes, or the probe."""
    health, now, history = LaneHealth(), NOW, list[tuple[datetime, bool]]()
    for succeeded, _overloaded, jitter, seconds in happened:
        now += timedelta(seconds=seconds)
        probed = health.is_open
        health = probing(health)
        history.append((now, succeeded))
        health = _succeed(health, now=now) if succeeded else _fail(health, jitter=jitter, now=now)
        if not health.is_open or probed:
            continue
        recent = [good for at, good in history if now - at < WINDOW]
        in_a_row = [good for _at, good in history[-FAILURES_TO_OPEN:]]
        judged = any(2 * recent[-count:].count(False) >= count >= TRIES_TO_JUDGE for count in range(1, len(recent) + 1))
        assert judged or in_a_row == [False] * FAILURES_TO_OPEN
