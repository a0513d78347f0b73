"""Totals are written with the results they count, and told by whichever process is asked."""

from collections.abc import Callable

import pytest

from tests.webhooks.delivery.conftest import lease, store_event
from tests.webhooks.test_metrics import told
from webhooks.delivery.breaker import LaneHealth
from webhooks.delivery.outcome import DELIVERED, Outcome
from webhooks.delivery.record import Finished, LaneState, record
from webhooks.models import Delivery, Endpoint, HourlyFigures

pytestmark = pytest.mark.django_db(transaction=True)


def test_each_write_back_is_added_up_with_its_results(
    make_endpoint: Callable[..., Endpoint], run_until_idle: Callable[[], None]
) -> None:
    good, bad = make_endpoint("ok/0"), make_endpoint("status/500/1")
    for _ in range(5):
        store_event(good)
    store_event(bad)
    run_until_idle()
    samples = told()
    assert samples["backoffice_deliveries_total", "delivered"] == 5
    assert samples["backoffice_deliveries_total", "retried"] == 1
    assert samples["backoffice_attempt_duration_seconds_count",] == 6
    assert samples["backoffice_attempt_duration_seconds_bucket", "32.768"] == 6
    hours = list(HourlyFigures.objects.all())
    seconds = sum(hour.latency_sum_ms for hour in hours) / 1000
    assert 0 < seconds == pytest.approx(samples["backoffice_attempt_duration_seconds_sum",])
    assert samples["backoffice_flush_size_sum",] == 6
    assert 1 <= samples["backoffice_flush_size_count",] <= 6
    assert samples["backoffice_late_attempts_total",] == 0


def test_slots_of_several_workers_are_added(make_endpoint: Callable[..., Endpoint]) -> None:
    for _ in range(3):
        endpoint = make_endpoint()
        store_event(endpoint)
        lane, token = lease(endpoint)
        delivery = Delivery.objects.get(endpoint=endpoint)
        state = LaneState(lane.pk, endpoint.pk, token, LaneHealth())
        assert record([(state, [Finished(delivery.pk, 1, Outcome(DELIVERED))])]) == [True]
        assert record([(state, [Finished(delivery.pk, 1, Outcome(DELIVERED))])]) == [True]
    samples = told()
    assert samples["backoffice_deliveries_total", "delivered"] == 3, "a delivery that had ended before counts once"
    assert samples["backoffice_flush_size_count",] == 6
