"""What the delivery engine tells a monitoring system: totals that workers wrote with their results, and what waits now."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from django.db import connection
from django.utils import timezone
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from backoffice.database.partitions import existing_weeks
from backoffice.tenancy.transactions import across_tenants
from webhooks import backlog
from webhooks.delivery import drains
from webhooks.models import EngineTotals

_OUTCOMES = ("delivered", "retried", "exhausted", "parked", "cancelled")
_LANES = """
SELECT breaker, count(*), count(*) FILTER (WHERE lease_until > statement_timestamp()),
    count(*) FILTER (WHERE paused_until > statement_timestamp())
FROM webhooks_lane GROUP BY breaker
"""


def engine_metrics() -> Iterator[Metric]:
    """All of it, in a handful of queries that cost the same however many deliveries there are."""
    with across_tenants("Whoever runs the product is told of everybody's deliveries at once."):
        told = [*_totals(), *_backlog(), *_lanes(), _partitions()]
    yield from told


def _totals() -> Iterator[Metric]:
    slots = list(EngineTotals.objects.order_by("slot"))
    outcomes = CounterMetricFamily(
        "backoffice_deliveries", "Results written back, by what became of the delivery.", labels=["outcome"]
    )
    for outcome in _OUTCOMES:
        outcomes.add_metric([outcome], sum(getattr(slot, outcome) for slot in slots))
    yield outcomes
    yield CounterMetricFamily(
        "backoffice_late_attempts",
        "Attempts whose worker had lost its lease: logged, and sent again.",
        value=sum(slot.late for slot in slots),
    )
    yield _histogram(
        "backoffice_attempt_duration_seconds",
        "Time from the start of an attempt to the end of the receiver's answer.",
        buckets=_added(slot.latency_buckets for slot in slots),
        unit=1000,
        total=sum(slot.latency_sum_ms for slot in slots) / 1000,
    )
    yield _histogram(
        "backoffice_flush_size",
        "Results written back by one statement.",
        buckets=_added(slot.flush_buckets for slot in slots),
        unit=1,
        total=sum(slot.flushed_rows for slot in slots),
    )


def _histogram(name: str, text: str, *, buckets: Sequence[int], unit: int, total: float) -> HistogramMetricFamily:
    """`buckets` end at 1, 2, 4 ... of a unit that stands for `1 / unit`; the last has no end."""
    bounds = [f"{2**place / unit:g}" for place in range(len(buckets) - 1)] + ["+Inf"]
    counts = list(accumulate(buckets)) or [0]
    return HistogramMetricFamily(
        name, text, buckets=list(zip(bounds, map(float, counts), strict=True)), sum_value=total
    )


def _added(lists: Iterable[Sequence[int]]) -> list[int]:
    return [sum(column) for column in zip(*lists, strict=True)]


def _backlog() -> Iterator[Metric]:
    counted = backlog.waiting()
    waiting = GaugeMetricFamily(
        "backoffice_deliveries_waiting",
        f"Deliveries that wait, counted up to {backlog.MOST_COUNTED} of each kind.",
        labels=["state"],
    )
    waiting.add_metric(["due"], counted.first_tries)
    waiting.add_metric(["retrying"], counted.retries)
    waiting.add_metric(["parked"], counted.parked)
    yield waiting
    oldest = backlog.oldest_due()
    age = GaugeMetricFamily(
        "backoffice_oldest_due_seconds",
        "Age of the oldest delivery that is due: in lanes that wait for a worker, and in those that one is sending. "
        "What an open breaker or a receiver's wish holds back does not count.",
        labels=["lanes"],
    )
    age.add_metric(["unclaimed"], oldest.unclaimed)
    age.add_metric(["leased"], oldest.leased)
    yield age


def _lanes() -> Iterator[Metric]:
    with connection.cursor() as cursor:
        cursor.execute(_LANES)
        rows = cursor.fetchall()
    found = {breaker: count for breaker, count, _leased, _paused in rows}
    breakers = GaugeMetricFamily(
        "backoffice_lanes", "Endpoints' queues, by the state of their breaker.", labels=["breaker"]
    )
    for breaker in ("closed", "open", "probing"):
        breakers.add_metric([breaker], found.get(breaker, 0))
    yield breakers
    yield GaugeMetricFamily(
        "backoffice_leases_open", "Queues that a worker holds.", value=sum(leased for *_others, leased, _paused in rows)
    )
    yield GaugeMetricFamily(
        "backoffice_lanes_paused",
        "Queues that rest because the receiver asked for it.",
        value=sum(row[3] for row in rows),
    )
    yield GaugeMetricFamily("backoffice_drains", "Processes that deliver.", value=drains.census().drains)


def _partitions() -> Metric:
    ahead = GaugeMetricFamily("backoffice_partitions_ahead", "Coming weeks whose partition is ready.", labels=["table"])
    now = timezone.now()
    for table, weeks in existing_weeks().items():
        ahead.add_metric([table], sum(week > now for week in weeks))
    return ahead
