"""Endpoints that keep the order of an order's events."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from tests.webhooks.delivery.conftest import store_event
from tests.webhooks.delivery.scripted import Scripted
from webhooks import lanes, replay
from webhooks.models import Delivery, Endpoint, Lane

pytestmark = pytest.mark.django_db(transaction=True)

MakeEndpoint = Callable[..., Endpoint]
Run = Callable[[], None]


def test_the_order_of_an_orders_events_is_kept_and_other_orders_go_on(
    at_scripted: MakeEndpoint, scripted: Scripted, run_until_idle: Run
) -> None:
    endpoint = at_scripted(fifo=True, max_in_flight=1)
    scripted.answers = [("500 Down", ""), ("200 OK", "")]
    first, second, third = (store_event(endpoint, order_id="one") for _ in range(3))
    run_until_idle()
    others = [store_event(endpoint, order_id=f"other-{number}") for number in range(3)]
    run_until_idle()
    assert scripted.ids() == [first.public_id, *[other.public_id for other in others]]
    lane = Lane.objects.get(endpoint=endpoint)
    assert lane.next_due_at == Delivery.objects.get(event=first).due_at
    assert lanes.repair_marks() == 0

    Delivery.objects.filter(event=first).update(due_at=timezone.now())
    Lane.objects.update(next_due_at=timezone.now())
    run_until_idle()
    assert scripted.ids()[4:] == [first.public_id, second.public_id, third.public_id]
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}


@pytest.mark.parametrize("end", ["exhausted", "cancelled"])
def test_an_event_that_is_given_up_or_stopped_lets_the_later_ones_go(
    at_scripted: MakeEndpoint, scripted: Scripted, run_until_idle: Run, end: str
) -> None:
    endpoint = at_scripted(fifo=True)
    scripted.answers = [("500 Down", ""), ("200 OK", "")]
    first, second = (store_event(endpoint, order_id="one") for _ in range(2))
    run_until_idle()
    assert Delivery.objects.get(event=second).attempt_count == 0
    if end == "cancelled":
        replay.stop(delivery=Delivery.objects.get(event=first), by=None)
    else:
        Delivery.objects.filter(event=first).update(state="exhausted", due_at=None)
        lanes.repair_marks()
    run_until_idle()
    assert Delivery.objects.get(event=second).state == "delivered"


def test_an_earlier_event_that_is_parked_holds_the_later_ones(
    at_scripted: MakeEndpoint, scripted: Scripted, run_until_idle: Run
) -> None:
    endpoint = at_scripted(fifo=True)
    first, second = (store_event(endpoint, order_id="one") for _ in range(2))
    Delivery.objects.filter(event=first).update(state="parked", due_at=None)
    run_until_idle()
    assert scripted.ids() == []
    Delivery.objects.filter(event=first).update(state="due", due_at=timezone.now())
    Lane.objects.update(next_due_at=timezone.now())
    run_until_idle()
    assert scripted.ids() == [first.public_id, second.public_id]


def test_many_events_of_many_orders_each_arrive_in_their_order(
    at_scripted: MakeEndpoint, scripted: Scripted, run_until_idle: Run
) -> None:
    endpoint = at_scripted(fifo=True)
    events = [store_event(endpoint, order_id=f"order-{number % 5}") for number in range(30)]
    run_until_idle()
    arrived = {webhook_id: place for place, webhook_id in enumerate(scripted.ids())}
    assert len(scripted.ids()) == 30
    for number in range(5):
        places = [arrived[event.public_id] for event in events[number::5]]
        assert places == sorted(places)
    assert scripted.most_at_once > 1
