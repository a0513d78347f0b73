"""What a key may be used from, and the note of its use: the last one, and how many calls there were each day."""

import atexit
import ipaddress
import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from threading import Lock, Timer
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import Error, connection
from django.utils import timezone

from backoffice.database.statements import run
from integrations.models import ApiKey, ApiKeyDay

logger = logging.getLogger(__name__)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
#: ::ffff:0:0/96 holds every IPv4 address.
_MAPPED_PREFIX: Final = 96

#: At most one write of a key in so long, except for what a process still has to write when it has nothing else to do.
WRITE_EVERY = timedelta(minutes=1)
#: How many days the chart of a key shows.
DAYS_SHOWN = 30

_WRITE = """
SELECT integrations_note_use(
    %(key)s, %(now)s, %(before)s, %(address)s::inet, %(days)s::date[], %(calls)s::bigint[]
)
"""
_WRITE_REST = "SELECT integrations_note_calls(%(keys)s::uuid[], %(days)s::date[], %(calls)s::bigint[])"


def allowed_from(key: ApiKey, address: str) -> bool:
    """Whether the key's address list, if it has one, holds this address."""
    if not key.addresses:
        return True
    try:
        client = ipaddress.ip_address(address)
    except ValueError:
        return False
    client = getattr(client, "ipv4_mapped", None) or client
    return any(client in as_callers_come(ipaddress.ip_network(network, strict=False)) for network in key.addresses)


def as_callers_come(network: Network) -> Network:
    """The IPv4 network that an IPv4-mapped one stands for: callers are known by that, whatever the spelling."""
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped is None or network.prefixlen < _MAPPED_PREFIX:
        return network
    return ipaddress.IPv4Network((mapped, network.prefixlen - _MAPPED_PREFIX))


class CallCounter:
    """Counts each key's calls in this process and adds them to the database at most once a minute a key.

    A call that comes while the minute runs waits in memory: for the key's next call, for a look after a minute, or for the end of
    the process. What a process that is killed had not written is not counted.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._calls: dict[UUID, dict[date, int]] = {}
        self._timer: Timer | None = None
        self._writes_at_exit = False

    def note(self, key: ApiKey, address: str) -> None:
        """Count a call of the key. Raises the database's errors; the call stays counted."""
        now = timezone.now()
        with self._lock:
            days = self._calls.setdefault(key.pk, {})
            day = _day_of(key, now)
            days[day] = days.get(day, 0) + 1
        if (key.last_used_at and now - key.last_used_at < WRITE_EVERY) or not self._write(key.pk, now, address):
            self._look_later()

    def write_rest(self) -> None:
        """Write what was counted and not written yet. What cannot be written now is kept."""
        with self._lock:
            waiting, self._calls, self._timer = self._calls, {}, None
        rows = [(key, day, calls) for key, days in waiting.items() for day, calls in days.items()]
        if not rows:
            return
        keys, days, calls = zip(*rows, strict=True)
        try:
            run(_WRITE_REST, {"keys": list(keys), "days": list(days), "calls": list(calls)})
        except Error:
            logger.warning("The calls of %d keys could not be written.", len(waiting), exc_info=True)
            self._put_back(waiting)

    def forget(self) -> None:
        """Drop what was not written, such as that of a test whose rows are gone."""
        with self._lock:
            self._calls.clear()

    def _write(self, key: UUID, now: datetime, address: str) -> bool:
        with self._lock:
            days = self._calls.pop(key, {})
        written = False
        try:
            ((noted,),) = run(
                _WRITE,
                {
                    "key": key,
                    "now": now,
                    "before": now - WRITE_EVERY,
                    "address": address or None,
                    "days": list(days),
                    "calls": list(days.values()),
                },
            )
            written = bool(noted)
        finally:
            if not written:
                self._put_back({key: days})
        return written

    def _put_back(self, waiting: dict[UUID, dict[date, int]]) -> None:
        with self._lock:
            for key, days in waiting.items():
                known = self._calls.setdefault(key, {})
                for day, calls in days.items():
                    known[day] = known.get(day, 0) + calls

    def _look_later(self) -> None:
        with self._lock:
            if self._timer is not None:
                return
            self._timer = Timer(WRITE_EVERY.total_seconds(), self._look)
            self._timer.daemon = True
            if not self._writes_at_exit:
                self._writes_at_exit = True
                atexit.register(self.write_rest)
        self._timer.start()

    def _look(self) -> None:
        try:
            self.write_rest()
        finally:
            connection.close()


calls = CallCounter()


def mark_used(key: ApiKey, address: str) -> None:
    """Note a call: when and from where at most once a minute, and that there was one."""
    calls.note(key, address)


def _day_of(key: ApiKey, now: datetime) -> date:
    return now.astimezone(ZoneInfo(key.store.timezone) if key.store else UTC).date()


@dataclass(frozen=True, slots=True)
class Calls:
    """A key's calls day by day, today last, days without any as well."""

    days: list[tuple[date, int]]

    @property
    def values(self) -> list[int]:
        return [calls for _day, calls in self.days]

    @property
    def total(self) -> int:
        return sum(self.values)

    @property
    def busiest(self) -> int:
        return max(self.values, default=0)


def calls_of(keys: Collection[ApiKey], *, days: int = DAYS_SHOWN) -> dict[UUID, Calls]:
    """The calls of each key in its last `days` days, in one query."""
    now = timezone.now()
    counted: dict[UUID, dict[date, int]] = {key.pk: {} for key in keys}
    oldest = (now - timedelta(days=days + 1)).date()
    for row in ApiKeyDay.objects.filter(api_key__in=counted, day__gte=oldest).order_by("day"):
        counted[row.api_key_id][row.day] = row.calls
    found = {}
    for key in keys:
        today = _day_of(key, now)
        shown = [today - timedelta(days=ago) for ago in range(days - 1, -1, -1)]
        found[key.pk] = Calls([(day, counted[key.pk].get(day, 0)) for day in shown])
    return found
