"""The retry schedule's promises, for any jitter and any Retry-After."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhooks.delivery.backoff import MAX_ATTEMPTS, RETRY_DELAYS, in_words, next_delay, parse_retry_after

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)

attempts = st.integers(1, 30)
jitters = st.floats(-1, 1)
waits = st.none() | st.timedeltas(timedelta(), timedelta(days=400))


def test_schedule_without_jitter() -> None:
    delays = [next_delay(made, retry_after=None, jitter=0) for made in range(1, 11)]
    assert delays == [
        timedelta(seconds=5),
        timedelta(minutes=5),
        timedelta(minutes=30),
        *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
        None,
    ]


@given(attempts, jitters)
def test_jitter_moves_a_delay_by_a_fifth_at_most(made: int, jitter: float) -> None:
    delay = next_delay(made, retry_after=None, jitter=jitter)
    if made >= MAX_ATTEMPTS:
        assert delay is None
    else:
        assert delay is not None
        assert abs(delay / RETRY_DELAYS[made - 1] - 1) <= 0.2 + 1e-6


@given(attempts, jitters, waits)
def test_retry_after_is_never_undercut_up_to_a_day(made: int, jitter: float, wait: timedelta | None) -> None:
    plain = next_delay(made, retry_after=None, jitter=jitter)
    delay = next_delay(made, retry_after=wait, jitter=jitter)
    if plain is None or wait is None:
        assert delay == plain
    else:
        assert delay == max(plain, min(wait, DAY))


@given(st.integers(1, 9), waits)
def test_more_jitter_never_means_sooner(made: int, wait: timedelta | None) -> None:
    delays = [next_delay(made, retry_after=wait, jitter=step / 10) for step in range(-10, 11)]
    assert delays == sorted(delay for delay in delays if delay is not None)


@pytest.mark.parametrize("made", [0, -1])
def test_nothing_tried_yet_is_a_mistake(made: int) -> None:
    with pytest.raises(ValueError, match="Nothing has been tried"):
        next_delay(made, retry_after=None, jitter=0)


@pytest.mark.parametrize("jitter", [-1.01, 1.01, float("nan")])
def test_jitter_out_of_range_is_a_mistake(jitter: float) -> None:
    with pytest.raises(ValueError, match="Jitter"):
        next_delay(1, retry_after=None, jitter=jitter)


@given(st.integers(0, 10**40))
def test_seconds_of_any_size_are_read_and_capped(seconds: int) -> None:
    expected = DAY if seconds > 86400 else timedelta(seconds=seconds)
    assert parse_retry_after(f" {seconds} ", NOW) == expected


@given(st.datetimes(datetime(1970, 1, 1), datetime(9990, 1, 1)))  # noqa: DTZ001 - made aware below
def test_http_dates_are_read_and_capped(when: datetime) -> None:
    when = when.replace(microsecond=0, tzinfo=UTC)
    expected = min(max(when - NOW, timedelta()), DAY)
    assert parse_retry_after(format_datetime(when, usegmt=True), NOW) == expected


@pytest.mark.parametrize(
    "value", ["", "soon", "-5", "1.5", "٣", "5 s", "Sun, 32 Foo 2026", "Sun, 01 Mar 99999 00:00:00 GMT"]
)
def test_anything_else_is_ignored(value: str) -> None:
    assert parse_retry_after(value, NOW) is None


@given(st.text(max_size=60))
def test_no_text_raises(value: str) -> None:
    wait = parse_retry_after(value, NOW)
    assert wait is None or timedelta() <= wait <= DAY


def test_policy_in_words() -> None:
    assert in_words() == "5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h"
