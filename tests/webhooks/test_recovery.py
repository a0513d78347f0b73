"""Recovering what an endpoint missed: what is sent again, what is not, at which pace, and never twice."""

import threading
from datetime import timedelta
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.accounts.models import User
from backoffice.tenancy.models import AuditEntry
from tests.factories.accounts import UserFactory
from tests.factories.integrations import IntegrationFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.webhooks import DeliveryFactory, EndpointFactory, OrderEventFactory
from webhooks import recovery
from webhooks.models import Delivery, Endpoint, OrderEvent, Recovery
from webhooks.parking import unpark

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def user() -> User:
    made: User = UserFactory.create()
    return made


@pytest.fixture
def endpoint() -> Endpoint:
    made: Endpoint = EndpointFactory.create(event_types=["order.closed"])
    return made


def missed(endpoint: Endpoint, **values: Any) -> OrderEvent:
    """An event of the endpoint's store that never got a delivery."""
    event: OrderEvent = OrderEventFactory.create(store=endpoint.store, **values)
    return event


def sent(endpoint: Endpoint, **values: Any) -> Delivery:
    delivery: Delivery = DeliveryFactory.create(endpoint=endpoint, event__store=endpoint.store, **values)
    return delivery


def replays(endpoint: Endpoint) -> dict[Any, Any]:
    return dict(Delivery.objects.filter(endpoint=endpoint, state="due").values_list("event_id", "replay_of"))


def test_failed_parked_and_missing_ones_are_sent_again_and_nothing_else(endpoint: Endpoint, user: User) -> None:
    failed, parked = sent(endpoint, exhausted=True), sent(endpoint, state="parked", due_at=None)
    absent = missed(endpoint)
    sent(endpoint, delivered=True)
    stopped = sent(endpoint, state="cancelled", due_at=None)
    unwanted = missed(endpoint, type="order.opened")
    test = missed(endpoint, test=True)
    sample = sent(endpoint, exhausted=True, event__type="webhook.test")
    foreign = OrderEventFactory.create()
    sibling = DeliveryFactory.create(exhausted=True, event=absent, store=endpoint.store)

    before = recovery.preview(endpoint, since=timezone.now() - HOUR)
    assert (before.failed, before.parked, before.missing, before.total, before.complete) == (1, 1, 1, 3, True)
    assert not replays(endpoint)

    made = recovery.recover(endpoint=endpoint, since=timezone.now() - HOUR, by=user)

    assert replays(endpoint) == {failed.event_id: failed.pk, parked.event_id: None, absent.pk: None}
    untouched = {stopped.event_id, unwanted.pk, test.pk, sample.event_id, foreign.pk}
    assert not untouched & set(replays(endpoint))
    sibling.refresh_from_db()
    assert sibling.state == "exhausted"
    assert (made.sent_again, made.finished_at is not None) == (3, True)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.store) == ("endpoint.recovered", user, endpoint.store)


def test_what_lies_before_the_chosen_time_stays(endpoint: Endpoint, user: User) -> None:
    failed = sent(endpoint, exhausted=True)
    later = timezone.now() + timedelta(milliseconds=5)
    with patch.object(timezone, "now", return_value=later + HOUR):
        assert recovery.preview(endpoint, since=later).total == 0
        assert recovery.recover(endpoint=endpoint, since=later, by=user).sent_again == 0
    failed.refresh_from_db()
    assert failed.state == "exhausted"


def test_run_twice_it_makes_no_doubles(endpoint: Endpoint, user: User) -> None:
    for _number in range(3):
        sent(endpoint, exhausted=True)
    since = timezone.now() - HOUR
    assert recovery.recover(endpoint=endpoint, since=since, by=user).sent_again == 3
    assert recovery.recover(endpoint=endpoint, since=since, by=user).sent_again == 0
    Delivery.objects.filter(state="due").update(state="delivered")
    assert recovery.recover(endpoint=endpoint, since=since, by=user).sent_again == 0
    assert Delivery.objects.filter(endpoint=endpoint).count() == 6


def test_what_failed_again_is_sent_once_more_as_the_replay_of_its_last_failure(endpoint: Endpoint, user: User) -> None:
    first = sent(endpoint, exhausted=True)
    since = timezone.now() - HOUR
    recovery.recover(endpoint=endpoint, since=since, by=user)
    second = Delivery.objects.get(replay_of=first.pk)
    Delivery.objects.filter(pk=second.pk).update(state="exhausted", due_at=None)
    recovery.recover(endpoint=endpoint, since=since, by=user)
    third = Delivery.objects.get(replay_of=second.pk)
    assert {first.event_id, second.event_id, third.event_id} == {first.event_id}


def test_a_large_one_goes_on_in_steps_and_is_one_recovery_meanwhile(
    endpoint: Endpoint, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "EVENTS_AT_A_TIME", 2)
    for _number in range(5):
        missed(endpoint)
    since = timezone.now() - HOUR
    first = recovery.recover(endpoint=endpoint, since=since, by=user)
    assert (first.sent_again, first.finished_at) == (2, None)
    again = recovery.recover(endpoint=endpoint, since=since + timedelta(minutes=1), by=user)
    assert (again.pk, again.sent_again, again.since) == (first.pk, 2, since)
    earlier = recovery.recover(endpoint=endpoint, since=since - HOUR, by=user)
    assert (earlier.pk, earlier.sent_again, earlier.since) == (first.pk, 2, since - HOUR)
    recovery.recover_waiting(seconds=5)
    first.refresh_from_db()
    assert (first.sent_again, first.finished_at is not None) == (5, True)
    assert Delivery.objects.filter(endpoint=endpoint).count() == 5
    assert Recovery.objects.count() == 1


def test_asked_for_again_it_covers_what_was_missed_since(
    endpoint: Endpoint, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "EVENTS_AT_A_TIME", 1)
    early, later = missed(endpoint), missed(endpoint)
    since = timezone.now() - HOUR
    first = recovery.recover(endpoint=endpoint, since=since, by=user)
    Delivery.objects.filter(event_id=early.pk).update(state="exhausted", due_at=None)
    Recovery.objects.update(until=timezone.now() - timedelta(seconds=30))
    newest = missed(endpoint)
    recovery.recover(endpoint=endpoint, since=since, by=user)
    recovery.recover_waiting(seconds=5)
    assert set(replays(endpoint)) == {early.pk, later.pk, newest.pk}
    first.refresh_from_db()
    assert first.finished_at is not None


@pytest.mark.django_db(transaction=True)
def test_two_who_unpark_never_wait_for_each_other(endpoint: Endpoint) -> None:
    parked = sent(endpoint, state="parked", due_at=None)
    held, tried = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Delivery.objects.select_for_update().get(pk=parked.pk)
            held.set()
            tried.wait(20)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(20)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '5s'")
        try:
            assert unpark([endpoint.pk]) == 0
        finally:
            cursor.execute("RESET statement_timeout")
            tried.set()
            holder.join()
    assert unpark([endpoint.pk]) == 1


@pytest.mark.parametrize(("rate", "per_second"), [(None, 100), (10, 5)])
def test_they_become_due_at_the_endpoints_pace(
    endpoint: Endpoint, user: User, monkeypatch: pytest.MonkeyPatch, rate: int | None, per_second: int
) -> None:
    monkeypatch.setattr(recovery, "EVENTS_AT_A_TIME", 4)
    Endpoint.objects.filter(pk=endpoint.pk).update(rate_per_second=rate)
    for _number in range(6):
        missed(endpoint)
    recovery.recover(endpoint=endpoint, since=timezone.now() - HOUR, by=user)
    recovery.recover_waiting(seconds=5)
    times = sorted(each.due_at for each in Delivery.objects.filter(endpoint=endpoint) if each.due_at)
    apart = [(after - before).total_seconds() for before, after in pairwise(times)]
    assert all(each >= 1 / per_second - 0.001 for each in apart)
    assert sum(apart) < 6 / per_second + 1


def test_an_endpoint_that_does_not_receive_is_refused(user: User) -> None:
    brought = IntegrationFactory.create(deactivated_at=timezone.now())
    stopped = [
        EndpointFactory.create(paused=True),
        EndpointFactory.create(disabled=True),
        EndpointFactory.create(deleted_at=timezone.now()),
        EndpointFactory.create(store=brought.store, integration=brought),
    ]
    for endpoint in stopped:
        with pytest.raises(recovery.NotReceivingError):
            recovery.recover(endpoint=endpoint, since=timezone.now() - HOUR, by=user)
    assert not Recovery.objects.exists()


def test_the_future_is_refused(endpoint: Endpoint, user: User) -> None:
    for ask in (recovery.preview, lambda each, since: recovery.recover(endpoint=each, since=since, by=user)):
        with pytest.raises(recovery.FutureError):
            ask(endpoint, since=timezone.now() + HOUR)


def test_one_under_way_rests_while_its_endpoint_is_paused_and_ends_when_it_is_deleted(
    endpoint: Endpoint, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "EVENTS_AT_A_TIME", 1)
    missed(endpoint)
    missed(endpoint)
    made = recovery.recover(endpoint=endpoint, since=timezone.now() - HOUR, by=user)
    Endpoint.objects.filter(pk=endpoint.pk).update(state="paused")
    recovery.recover_waiting(seconds=5)
    made.refresh_from_db()
    assert (made.sent_again, made.finished_at) == (1, None)
    Endpoint.objects.filter(pk=endpoint.pk).update(state="enabled", deleted_at=timezone.now())
    recovery.recover_waiting(seconds=5)
    made.refresh_from_db()
    assert (made.sent_again, made.finished_at is not None) == (1, True)


def test_the_number_of_statements_does_not_depend_on_the_number_of_events(endpoint: Endpoint, user: User) -> None:
    def statements(events: int) -> int:
        for _number in range(events):
            missed(endpoint)
        with CaptureQueriesContext(connection) as captured:
            recovery.recover(endpoint=endpoint, since=timezone.now() - HOUR, by=user)
        return len(captured)

    assert statements(1) == statements(30)


def test_a_shared_endpoints_stores_are_gone_through_some_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Five stores, two in each step and two events: every event is sent again once, a store's in their order."""
    monkeypatch.setattr(recovery, "STORES_AT_A_TIME", 2)
    monkeypatch.setattr(recovery, "EVENTS_AT_A_TIME", 2)
    shared = EndpointFactory.create(
        store=None,
        organization=LicensedStoreFactory.create().organization,
        every_store=True,
        event_types=["order.closed"],
    )
    stores = [LicensedStoreFactory.create(organization=shared.organization) for _number in range(4)]
    events = [
        OrderEventFactory.create(store=store).pk for store in (stores[0], stores[2], stores[2], stores[2], stores[3])
    ]
    foreign = OrderEventFactory.create()

    since = timezone.now() - HOUR
    before = recovery.preview(shared, since=since)
    assert (before.missing, before.complete) == (5, True)
    made = recovery.recover(endpoint=shared, since=since, by=None)
    steps = 1
    while recovery.go_on(made.pk):
        steps += 1
    assert sorted(Delivery.objects.filter(endpoint=shared).values_list("event_id", flat=True)) == sorted(events)
    assert not Delivery.objects.filter(event=foreign).exists()
    made.refresh_from_db()
    assert (made.sent_again, made.finished_at is not None) == (5, True)
    assert steps <= 6


def test_a_preview_of_many_stores_says_that_it_saw_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "STORES_PREVIEWED", 2)
    shared = EndpointFactory.create(
        store=None,
        organization=LicensedStoreFactory.create().organization,
        every_store=True,
        event_types=["order.closed"],
    )
    for _number in range(2):
        OrderEventFactory.create(store=LicensedStoreFactory.create(organization=shared.organization))
    seen = recovery.preview(shared, since=timezone.now() - HOUR)
    assert (seen.missing, seen.complete) == (1, False)
