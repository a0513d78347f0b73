"""How an endpoint fared over a day, a week and a month: steps by the store's clock, from the hourly figures alone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.webhooks import EndpointFactory
from webhooks.figure_charts import charts, nice
from webhooks.figure_series import SPANS, Series, Step, series, starts
from webhooks.models import HourlyFigures

NEW_YORK, UTC_ZONE = ZoneInfo("America/New_York"), ZoneInfo("UTC")
NOW = datetime(2026, 11, 24, 19, 25, tzinfo=UTC)


def test_steps_end_with_the_running_one_and_days_begin_at_midnight_there() -> None:
    day = starts(SPANS["24h"], zone=NEW_YORK, now=NOW)
    assert (len(day), day[-1]) == (24, datetime(2026, 11, 24, 19, tzinfo=UTC))
    week = starts(SPANS["7d"], zone=NEW_YORK, now=NOW)
    assert (len(week), week[-1]) == (28, datetime(2026, 11, 24, 12, tzinfo=NEW_YORK))
    month = starts(SPANS["30d"], zone=NEW_YORK, now=NOW)
    assert (len(month), month[-1], month[0]) == (
        30,
        datetime(2026, 11, 24, tzinfo=NEW_YORK),
        datetime(2026, 10, 26, tzinfo=NEW_YORK),
    )


@pytest.mark.parametrize("code", list(SPANS))
@pytest.mark.parametrize("now", [datetime(2026, 11, 1, 6, 30, tzinfo=UTC), datetime(2026, 3, 8, 8, 30, tzinfo=UTC)])
def test_days_that_change_the_clock_lose_and_repeat_no_step(code: str, now: datetime) -> None:
    moments = [start.astimezone(UTC) for start in starts(SPANS[code], zone=NEW_YORK, now=now)]
    assert moments == sorted(set(moments))
    assert moments[-1] <= now


@pytest.mark.django_db
@pytest.mark.parametrize("code", list(SPANS))
def test_every_hour_falls_into_its_step_and_one_query_reads_them(code: str) -> None:
    endpoint, other = EndpointFactory.create(), EndpointFactory.create()
    begins = starts(SPANS[code], zone=NEW_YORK, now=NOW)
    inside = [begins[0].astimezone(UTC), begins[1].astimezone(UTC), NOW.replace(minute=0)]
    for hour in [*inside, begins[0].astimezone(UTC) - timedelta(hours=1)]:
        HourlyFigures.objects.create(
            endpoint=endpoint, hour=hour, succeeded=2, failed=1, latency_buckets=[0, 0, 0, 2, 0, 0, 1]
        )
    HourlyFigures.objects.create(endpoint=other, hour=NOW.replace(minute=0), succeeded=50)
    with CaptureQueriesContext(connection) as captured:
        found = series(endpoint.pk, SPANS[code], zone=NEW_YORK, now=NOW)
    assert len(captured) == 1
    assert [step.total for step in (found.steps[0], found.steps[1], found.steps[-1])] == [3, 3, 3]
    assert (found.whole.total, found.whole.failed, found.whole.median_ms, found.whole.slowest_ms) == (9, 3, 8, 64)


def test_a_hundred_percent_means_that_nothing_failed() -> None:
    assert Step(NOW, succeeded=9_999, failed=1).success_percent == 99.9
    assert Step(NOW, succeeded=3).success_percent == 100
    assert Step(NOW).success_percent is None


def _drawn(steps: list[Step]) -> Series:
    whole = Step(NOW, sum(step.succeeded for step in steps), sum(step.failed for step in steps), [0, 0, 1])
    return Series(SPANS["24h"], steps, whole)


def test_charts_say_in_words_what_they_show_and_break_where_nothing_was_sent() -> None:
    steps = [Step(NOW, 3, 1, [0, 0, 4]), Step(NOW), Step(NOW, 4, 0, [0, 4]), Step(NOW, 4, 0, [4]), Step(NOW), Step(NOW)]
    made = charts(_drawn(steps), zone=UTC_ZONE)
    assert "<title>Attempts over the last 24 hours: 11 succeeded, 1 failed.</title>" in made.volume
    assert made.volume.count('class="chart-good"') == 3
    assert made.volume.count('class="chart-bad"') == 1
    assert "91.6 % of all attempts" in made.success
    assert made.success.count("<polyline") == 1, "the lone step is a dot"
    assert made.success.count("<circle") == 3
    assert "half within 4.0 ms" in made.latency


def test_charts_of_nothing_are_empty_axes() -> None:
    made = charts(Series(SPANS["24h"], [Step(NOW) for _hour in range(24)], Step(NOW)), zone=UTC_ZONE)
    assert "<rect" not in made.volume
    assert "<polyline" not in made.latency


@pytest.mark.parametrize(("value", "top"), [(0, 1), (1, 1), (3, 5), (5, 5), (6, 10), (64, 100), (2048, 5000), (11, 20)])
def test_axes_end_at_round_numbers(value: float, top: float) -> None:
    assert nice(value) == top
