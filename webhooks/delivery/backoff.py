"""When a failed delivery is tried again: the published schedule, jitter and what the receiver asked for."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

RETRY_DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
MAX_ATTEMPTS = len(RETRY_DELAYS) + 1
JITTER_SHARE = 0.2
LONGEST_RETRY_AFTER = timedelta(hours=24)

_SECONDS = re.compile(r"[0-9]+")


def next_delay(attempts_made: int, *, retry_after: timedelta | None, jitter: float) -> timedelta | None:
    """How long to wait after `attempts_made` failed attempts (at least one); None when there is no further retry.

    `jitter`, from -1 to 1, moves the wait by up to a fifth, so that deliveries which failed together do not return
    together. The receiver's own `retry_after` is never undercut, up to a day.
    """
    if attempts_made < 1:
        raise ValueError("Nothing has been tried yet: the first attempt is due at once.")
    if not -1 <= jitter <= 1:
        raise ValueError("Jitter runs from -1 to 1.")
    if attempts_made >= MAX_ATTEMPTS:
        return None
    delay = RETRY_DELAYS[attempts_made - 1] * (1 + JITTER_SHARE * jitter)
    if retry_after is None:
        return delay
    return max(delay, min(retry_after, LONGEST_RETRY_AFTER))


def parse_retry_after(value: str, now: datetime) -> timedelta | None:
    """A Retry-After header's wait from `now` (aware), in seconds or as an HTTP date; None when it is neither.

    A date gone by is no wait at all. Waits over a day are cut to a day here already, since a receiver may send any number.
    """
    text = value.strip()
    if _SECONDS.fullmatch(text):
        digits = text.lstrip("0") or "0"
        if len(digits) > len(str(int(LONGEST_RETRY_AFTER.total_seconds()))):
            return LONGEST_RETRY_AFTER
        return min(timedelta(seconds=int(digits)), LONGEST_RETRY_AFTER)
    try:
        when = parsedate_to_datetime(text)
        if when.tzinfo is None:
            when = when.replace(tzinfo=UTC)
        return min(max(when - now, timedelta()), LONGEST_RETRY_AFTER)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def in_words() -> str:
    """The schedule with international unit symbols ("5 s, 5 min, 2 h"), to stand inside a page's translated sentence."""
    return ", ".join(_one_in_words(delay) for delay in RETRY_DELAYS)


def _one_in_words(delay: timedelta) -> str:
    seconds = int(delay.total_seconds())
    for size, symbol in ((3600, "h"), (60, "min")):
        if seconds % size == 0:
            return f"{seconds // size} {symbol}"
    return f"{seconds} s"
