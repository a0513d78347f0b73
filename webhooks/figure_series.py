"""How an endpoint fared over a day, a week or a month, step by step, from the hourly figures alone."""

import uuid
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from webhooks.figures import added, percentile
from webhooks.models import HourlyFigures
from webhooks.timings import milliseconds


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time up to now in `count` steps of so many `hours`; a day's steps begin at the store's midnight."""

    code: str
    name: Promise
    count: int
    hours: int


SPANS = {
    span.code: span
    for span in (
        Span("24h", gettext_lazy("24 hours"), 24, 1),
        Span("7d", gettext_lazy("7 days"), 28, 6),
        Span("30d", gettext_lazy("30 days"), 30, 24),
    )
}


@dataclass(slots=True)
class Step:
    """What was sent in one step. `latency_buckets` counts attempts by time, as the hourly figures do."""

    start: datetime
    succeeded: int = 0
    failed: int = 0
    latency_buckets: list[int] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.succeeded + self.failed

    @property
    def success_percent(self) -> float | None:
        """With one digit, rounded down, so that 100 means that nothing failed; None where nothing was sent."""
        return self.succeeded * 1000 // self.total / 10 if self.total else None

    @property
    def success(self) -> str:
        return "—" if self.success_percent is None else _("%(percent)s %%") % {"percent": f"{self.success_percent:g}"}

    @property
    def median(self) -> str:
        return _in_words(self.median_ms)

    @property
    def slowest(self) -> str:
        return _in_words(self.slowest_ms)

    @property
    def median_ms(self) -> int | None:
        return percentile(self.latency_buckets, 0.5)

    @property
    def slowest_ms(self) -> int | None:
        """The time within which 95 of 100 attempts ended."""
        return percentile(self.latency_buckets, 0.95)

    def add(self, row: HourlyFigures) -> None:
        self.succeeded += row.succeeded
        self.failed += row.failed
        self.latency_buckets = added(self.latency_buckets, row.latency_buckets)


def _in_words(value: int | None) -> str:
    return "—" if value is None else milliseconds(value)


@dataclass(frozen=True, slots=True)
class Series:
    """The steps of a span, the running one last, and all of them together."""

    span: Span
    steps: list[Step]
    whole: Step


def starts(span: Span, *, zone: ZoneInfo, now: datetime) -> list[datetime]:
    """When each step begins, by the clock on the store's wall: a day that changes the clock is an hour longer or shorter."""
    local = now.astimezone(zone)
    running = local.replace(hour=local.hour - local.hour % span.hours if span.hours < 24 else 0)
    running = running.replace(minute=0, second=0, microsecond=0)
    if span.hours == 1:
        # Hours are counted on no wall: the hour a clock repeats stands there twice.
        return [(now - timedelta(hours=back)).replace(minute=0, second=0, microsecond=0) for back in _back(span)]
    wall = running.replace(tzinfo=None)
    return [(wall - timedelta(hours=span.hours * back)).replace(tzinfo=zone) for back in _back(span)]


def _back(span: Span) -> range:
    return range(span.count - 1, -1, -1)


def series(endpoint_id: uuid.UUID, span: Span, *, zone: ZoneInfo, now: datetime) -> Series:
    """In one query over as many rows as the span has hours."""
    begins = starts(span, zone=zone, now=now)
    steps, whole = [Step(begin) for begin in begins], Step(begins[0])
    rows = HourlyFigures.objects.filter(endpoint_id=endpoint_id, hour__gte=begins[0], hour__lte=now).order_by("hour")
    for row in rows:
        steps[bisect_right(begins, row.hour) - 1].add(row)
        whole.add(row)
    return Series(span, steps, whole)
