"""When something on a schedule is due next. Pure, and safe where clocks are put forward or back."""

import math
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from integrations.contract import Schedule

#: What is due at a time of the day is spread over so much, so that not everything is due on the minute.
DAILY_SPREAD = timedelta(minutes=5)
_PERIODS = {Schedule.MINUTELY: timedelta(minutes=1), Schedule.HOURLY: timedelta(hours=1)}
_DAY = timedelta(days=1)


def phase_of(schedule_id: UUID) -> float:
    """Where in its minute, hour or spread a schedule is due: from 0 up to 1, the same each time and unlike that of others."""
    return (schedule_id.int & 0xFFFFFFFF) / 0x100000000


def next_due(schedule: Schedule, *, after: datetime, timezone: str, at: time | None, phase: float) -> datetime:
    """The first time later than `after`, in UTC. `at` is read on the clock of `timezone` and belongs to a daily schedule alone.

    A time that a clock skips is due as long after the change as it lies behind it; one that comes twice is due the first time.
    """
    if schedule is Schedule.DAILY:
        if at is None:
            raise ValueError("A daily schedule needs a time of the day.")
        return _next_of_day(after, ZoneInfo(timezone), at, phase)
    return _next_of_period(after, _PERIODS[schedule], phase)


def _next_of_period(after: datetime, period: timedelta, phase: float) -> datetime:
    epoch = datetime.fromtimestamp(0, UTC) + math.floor(phase * period.total_seconds() * 1000) * timedelta(
        milliseconds=1
    )
    return epoch + ((after - epoch) // period + 1) * period


def _next_of_day(after: datetime, zone: ZoneInfo, at: time, phase: float) -> datetime:
    """The spread ends with the day: what is asked for on a day is not done on the next."""
    of_day = timedelta(hours=at.hour, minutes=at.minute, seconds=at.second)
    spread = math.floor(phase * min(DAILY_SPREAD, _DAY - of_day).total_seconds()) * timedelta(seconds=1)
    day = after.astimezone(zone).date() - _DAY
    while (due := datetime.combine(day, at, zone).astimezone(UTC) + spread) <= after:
        day += _DAY
    return due
