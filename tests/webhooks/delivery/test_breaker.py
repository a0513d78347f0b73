from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from webhooks.delivery.breaker import (
    CLOSED,
    FAILURES_TO_OPEN,
    LONGEST_OPEN,
    OPEN,
    PROBING,
    LaneHealth,
    after_failure,
    after_success,
    probing,
)

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def _fail(health: LaneHealth, *, overloaded: bool = False, jitter: float = 0) -> LaneHealth:
    return after_failure(health, now=NOW, latency_ms=10, overloaded=overloaded, paused_until=None, jitter=jitter)


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
    closed = after_success(probe, latency_ms=5, successes=1, most=10)
    assert (closed.breaker, closed.open_until, closed.times_opened, closed.failing_since) == (CLOSED, None, 0, None)


def test_twenty_successes_allow_one_more_at_a_time_and_overload_halves() -> None:
    health = LaneHealth(current_limit=4)
    for number in range(1, 21):
        health = after_success(health, latency_ms=1, successes=number, most=10)
    assert health.current_limit == 5
    assert _fail(health, overloaded=True).current_limit == 2
    assert _fail(health).current_limit == 5


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.floats(-1, 1)), max_size=80))
def test_limits_hold_whatever_happens(happened: list[tuple[bool, bool, float]]) -> None:
    health, successes = LaneHealth(), 0
    for succeeded, overloaded, jitter in happened:
        health = probing(health)
        if succeeded:
            successes += 1
            health = after_success(health, latency_ms=1, successes=successes, most=10)
        else:
            successes = 0
            health = _fail(health, overloaded=overloaded, jitter=jitter)
        assert 1 <= health.current_limit <= 10
        assert 0 <= health.failure_average <= 1
        assert (health.open_until is not None) == (health.breaker == OPEN)
        if health.open_until:
            assert timedelta(0) < health.open_until - NOW <= LONGEST_OPEN * 1.2
