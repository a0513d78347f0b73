"""Claims are made at once while they cost little, and together where they would take too much of a core."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhooks.delivery import claim_pace
from webhooks.delivery.claim_pace import LONGEST_PAUSE, SAVED, SHARE, ClaimPace


def _pace(monkeypatch: pytest.MonkeyPatch, spent: list[float]) -> ClaimPace:
    clock = [0.0]

    def thread_time() -> float:
        clock[0] += spent.pop(0) if spent else 0.0
        return clock[0]

    monkeypatch.setattr(claim_pace, "thread_time", thread_time)
    return ClaimPace()


def test_claims_that_take_less_than_their_share_never_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    pace = _pace(monkeypatch, [0.0, *[0.05 * SHARE] * 100])
    for number in range(100):
        now = 100 + number * 0.05
        assert pace.next_at <= now
        pace.claimed(now, full=False)


def test_a_burst_waits_for_none_and_what_goes_on_is_made_together(monkeypatch: pytest.MonkeyPatch) -> None:
    cost = 0.01
    pace = _pace(monkeypatch, [0.0, *[cost] * 1000])
    moments = []
    now = 100.0
    while now < 102:
        moments.append(now)
        pace.claimed(now, full=False)
        now = max(now, pace.next_at)
    burst = sum(moment == 100.0 for moment in moments)
    assert burst == pytest.approx(SAVED * SHARE / cost, abs=1)
    assert len(moments) - burst == pytest.approx(2 / min(cost / SHARE, LONGEST_PAUSE), rel=0.2)


def test_a_full_claim_is_followed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    pace = _pace(monkeypatch, [0.0, *[5.0] * 10])
    for _ in range(5):
        pace.claimed(100.0, full=True)
    assert pace.next_at <= 100.0


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 10)), max_size=30))
def test_no_pause_is_longer_than_the_longest(rounds: list[tuple[float, float]]) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        pace = _pace(monkeypatch, [0.0, *[spent for _apart, spent in rounds]])
        now = 100.0
        for apart, _spent in rounds:
            now += apart
            pace.claimed(now, full=False)
            assert pace.next_at - now <= LONGEST_PAUSE + 1e-9
