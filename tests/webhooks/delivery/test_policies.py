"""What the engine promises of one endpoint: its rate, its requests at a time, its order, its confirmation, its pauses."""

import socket
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from time import monotonic

import pytest
from django.utils import timezone

from tests.load.services import Receiver
from tests.webhooks.delivery.conftest import store_event
from tests.webhooks.delivery.scripted import Scripted
from webhooks import endpoints, lanes, replay
from webhooks.delivery import claim, drains
from webhooks.delivery.engine import Engine
from webhooks.delivery.fetch import DueDelivery
from webhooks.delivery.lane import LeasedLane
from webhooks.models import Attempt, Delivery, Endpoint, Lane

pytestmark = pytest.mark.django_db(transaction=True)

MakeEndpoint = Callable[..., Endpoint]
Run = Callable[[], None]


def test_an_endpoints_rate_is_kept_and_not_forgotten_with_the_lease(
    make_endpoint: MakeEndpoint, run_until_idle: Run, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the engine's own clock: how long a request then takes to arrive is the machine's affair."""
    started: list[float] = []
    start = LeasedLane.start

    def noted(lane: LeasedLane, row: DueDelivery, at: float) -> None:
        started.append(at)
        start(lane, row, at)

    monkeypatch.setattr(LeasedLane, "start", noted)
    endpoint = make_endpoint("ok/31")
    Endpoint.objects.filter(pk=endpoint.pk).update(rate_per_second=20, confirmed_at=timezone.now())
    before = receiver.count()
    for _ in range(8):
        store_event(endpoint)
    run_until_idle()
    lane = Lane.objects.get(endpoint=endpoint)
    assert lane.paced_until is not None
    free_again = timezone.now() + timedelta(seconds=0.4)
    Lane.objects.filter(pk=lane.pk).update(paced_until=free_again)
    store_event(endpoint)
    run_until_idle()

    assert len(receiver.arrivals(before)) == len(started) == 9
    assert all(later - earlier > 0.0499 for earlier, later in pairwise(started))
    assert started[8] >= free_again.timestamp()


def test_no_more_requests_at_a_time_than_the_endpoint_allows(
    at_scripted: MakeEndpoint, scripted: Scripted, run_until_idle: Run
) -> None:
    endpoint = at_scripted(max_in_flight=3)
    scripted.seconds = 0.05
    for _ in range(12):
        store_event(endpoint)
    run_until_idle()
    assert scripted.most_at_once == 3
    assert len(scripted.ids()) == 12


def test_an_unconfirmed_url_gets_one_request_until_its_first_success(
    at_scripted: MakeEndpoint, scripted: Scripted, run_until_idle: Run
) -> None:
    endpoint = at_scripted(confirmed_at=None)
    scripted.seconds = 0.05
    scripted.answers = [("404 Not here", "")] * 3 + [("200 OK", "")]
    for _ in range(9):
        store_event(endpoint)
    run_until_idle()
    endpoint.refresh_from_db()
    assert endpoint.confirmed_at is not None
    assert scripted.under_way[:4] == [("404 Not here", 1)] * 3 + [("200 OK", 1)]
    assert scripted.most_at_once > 1


def test_failures_do_not_confirm_and_stay_one_at_a_time(
    at_scripted: MakeEndpoint, scripted: Scripted, run_until_idle: Run
) -> None:
    endpoint = at_scripted(confirmed_at=None)
    scripted.seconds = 0.02
    scripted.answers = [("404 Not here", "")]
    for _ in range(4):
        store_event(endpoint)
    run_until_idle()
    endpoint.refresh_from_db()
    assert endpoint.confirmed_at is None
    assert scripted.most_at_once == 1


def test_a_success_of_the_url_before_confirms_nothing(
    engine: Engine, at_scripted: MakeEndpoint, scripted: Scripted
) -> None:
    endpoint = at_scripted(confirmed_at=None)
    scripted.seconds = 0.2
    store_event(endpoint)
    engine.turn(claiming=True, wait_seconds=0)
    Endpoint.objects.filter(pk=endpoint.pk).update(url=scripted.server.url("/status/500"))
    until = monotonic() + 5
    while engine.busy and monotonic() < until:
        engine.turn(claiming=False, wait_seconds=0.1)
    endpoint.refresh_from_db()
    assert Delivery.objects.get().state == "delivered"
    assert endpoint.confirmed_at is None


@pytest.mark.parametrize("status", ["429 Slow down", "503 Busy"])
def test_retry_after_pauses_the_lane_and_opening_it_sends_at_once(
    at_scripted: MakeEndpoint, scripted: Scripted, run_until_idle: Run, status: str
) -> None:
    endpoint = at_scripted(max_in_flight=1)
    scripted.answers = [(status, "Retry-After: 600\r\n"), ("200 OK", "")]
    refused, waiting = store_event(endpoint), store_event(endpoint)
    run_until_idle()
    assert scripted.ids() == [refused.public_id]
    lane = Lane.objects.get(endpoint=endpoint)
    assert lane.paused_until is not None
    assert timedelta(seconds=590) < lane.paused_until - timezone.now() < timedelta(seconds=601)
    assert lane.next_due_at is not None
    assert lane.next_due_at >= lane.paused_until
    again = Delivery.objects.get(event=refused)
    assert again.due_at is not None
    assert again.due_at >= lane.paused_until - timedelta(seconds=1)

    lanes.open_now([endpoint.pk])
    run_until_idle()
    assert scripted.ids() == [refused.public_id, waiting.public_id]


def test_retrying_now_sends_one_probe_through_an_open_breaker(
    at_scripted: MakeEndpoint, scripted: Scripted, run_until_idle: Run
) -> None:
    endpoint = at_scripted(max_in_flight=1)
    scripted.answers = [("500 Down", "")]
    events = [store_event(endpoint) for _ in range(8)]
    run_until_idle()
    assert len(scripted.ids()) == 5
    replay.retry_now(delivery=Delivery.objects.get(event=events[0]), by=None)
    run_until_idle()
    assert len(scripted.ids()) == 6
    lane = Lane.objects.get(endpoint=endpoint)
    assert (lane.breaker, lane.times_opened) == ("open", 2)

    scripted.answers = [("200 OK", "")]
    lanes.open_now([endpoint.pk])
    run_until_idle()
    assert Lane.objects.get(endpoint=endpoint).breaker == "closed"
    assert len(scripted.ids()) == 6 + 3


def test_a_worker_that_holds_an_opened_lane_does_not_write_the_old_health_back(
    engine: Engine, at_scripted: MakeEndpoint, scripted: Scripted
) -> None:
    endpoint = at_scripted()
    scripted.seconds, scripted.answers = 0.2, [("500 Down", "")]
    store_event(endpoint)
    engine.turn(claiming=True, wait_seconds=0)
    lanes.start_afresh(endpoint.pk)
    until = monotonic() + 5
    while engine.busy and monotonic() < until:
        engine.turn(claiming=False, wait_seconds=0.1)
    lane = Lane.objects.get(endpoint=endpoint)
    assert (lane.consecutive_failures, lane.failing_since, lane.health_version) == (0, None, 1)
    assert Attempt.objects.count() == 1


def test_a_retry_that_is_hastened_while_it_is_in_hand_is_sent_once(
    engine: Engine, at_scripted: MakeEndpoint, scripted: Scripted
) -> None:
    endpoint = at_scripted(max_in_flight=2)
    scripted.seconds = 0.2
    for _ in range(6):
        store_event(endpoint)
    Lane.objects.update(current_limit=2)
    engine.turn(claiming=True, wait_seconds=0)
    for delivery in Delivery.objects.all():
        replay.retry_now(delivery=delivery, by=None)
    until = monotonic() + 8
    while not engine.found_nothing and monotonic() < until:
        engine.turn(claiming=True, wait_seconds=0.05)
    assert sorted(Delivery.objects.values_list("state", "attempt_count")) == [("delivered", 1)] * 6
    assert len(scripted.ids()) == len(set(scripted.ids())) == 6


def test_the_header_disables_at_once_though_the_call_succeeded(
    at_scripted: MakeEndpoint, scripted: Scripted, run_until_idle: Run
) -> None:
    endpoint = at_scripted(max_in_flight=1)
    scripted.answers = [("200 OK", "Webhook-Delivery: disable\r\n")]
    store_event(endpoint)
    store_event(endpoint)
    run_until_idle()
    endpoint.refresh_from_db()
    assert endpoint.state == "disabled"
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["delivered", "parked"]
    endpoints.resume(endpoint=endpoint, by=None)
    scripted.answers = [("200 OK", "")]
    run_until_idle()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}


@pytest.mark.parametrize(
    ("path", "error", "status"),
    [("/redirect", "", 302), ("/reset", "connect", None), ("/garbage", "protocol", None), ("/slow/3", "timeout", None)],
)
def test_redirects_resets_and_timeouts_are_tried_again(
    at_scripted: MakeEndpoint, scripted: Scripted, run_until_idle: Run, path: str, error: str, status: int | None
) -> None:
    endpoint = at_scripted(url=scripted.server.url(path), timeout_seconds=1)
    store_event(endpoint)
    run_until_idle()
    delivery = Delivery.objects.get(endpoint=endpoint)
    assert (delivery.state, delivery.attempt_count, delivery.last_error, delivery.last_status) == (
        "due",
        1,
        error,
        status,
    )
    assert Lane.objects.get(endpoint=endpoint).current_limit == (5 if error == "timeout" else 10)


def test_a_port_where_nobody_listens_is_tried_again(at_scripted: MakeEndpoint, run_until_idle: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    endpoint = at_scripted(url=f"http://127.0.0.1:{port}/")
    store_event(endpoint)
    run_until_idle()
    delivery = Delivery.objects.get(endpoint=endpoint)
    assert (delivery.state, delivery.attempt_count, delivery.last_error) == ("due", 1, "connect")


def test_a_claim_reads_the_policies_of_the_endpoint(make_endpoint: MakeEndpoint) -> None:
    endpoint = make_endpoint()
    Endpoint.objects.filter(pk=endpoint.pk).update(rate_per_second=7, fifo=True, max_in_flight=3, timeout_seconds=9)
    moment = timezone.now().replace(microsecond=0)
    Lane.objects.update(
        next_due_at=timezone.now(), paced_until=moment, health_version=4, consecutive_successes=5, window_started_at=moment,
        window_tries=6, window_failures=2,
    )  # fmt: skip
    [claimed] = claim.claim(most=1, token=drains.new_token(1), lease_seconds=60, held={})
    assert (claimed.rate_per_second, claimed.fifo, claimed.max_in_flight, claimed.timeout_seconds) == (7, True, 3, 9)
    assert (claimed.confirmed, claimed.paced_until, claimed.health_version) == (False, moment.timestamp(), 4)
    health = claimed.health
    assert (health.consecutive_successes, health.window_started_at) == (5, moment)
    assert (health.window_tries, health.window_failures) == (6, 2)


def test_cookies_that_a_receiver_sets_are_kept_masked(
    at_scripted: MakeEndpoint, scripted: Scripted, run_until_idle: Run
) -> None:
    scripted.answers = [("200 OK", "Set-Cookie: session=canary-51c0\r\nX-Kind: plain\r\n")]
    store_event(at_scripted())
    run_until_idle()
    headers = {name.lower(): value for name, value in Attempt.objects.get().response_headers}
    assert (headers["set-cookie"], headers["x-kind"]) == ("•" * 4 + " 51c0", "plain")
