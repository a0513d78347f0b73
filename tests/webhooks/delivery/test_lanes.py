from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from webhooks import lanes
from webhooks.models import Endpoint, Lane

pytestmark = pytest.mark.django_db(transaction=True)

MakeEndpoint = Callable[..., Endpoint]


def test_opening_a_lane_makes_it_due_and_leaves_the_breaker_a_probe(make_endpoint: MakeEndpoint) -> None:
    later = timezone.now() + timedelta(hours=1)
    held, other = make_endpoint("ok/1"), make_endpoint("ok/2")
    values = {"breaker": "open", "open_until": later, "paused_until": later, "next_due_at": later, "times_opened": 3}
    Lane.objects.update(**values)
    before = timezone.now()

    lanes.open_now([held.pk])

    lane = Lane.objects.get(endpoint=held)
    assert lane.next_due_at is not None
    assert lane.open_until is not None
    assert before <= lane.open_until <= lane.next_due_at <= timezone.now()
    assert (lane.breaker, lane.times_opened, lane.paused_until, lane.health_version) == ("open", 3, None, 1)
    untouched = Lane.objects.get(endpoint=other)
    assert (untouched.next_due_at, untouched.open_until, untouched.health_version) == (later, later, 0)


def test_starting_afresh_forgets_how_the_endpoint_did(make_endpoint: MakeEndpoint) -> None:
    endpoint = make_endpoint()
    now = timezone.now()
    Lane.objects.update(
        breaker="open", open_until=now, times_opened=4, paused_until=now, failing_since=now, consecutive_failures=9,
        failure_average=0.7, latency_average_ms=5, window_started_at=now, window_tries=9, window_failures=8, current_limit=1,
    )  # fmt: skip

    lanes.start_afresh(endpoint.pk)

    lane = Lane.objects.get(endpoint=endpoint)
    fresh = Lane(current_limit=endpoint.max_in_flight, health_version=1)
    names = [
        "breaker",
        "open_until",
        "times_opened",
        "paused_until",
        "failing_since",
        "consecutive_failures",
        "failure_average",
        "latency_average_ms",
        "window_started_at",
        "window_tries",
        "window_failures",
        "current_limit",
        "consecutive_successes",
        "health_version",
    ]
    assert [getattr(lane, name) for name in names] == [getattr(fresh, name) for name in names]
