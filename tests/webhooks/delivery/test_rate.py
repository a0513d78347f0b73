"""No window of time ever holds more starts than the rate allows, and none fewer than it could."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhooks.delivery import rate

START = 1_790_000_000.0

rates = st.integers(1, 2000)
gaps = st.lists(st.floats(0, 2, allow_subnormal=False), min_size=1, max_size=120)


def _starts(per_second: int, gaps: list[float]) -> list[float]:
    """When requests started that wanted to at these times; one that has to wait is asked again at the next."""
    now, paced_until, starts = START, 0.0, []
    for gap in gaps:
        now += gap
        if rate.wait(paced_until, now=now, per_second=per_second) <= 0:
            paced_until = rate.started(paced_until, now=now, per_second=per_second)
            starts.append(now)
    return starts


@given(rates, gaps)
def test_any_window_holds_at_most_its_share_and_what_may_start_together(per_second: int, gaps: list[float]) -> None:
    starts = _starts(per_second, gaps)
    together = max(1, int(per_second * rate.TOGETHER))
    for first in range(len(starts)):
        for last in range(first, len(starts)):
            seconds = starts[last] - starts[first]
            assert last - first + 1 <= together + seconds * per_second + 1e-3


@given(rates, st.integers(1, 200))
def test_waiting_as_long_as_told_gives_the_full_rate(per_second: int, number: int) -> None:
    now, paced_until = START, 0.0
    for _ in range(number):
        now += rate.wait(paced_until, now=now, per_second=per_second) + 1e-6
        assert rate.wait(paced_until, now=now, per_second=per_second) == pytest.approx(0, abs=1e-6)
        paced_until = rate.started(paced_until, now=now, per_second=per_second)
    assert now - START <= number / per_second + number * 2e-6


@given(rates, rates, st.floats(-1e6, 1e6))
def test_a_changed_rate_or_clock_never_holds_a_lane_for_long(old: int, new: int, shift: float) -> None:
    paced_until = rate.started(START, now=START, per_second=old)
    assert 0 <= rate.wait(paced_until, now=START + shift, per_second=new) <= 1 / new + 1e-6


def test_ten_a_second_are_a_tenth_apart() -> None:
    assert _starts(10, [0.0, *[0.01] * 100]) == pytest.approx([START + 0.1 * each for each in range(11)], abs=0.011)
