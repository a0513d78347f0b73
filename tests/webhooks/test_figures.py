"""Success rate, volume and latency of the last day, from the hourly figures."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.webhooks import EndpointFactory
from webhooks.figures import last_day, percentile
from webhooks.models import HourlyFigures

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
HOUR = NOW.replace(minute=0)


@pytest.mark.django_db
def test_a_day_has_24_hours_the_running_one_last() -> None:
    endpoint, quiet = EndpointFactory.create(), EndpointFactory.create()
    for ago, succeeded, failed, buckets in ((0, 5, 0, [0, 5]), (23, 4, 1, [1, 3, 1]), (24, 100, 100, [200])):
        HourlyFigures.objects.create(
            endpoint=endpoint,
            hour=HOUR - timedelta(hours=ago),
            succeeded=succeeded,
            failed=failed,
            latency_buckets=buckets,
        )
    days = last_day([endpoint.pk, quiet.pk], now=NOW)
    day = days[endpoint.pk]
    assert (day.volume[0], day.volume[-1], len(day.volume)) == (5, 5, 24)
    assert (day.succeeded, day.failed, day.success_percent) == (9, 1, 90)
    assert day.latency_buckets == [1, 8, 1]
    assert (day.median_ms, day.slowest_ms) == (2, 4)
    assert (days[quiet.pk].total, days[quiet.pk].success_percent, days[quiet.pk].median_ms) == (0, None, None)


@pytest.mark.django_db
def test_a_hundred_percent_means_that_nothing_failed() -> None:
    endpoint = EndpointFactory.create()
    HourlyFigures.objects.create(endpoint=endpoint, hour=HOUR, succeeded=9_999, failed=1)
    assert last_day([endpoint.pk], now=NOW)[endpoint.pk].success_percent == 99


@given(st.lists(st.integers(min_value=0, max_value=1000), min_size=1, max_size=17))
def test_percentiles_rise_and_lie_in_a_bucket_that_holds_something(buckets: list[int]) -> None:
    median, slowest = percentile(buckets, 0.5), percentile(buckets, 0.95)
    if not any(buckets):
        assert median is None
        return
    assert median is not None
    assert slowest is not None
    assert median <= slowest
    assert buckets[median.bit_length() - 1] > 0
