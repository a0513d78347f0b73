"""How long ago something was, in words: "3 minutes ago", "in 2 hours"."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import get_language
from django.utils.translation import gettext as _

#: Seconds of a week, a day, an hour and a minute.
_UNITS = (604_800, 86_400, 3_600, 60)
#: Months have as many days as they have: from here on the calendar is asked.
_SHORTEST_MONTH = 28 * 86_400
_ANY_MOMENT = datetime(2024, 1, 1, tzinfo=UTC)


def spoken_ago(value: datetime) -> str:
    """Counted from now, in the largest unit alone."""
    now = timezone.now()
    seconds = (now - value).total_seconds()
    if -60 < seconds < 0:
        return _("in a moment")
    if seconds < 0:
        return _("in %(time)s") % {"time": _span(now, value)}
    if seconds < 60:
        return _("just now")
    return _("%(time)s ago") % {"time": _span(value, now)}


def _span(start: datetime, end: datetime) -> str:
    """What `timesince` says, which works it out at length each time, from what it said before of as many minutes, hours, days or weeks."""
    seconds = int((end - start).total_seconds())
    if seconds >= _SHORTEST_MONTH:
        return timesince(start, end, depth=1)
    unit = next((unit for unit in _UNITS if seconds >= unit), 60)
    return _of_units(seconds // unit * unit, get_language())


@lru_cache(maxsize=1000)
def _of_units(seconds: int, language: str | None) -> str:
    del language
    return timesince(_ANY_MOMENT, _ANY_MOMENT + timedelta(seconds=seconds), depth=1)
