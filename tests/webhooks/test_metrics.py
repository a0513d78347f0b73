"""What workers wrote with their results is what any web process tells."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import CollectorRegistry

from backoffice.database.partitions import WEEKS_AHEAD
from backoffice.web.metrics import _FromFunction
from tests.factories.webhooks import DeliveryFactory, LaneFactory
from webhooks.metrics import engine_metrics
from webhooks.models import EngineTotals, Lane

pytestmark = pytest.mark.django_db


def told() -> dict[tuple[str, ...], float]:
    """Each sample by its name and the values of its labels."""
    registry = CollectorRegistry()
    registry.register(_FromFunction(engine_metrics))
    families = text_string_to_metric_families(generate_latest(registry).decode())
    return {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}


def test_before_the_first_delivery_everything_is_there_and_zero() -> None:
    samples = told()
    for outcome in ("delivered", "retried", "exhausted", "parked", "cancelled"):
        assert samples["backoffice_deliveries_total", outcome] == 0
    assert samples["backoffice_attempt_duration_seconds_count",] == 0
    assert samples["backoffice_flush_size_bucket", "+Inf"] == 0
    assert samples["backoffice_oldest_due_seconds", "unclaimed"] == 0
    for table in ("webhooks_orderevent", "webhooks_delivery", "webhooks_attempt"):
        assert samples["backoffice_partitions_ahead", table] >= WEEKS_AHEAD


def test_lanes_and_what_waits_in_them() -> None:
    now = timezone.now()
    for breaker, values in (
        ("closed", {"lease_until": now + timedelta(seconds=30)}),
        ("closed", {"paused_until": now + timedelta(seconds=30)}),
        ("open", {"lease_until": now - timedelta(seconds=30)}),
        ("probing", {}),
    ):
        Lane.objects.filter(pk=LaneFactory.create().pk).update(breaker=breaker, **values)
    DeliveryFactory.create(state="parked", due_at=None)
    DeliveryFactory.create(attempt_count=2)
    samples = told()
    assert samples["backoffice_lanes", "closed"] == 2 + 2
    assert samples["backoffice_lanes", "open"] == 1
    assert samples["backoffice_lanes", "probing"] == 1
    assert samples["backoffice_leases_open",] == 1
    assert samples["backoffice_lanes_paused",] == 1
    assert samples["backoffice_deliveries_waiting", "due"] == 0
    assert samples["backoffice_deliveries_waiting", "retrying"] == 1
    assert samples["backoffice_deliveries_waiting", "parked"] == 1


def test_the_number_of_queries_is_fixed() -> None:
    told()
    with CaptureQueriesContext(connection) as few:
        told()
    for number in range(30):
        DeliveryFactory.create()
        EngineTotals.objects.create(slot=number, latency_buckets=[1] * 17, flush_buckets=[1] * 10)
    with CaptureQueriesContext(connection) as many:
        told()
    assert len(many) == len(few) <= 14
