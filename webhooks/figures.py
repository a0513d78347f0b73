"""Success rate, volume and latency of endpoints over the last day, from the hourly figures: attempts are never scanned."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from webhooks.models import HourlyFigures

HOURS = 24


@dataclass(slots=True)
class Hour:
    start: datetime
    succeeded: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        return self.succeeded + self.failed


@dataclass(slots=True)
class DayFigures:
    """The last 24 hours of one endpoint, hour by hour, the running hour last."""

    hours: list[Hour]
    latency_buckets: list[int] = field(default_factory=list)

    @property
    def succeeded(self) -> int:
        return sum(hour.succeeded for hour in self.hours)

    @property
    def failed(self) -> int:
        return sum(hour.failed for hour in self.hours)

    @property
    def total(self) -> int:
        return self.succeeded + self.failed

    @property
    def success_percent(self) -> int | None:
        """Rounded down, so that 100 means that nothing failed; None where nothing was sent."""
        return self.succeeded * 100 // self.total if self.total else None

    @property
    def volume(self) -> list[int]:
        return [hour.total for hour in self.hours]

    @property
    def median_ms(self) -> int | None:
        return percentile(self.latency_buckets, 0.5)

    @property
    def slowest_ms(self) -> int | None:
        """The time within which 95 of 100 attempts ended."""
        return percentile(self.latency_buckets, 0.95)


def percentile(buckets: Sequence[int], share: float) -> int | None:
    """The upper bound in ms of the bucket that `share` of the attempts reach; bucket n ends at 2**n ms. None without attempts."""
    total = sum(buckets)
    if not total:
        return None
    reached = 0
    for exponent, count in enumerate(buckets):
        reached += count
        if reached >= share * total:
            return int(2**exponent)
    return int(2 ** (len(buckets) - 1))


def last_day(endpoint_ids: Iterable[uuid.UUID], *, now: datetime | None = None) -> dict[uuid.UUID, DayFigures]:
    """The figures of each endpoint, in one query; an endpoint that sent nothing has hours of zeros."""
    current = (now or timezone.now()).replace(minute=0, second=0, microsecond=0)
    first = current - timedelta(hours=HOURS - 1)
    ids = list(endpoint_ids)
    found = {pk: DayFigures([Hour(first + timedelta(hours=index)) for index in range(HOURS)]) for pk in ids}
    rows = HourlyFigures.objects.filter(endpoint_id__in=ids, hour__gte=first, hour__lte=current).order_by("hour", "pk")
    for row in rows:
        day = found[row.endpoint_id]
        hour = day.hours[int((row.hour - first) / timedelta(hours=1))]
        hour.succeeded += row.succeeded
        hour.failed += row.failed
        day.latency_buckets = added(day.latency_buckets, row.latency_buckets)
    return found


def added(one: Sequence[int], other: Sequence[int]) -> list[int]:
    """The buckets of both; the one with fewer of them lacks only zeros."""
    size = max(len(one), len(other))
    return [sum(buckets[index] for buckets in (one, other) if index < len(buckets)) for index in range(size)]
