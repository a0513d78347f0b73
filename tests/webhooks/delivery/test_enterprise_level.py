"""Endpoints that several stores share rest while their organization is not on the Enterprise level; what they miss waits."""

import json
from collections.abc import Callable
from time import monotonic, sleep

import pytest
from django.utils import timezone

from licensing.models import PlanLevel, Subscription
from tests.factories.licensing import LicensedStoreFactory
from tests.load.services import Receiver
from tests.webhooks.orders import smallest_order
from webhooks import endpoints, parking, recovery
from webhooks.canonical.order import Order
from webhooks.delivery.engine import Engine
from webhooks.event_types import ORDER_EVENT_TYPES
from webhooks.ingest import Post, ingest
from webhooks.models import Delivery, Endpoint, Recovery
from webhooks.parking import Forgotten
from webhooks.wishes import Wishes

pytestmark = pytest.mark.django_db(transaction=True)

#: What the engine remembers of a level is older then.
FORGOTTEN_SECONDS = 1.1


@pytest.fixture
def shared(open_loopback: None, receiver: Receiver) -> Endpoint:
    """For every store of an organization that is on the level."""
    store = LicensedStoreFactory.create()
    return endpoints.create(
        organization=store.organization,
        wishes=Wishes(url=receiver.url("ok/0"), event_types=ORDER_EVENT_TYPES),
        by=None,
        greet=False,
    )[0]


def post(endpoint: Endpoint, *, times: int = 1) -> None:
    store = endpoint.stores().order_by("pk").first()
    assert store is not None
    order = smallest_order()
    posted = Post("order.closed", Order.model_validate(order), json.dumps(order))
    for _time in range(times):
        assert ingest(store=store, api_key=None, post=posted).content["deliveries"] == 1


def set_level(level: PlanLevel) -> None:
    Subscription.objects.update(level=level)


def found(endpoint: Endpoint) -> list[tuple[str, str]]:
    return sorted(Delivery.objects.filter(endpoint=endpoint).values_list("state", "last_error"))


def test_what_comes_meanwhile_waits_and_leaves_when_the_level_is_back(
    shared: Endpoint, run_until_idle: Callable[[], None]
) -> None:
    set_level(PlanLevel.PRO)
    post(shared)
    assert found(shared) == [("parked", "not_enterprise")]
    assert "belong to the Enterprise level" in Delivery.objects.get().last_error_detail
    assert Forgotten().unpark() == 0
    run_until_idle()
    assert found(shared) == [("parked", "not_enterprise")]
    set_level(PlanLevel.ENTERPRISE)
    assert Forgotten().unpark() == 1
    run_until_idle()
    assert found(shared) == [("delivered", "")]


def test_a_subscription_that_lapsed_is_on_no_level(shared: Endpoint) -> None:
    Subscription.objects.update(lapsed_at=timezone.now())
    post(shared)
    assert found(shared) == [("parked", "not_enterprise")]


def test_what_waited_before_is_parked_when_its_turn_comes(shared: Endpoint, run_until_idle: Callable[[], None]) -> None:
    post(shared)
    assert found(shared) == [("due", "")]
    set_level(PlanLevel.PRO)
    run_until_idle()
    assert found(shared) == [("parked", "not_enterprise")]


def test_a_lane_in_hand_rests_from_the_next_read_on(shared: Endpoint, engine: Engine) -> None:
    """Two rows at a time are read of it: its URL is confirmed, and two requests may be under way."""
    shared.confirmed_at, shared.max_in_flight = timezone.now(), 2
    shared.save()
    shared.lanes.update(current_limit=2)
    post(shared, times=6)
    engine.turn(claiming=True, wait_seconds=0.0)
    set_level(PlanLevel.PRO)
    sleep(FORGOTTEN_SECONDS)
    until = monotonic() + 10
    while engine.busy and monotonic() < until:
        engine.turn(claiming=False, wait_seconds=0.05)
    assert found(shared) == [("delivered", "")] * 2 + [("parked", "not_enterprise")] * 4


def test_a_test_waits_as_well(shared: Endpoint) -> None:
    set_level(PlanLevel.PRO)
    sent = endpoints.send_test(endpoint=shared, by=None)
    assert (sent.state, sent.last_error) == ("parked", "not_enterprise")


def test_resuming_it_sends_nothing(shared: Endpoint, run_until_idle: Callable[[], None]) -> None:
    endpoints.pause(endpoint=shared, by=None)
    post(shared)
    set_level(PlanLevel.PRO)
    endpoints.resume(endpoint=shared, by=None)
    run_until_idle()
    assert found(shared) == [("parked", "not_enterprise")]


def test_a_license_that_comes_back_is_not_enough(shared: Endpoint) -> None:
    set_level(PlanLevel.PRO)
    post(shared)
    parking.unpark_stores(list(shared.stores()), None)
    assert found(shared) == [("parked", "not_enterprise")]


def test_a_recovery_is_refused_and_one_under_way_waits(
    shared: Endpoint, monkeypatch: pytest.MonkeyPatch, run_until_idle: Callable[[], None]
) -> None:
    since = timezone.now()
    set_level(PlanLevel.PRO)
    post(shared, times=3)
    with pytest.raises(recovery.NotReceivingError, match="belong to the Enterprise level"):
        recovery.recover(endpoint=shared, since=since, by=None)
    set_level(PlanLevel.ENTERPRISE)
    monkeypatch.setattr(recovery, "EVENTS_AT_A_TIME", 1)
    made = recovery.recover(endpoint=shared, since=since, by=None)
    assert (made.sent_again, made.finished_at) == (1, None)
    set_level(PlanLevel.PRO)
    recovery.recover_waiting(seconds=1)
    assert Recovery.objects.get().sent_again == 1
    set_level(PlanLevel.ENTERPRISE)
    recovery.recover_waiting(seconds=1)
    assert Recovery.objects.get().sent_again == 3


def test_each_look_for_what_was_forgotten_asks_about_so_many_stores(
    shared: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of three stores has a license, and two are looked at in one go: the second look finds it, the third begins anew."""
    monkeypatch.setattr(parking, "STORES_AT_A_LOOK", 2)
    first = shared.stores().get()
    others = [LicensedStoreFactory.create(organization=first.organization) for _number in range(2)]
    for store in (first, *others):
        order = smallest_order()
        ingest(
            store=store,
            api_key=None,
            post=Post("order.closed", Order.model_validate(order), json.dumps(order)),
        )
    Delivery.objects.update(state="parked", due_at=None)
    without = sorted([first, *others], key=lambda store: store.pk)[:2]
    for store in without:
        store.license_assignments.all().delete()
    forgotten = Forgotten()
    assert [forgotten.unpark() for _look in range(4)] == [0, 1, 0, 0]
    assert Delivery.objects.filter(state="parked").count() == 2
