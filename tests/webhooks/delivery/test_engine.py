import uuid
from collections.abc import Callable
from dataclasses import replace
from time import monotonic

import pytest
from django.db import transaction
from standardwebhooks import Webhook

from licensing.models import Assignment
from tests.factories.webhooks import OrderEventFactory
from tests.load.services import Receiver
from tests.webhooks.delivery.conftest import store_event
from tests.webhooks.owners import store_of
from webhooks import endpoints, outbox, signing_keys
from webhooks.delivery.engine import Engine
from webhooks.drain import drain
from webhooks.models import Attempt, Delivery, Endpoint, HourlyFigures, Lane, SigningKey
from webhooks.wishes import Wishes

pytestmark = pytest.mark.django_db(transaction=True)

MakeEndpoint = Callable[..., Endpoint]
Run = Callable[[], None]


def test_an_order_arrives_signed_and_is_written_back(
    make_endpoint: MakeEndpoint, run_until_idle: Run, receiver: Receiver
) -> None:
    endpoint = make_endpoint("ok/7")
    event = store_event(endpoint)
    before = receiver.count()

    run_until_idle()

    assert list(receiver.arrivals(before)) == [event.public_id]
    delivery = Delivery.objects.get(event=event)
    assert (delivery.state, delivery.attempt_count, delivery.last_status, delivery.due_at) == (
        "delivered",
        1,
        200,
        None,
    )
    assert delivery.finished_at is not None
    attempt = Attempt.objects.get(delivery=delivery)
    assert (attempt.number, attempt.status, bytes(attempt.response_body), attempt.late) == (1, 200, b"ok", False)
    assert attempt.remote_address == "127.0.0.1"
    figures = HourlyFigures.objects.get(endpoint=endpoint)
    assert (figures.succeeded, figures.failed, sum(figures.latency_buckets)) == (1, 0, 1)
    lane = Lane.objects.get(endpoint=endpoint)
    assert (lane.lease_token, lane.lease_until, lane.next_due_at) == (None, None, None)


def test_a_stock_library_verifies_what_arrived(make_endpoint: MakeEndpoint, run_until_idle: Run) -> None:
    own = Receiver()
    endpoint = make_endpoint()
    Endpoint.objects.update(url=own.url("ok/8"))
    event = store_event(endpoint)
    run_until_idle()
    [(headers, body)] = own.samples()
    own.close()

    secret = signing_keys.reveal(endpoint=endpoint, by=None)
    payload = Webhook(secret).verify(body.decode(), headers)
    assert payload["id"] == event.public_id


def test_a_failure_is_tried_again_after_five_seconds(make_endpoint: MakeEndpoint, run_until_idle: Run) -> None:
    endpoint = make_endpoint("status/500/1")
    event = store_event(endpoint)

    run_until_idle()

    delivery = Delivery.objects.get(event=event)
    assert (delivery.state, delivery.attempt_count, delivery.last_status) == ("due", 1, 500)
    attempt = Attempt.objects.get(delivery=delivery)
    assert delivery.due_at is not None
    assert 4 <= (delivery.due_at - attempt.started_at).total_seconds() < 20
    lane = Lane.objects.get(endpoint=endpoint)
    assert lane.next_due_at == delivery.due_at
    assert lane.consecutive_failures == 1
    assert lane.failing_since is not None


def test_410_disables_the_endpoint_and_parks_what_waits(make_endpoint: MakeEndpoint, run_until_idle: Run) -> None:
    endpoint = make_endpoint("status/410/1")
    first = store_event(endpoint)
    run_until_idle()
    second = store_event(endpoint)
    run_until_idle()

    endpoint.refresh_from_db()
    assert endpoint.state == Endpoint.State.DISABLED
    assert endpoint.state_reason == "The receiver answered 410 Gone."
    assert set(Delivery.objects.filter(event__in=[first, second]).values_list("state", flat=True)) == {"parked"}


def test_a_poison_row_is_given_up_with_its_reason_and_the_lane_goes_on(
    make_endpoint: MakeEndpoint, run_until_idle: Run
) -> None:
    endpoint = make_endpoint("ok/1")
    poisoned = store_event(endpoint)
    OrderEventFactory._meta.model.objects.filter(pk=poisoned.pk).delete()
    healthy = store_event(endpoint)

    run_until_idle()

    gone = Delivery.objects.get(event_id=poisoned.pk)
    assert (gone.state, gone.last_error, gone.attempt_count) == ("exhausted", "event_gone", 0)
    assert Delivery.objects.get(event=healthy).state == "delivered"
    assert not Attempt.objects.filter(delivery=gone).exists()


def test_a_key_that_cannot_be_opened_is_a_poison_of_its_endpoint_alone(
    make_endpoint: MakeEndpoint, run_until_idle: Run
) -> None:
    broken, sound = make_endpoint("ok/1"), make_endpoint("ok/2")
    other = SigningKey.objects.get(endpoint=sound)
    SigningKey.objects.filter(endpoint=broken).update(ciphertext=other.ciphertext)
    lost, kept = store_event(broken), store_event(sound)

    run_until_idle()

    assert Delivery.objects.get(event=lost).last_error == "unreadable_secret"
    assert Delivery.objects.get(event=kept).state == "delivered"


def test_without_a_license_deliveries_are_parked_and_come_back_with_it(
    make_endpoint: MakeEndpoint, run_until_idle: Run
) -> None:
    from licensing import assignments

    endpoint = make_endpoint("ok/1")
    license = Assignment.objects.get(store=endpoint.store).license
    event = store_event(endpoint)
    assignments.unassign(license=license, stores=[store_of(endpoint)], by=None)
    run_until_idle()
    delivery = Delivery.objects.get(event=event)
    assert (delivery.state, delivery.last_error) == ("parked", "unlicensed")

    assignments.assign(license=license, stores=[store_of(endpoint)], by=None)
    _let_the_license_be_forgotten()
    run_until_idle()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_error) == ("delivered", "")


def _let_the_license_be_forgotten() -> None:
    """An answer about a license is used again for a second."""
    import time

    time.sleep(1.1)


def test_pausing_parks_and_resuming_sends(make_endpoint: MakeEndpoint, run_until_idle: Run) -> None:
    endpoint = make_endpoint("ok/1")
    waiting = store_event(endpoint)
    endpoints.pause(endpoint=endpoint, by=None)
    later = store_event(endpoint)
    run_until_idle()
    assert set(Delivery.objects.filter(event__in=[waiting, later]).values_list("state", flat=True)) == {"parked"}

    endpoints.resume(endpoint=endpoint, by=None)
    run_until_idle()
    assert set(Delivery.objects.filter(event__in=[waiting, later]).values_list("state", flat=True)) == {"delivered"}


def test_five_failures_open_the_breaker_and_no_attempt_is_burnt_meanwhile(
    make_endpoint: MakeEndpoint, run_until_idle: Run
) -> None:
    endpoint = make_endpoint("status/500/1")
    for _ in range(30):
        store_event(endpoint)

    run_until_idle()

    lane = Lane.objects.get(endpoint=endpoint)
    assert lane.breaker == Lane.Breaker.OPEN
    assert lane.next_due_at is not None
    assert lane.open_until is not None
    assert lane.next_due_at >= lane.open_until
    attempts = Attempt.objects.count()
    assert 5 <= attempts <= 10
    run_until_idle()
    assert Attempt.objects.count() == attempts


def test_a_hanging_endpoint_uses_its_own_slots_only(
    engine: Engine, make_endpoint: MakeEndpoint, receiver: Receiver
) -> None:
    hanging, healthy = make_endpoint("hang/8/1"), make_endpoint("ok/2")
    for _ in range(20):
        store_event(hanging)
    started = monotonic()
    engine.turn(claiming=True, wait_seconds=0)
    event = store_event(healthy)
    while event.public_id not in receiver.arrivals() and monotonic() < started + 5:
        engine.turn(claiming=True, wait_seconds=0.5)

    assert event.public_id in receiver.arrivals()
    assert engine.busy


def test_an_edit_takes_effect_with_the_next_try(
    engine: Engine, make_endpoint: MakeEndpoint, run_until_idle: Run, receiver: Receiver
) -> None:
    endpoint = make_endpoint("ok/5")
    store_event(endpoint)
    run_until_idle()
    endpoint.refresh_from_db()
    endpoints.update(
        endpoint=endpoint,
        version=endpoint.version,
        wishes=replace(Wishes.of(endpoint), url=receiver.url("ok/55")),
        by=None,
    )
    event = store_event(endpoint)
    run_until_idle()
    assert Attempt.objects.get(delivery__event=event).url == receiver.url("ok/55")


def test_a_stale_worker_is_refused_and_its_attempt_logged_as_late(engine: Engine, make_endpoint: MakeEndpoint) -> None:
    endpoint = make_endpoint("slow/100/6")
    event = store_event(endpoint)
    engine.turn(claiming=True, wait_seconds=0)
    Lane.objects.filter(endpoint=endpoint).update(lease_token=uuid.uuid4())
    until = monotonic() + 5
    while engine.busy and monotonic() < until:
        engine.turn(claiming=False, wait_seconds=0.1)

    delivery = Delivery.objects.get(event=event)
    assert (delivery.state, delivery.attempt_count) == ("due", 0)
    assert Attempt.objects.get(delivery=delivery).late
    assert not HourlyFigures.objects.filter(endpoint=endpoint).exists()


def test_rolled_back_orders_are_not_delivered(make_endpoint: MakeEndpoint, run_until_idle: Run) -> None:
    endpoint = make_endpoint("ok/1")
    event = OrderEventFactory.build(store=endpoint.store)

    def store_and_crash() -> None:
        with transaction.atomic():
            event.save(force_insert=True)
            outbox.add([event], store=store_of(endpoint))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store_and_crash()
    run_until_idle()
    assert not Delivery.objects.exists()


def test_draining_once_delivers_everything_and_ends(make_endpoint: MakeEndpoint) -> None:
    endpoint = make_endpoint("ok/1")
    for _ in range(250):
        store_event(endpoint)
    drain(linger=False)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}
    assert Lane.objects.get(endpoint=endpoint).lease_until is None
