"""Changing an endpoint's pace, order and calls at a time while deliveries are under way."""

from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest

from tests.webhooks.delivery.conftest import store_event
from tests.webhooks.delivery.scripted import Scripted
from webhooks import endpoints
from webhooks.delivery.engine import Engine
from webhooks.models import Delivery, Endpoint, Lane
from webhooks.wishes import Wishes

pytestmark = pytest.mark.django_db(transaction=True)

MakeEndpoint = Callable[..., Endpoint]
Run = Callable[[], None]


def change(endpoint: Endpoint, **values: Any) -> Endpoint:
    endpoint.refresh_from_db()
    wishes = replace(Wishes.of(endpoint), **values)
    return endpoints.update(endpoint=endpoint, version=endpoint.version, wishes=wishes, by=None)


def limit(endpoint: Endpoint) -> int:
    return Lane.objects.get(endpoint=endpoint).current_limit


def test_order_asked_for_under_way_holds_for_what_was_read_without_it(
    engine: Engine, at_scripted: MakeEndpoint, scripted: Scripted, run_until_idle: Run
) -> None:
    endpoint = at_scripted(max_in_flight=2)
    scripted.seconds = 0.15
    events = [store_event(endpoint, order_id="one") for _ in range(6)]
    Lane.objects.update(current_limit=2)
    for _ in range(2):
        engine.turn(claiming=True, wait_seconds=0)
    [lane] = engine._lanes.values()
    assert (len(lane.in_flight), len(lane.queue)) == (2, 4)
    change(endpoint, fifo=True)
    run_until_idle()
    assert [most for _status, most in scripted.under_way][2:] == [1, 1, 1, 1]
    assert scripted.ids()[2:] == [event.public_id for event in events[2:]]
    assert list(Delivery.objects.values_list("state", "attempt_count")) == [("delivered", 1)] * 6


def test_order_given_up_lets_go_what_waited_for_a_retry(
    at_scripted: MakeEndpoint, scripted: Scripted, run_until_idle: Run
) -> None:
    endpoint = at_scripted(fifo=True)
    scripted.answers = [("500 Down", ""), ("200 OK", "")]
    first, second = (store_event(endpoint, order_id="one") for _ in range(2))
    run_until_idle()
    assert scripted.ids() == [first.public_id]
    change(endpoint, fifo=False)
    run_until_idle()
    assert scripted.ids() == [first.public_id, second.public_id]
    assert Delivery.objects.get(event=first).state == "due"


def test_order_given_up_under_way_reads_what_was_left_out(
    engine: Engine, at_scripted: MakeEndpoint, scripted: Scripted, run_until_idle: Run
) -> None:
    endpoint = at_scripted(fifo=True)
    scripted.seconds = 0.3
    for _ in range(5):
        store_event(endpoint, order_id="one")
    engine.turn(claiming=True, wait_seconds=0)
    assert engine._client.in_flight == 1
    change(endpoint, fifo=False)
    run_until_idle()
    assert scripted.most_at_once > 1
    assert list(Delivery.objects.values_list("state", "attempt_count")) == [("delivered", 1)] * 5


@pytest.mark.parametrize(("current", "wanted", "then"), [(10, 40, 40), (10, 3, 3), (5, 40, 5), (5, 3, 3), (2, 3, 2)])
def test_calls_at_a_time_reach_the_lane_unless_the_receiver_could_not_keep_up(
    at_scripted: MakeEndpoint, current: int, wanted: int, then: int
) -> None:
    endpoint = at_scripted()
    Lane.objects.update(current_limit=current)
    change(endpoint, max_in_flight=wanted)
    assert limit(endpoint) == then


def test_a_new_url_begins_with_the_calls_at_a_time_saved_with_it(at_scripted: MakeEndpoint, scripted: Scripted) -> None:
    endpoint = at_scripted()
    Lane.objects.update(current_limit=1, consecutive_failures=4)
    change(endpoint, max_in_flight=25, url=scripted.server.url("/other"))
    assert (limit(endpoint), Lane.objects.get().consecutive_failures) == (25, 0)


@pytest.mark.parametrize(("before", "after"), [(1, 4), (4, 1)])
def test_calls_at_a_time_changed_under_way_take_effect_with_the_next_ones(
    engine: Engine, at_scripted: MakeEndpoint, scripted: Scripted, run_until_idle: Run, before: int, after: int
) -> None:
    endpoint = at_scripted(max_in_flight=before)
    Lane.objects.update(current_limit=before)
    scripted.seconds = 0.15
    for _ in range(12):
        store_event(endpoint)
    engine.turn(claiming=True, wait_seconds=0)
    assert engine._client.in_flight == before
    change(endpoint, max_in_flight=after)
    run_until_idle()
    at_once = [most for _status, most in scripted.under_way]
    assert len(at_once) == 12
    assert max(at_once[before + 1 :]) == after
    assert limit(endpoint) == after


def test_a_pace_set_under_way_spaces_what_waits(
    engine: Engine, at_scripted: MakeEndpoint, scripted: Scripted, run_until_idle: Run
) -> None:
    endpoint = at_scripted(max_in_flight=1)
    Lane.objects.update(current_limit=1)
    for _ in range(7):
        store_event(endpoint)
    engine.turn(claiming=True, wait_seconds=0)
    change(endpoint, rate_per_second=10)
    started = monotonic()
    run_until_idle()
    assert monotonic() - started > 0.45
    assert len(scripted.ids()) == 7
    assert Lane.objects.get().paced_until is not None
