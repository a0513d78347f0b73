"""When schedules are due, over all time zones and the days on which clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from integrations.contract import Schedule
from integrations.schedules.times import DAILY_SPREAD, next_due, phase_of

ZONES = st.sampled_from(sorted(available_timezones()))
#: Clock changes of the last decades and those that are foreseen; what lies before is nobody's schedule.
MOMENTS = st.integers(1990, 2059).flatmap(
    lambda year: st.integers(0, 365 * 86400).map(
        lambda seconds: datetime(year, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    )
)
PHASES = st.floats(0, 1, exclude_max=True)
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0))
NEW_YORK = "America/New_York"


def daily(after: datetime, zone: str, at: time, phase: float = 0.0) -> datetime:
    return next_due(Schedule.DAILY, after=after, timezone=zone, at=at, phase=phase)


@given(MOMENTS, ZONES, PHASES, st.sampled_from([(Schedule.MINUTELY, 60), (Schedule.HOURLY, 3600)]))
def test_a_period_is_due_once_in_each_and_steadily(
    after: datetime, zone: str, phase: float, period: tuple[Schedule, int]
) -> None:
    schedule, seconds = period
    due = next_due(schedule, after=after, timezone=zone, at=None, phase=phase)
    assert timedelta(0) < due - after <= timedelta(seconds=seconds)
    again = next_due(schedule, after=due, timezone=zone, at=None, phase=phase)
    assert again - due == timedelta(seconds=seconds)


@given(MOMENTS, ZONES, TIMES, PHASES)
@example(datetime(2011, 12, 29, 20, tzinfo=UTC), "Pacific/Apia", time(2), 0.5)  # where a whole day was left out
@example(datetime(2026, 3, 7, 20, tzinfo=UTC), NEW_YORK, time(2, 30), 0.0)
@example(datetime(2026, 11, 1, 5, 30, tzinfo=UTC), NEW_YORK, time(1, 30), 0.0)
def test_a_time_of_the_day_is_due_once_a_day_on_the_stores_clock(
    after: datetime, zone: str, at: time, phase: float
) -> None:
    days: list[date] = []
    due = after
    for _ in range(4):
        due, before = daily(due, zone, at, phase), due
        assert before < due < before + timedelta(hours=51)
        local = due.astimezone(ZoneInfo(zone))
        asked = datetime.combine(local.date(), at)
        late = local.replace(tzinfo=None) - asked
        if _exists(asked, zone) and late >= timedelta(0):
            assert late <= DAILY_SPREAD + _longest_shift(asked, zone)
        days.append(local.date())
    assert days == sorted(set(days))


def _exists(wall: datetime, zone: str) -> bool:
    there = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone))
    return there.replace(tzinfo=None) == wall


def _longest_shift(wall: datetime, zone: str) -> timedelta:
    """A clock that is put forward within the spread shows a later time."""
    first = wall.replace(tzinfo=ZoneInfo(zone)).utcoffset()
    last = (wall + DAILY_SPREAD).replace(tzinfo=ZoneInfo(zone), fold=1).utcoffset()
    assert first is not None
    assert last is not None
    return max(last - first, timedelta(0))


def test_the_day_on_which_the_clock_skips_the_time() -> None:
    """In New York the clock goes from 2:00 to 3:00 on 8 March 2026."""
    due = daily(datetime(2026, 3, 8, 1, tzinfo=UTC), NEW_YORK, time(2, 30))
    assert due.astimezone(ZoneInfo(NEW_YORK)).isoformat() == "2026-03-08T03:30:00-04:00"
    again = daily(due, NEW_YORK, time(2, 30))
    assert again.astimezone(ZoneInfo(NEW_YORK)).isoformat() == "2026-03-09T02:30:00-04:00"


def test_the_day_on_which_the_time_comes_twice() -> None:
    """There the clock goes from 2:00 back to 1:00 on 1 November 2026."""
    due = daily(datetime(2026, 11, 1, 1, tzinfo=UTC), NEW_YORK, time(1, 30))
    assert due.astimezone(ZoneInfo(NEW_YORK)).isoformat() == "2026-11-01T01:30:00-04:00"
    assert daily(due, NEW_YORK, time(1, 30)) - due == timedelta(hours=25)


def test_the_spread_ends_with_the_day() -> None:
    due = daily(datetime(2026, 6, 1, tzinfo=UTC), "UTC", time(23, 59), 0.999)
    assert due.date() == date(2026, 6, 1)
    assert due >= datetime(2026, 6, 1, 23, 59, 50, tzinfo=UTC)


def test_phases_spread_ten_thousand_schedules_over_the_minute() -> None:
    after = datetime(2026, 6, 1, tzinfo=UTC)
    due = [
        next_due(Schedule.MINUTELY, after=after, timezone="UTC", at=None, phase=phase_of(uuid4()))
        for _ in range(10_000)
    ]
    most = max(sum(moment.second == second for moment in due) for second in range(60))
    assert most < 300


def test_daily_without_a_time_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a time"):
        next_due(Schedule.DAILY, after=datetime.now(UTC), timezone="UTC", at=None, phase=0)
