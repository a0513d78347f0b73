import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks

from backoffice.tenancy.models import Store
from tests.factories.integrations import IntegrationFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.webhooks import EndpointFactory, OrderEventFactory
from webhooks import outbox
from webhooks.models import Delivery, Endpoint, Lane, OrderEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    store: Store = LicensedStoreFactory.create()
    return store


def _events(store: Store, count: int = 1, **values: object) -> list[OrderEvent]:
    return [OrderEventFactory.create(store=store, **values) for _ in range(count)]


def _endpoints_of(event: OrderEvent) -> set[Endpoint]:
    return {delivery.endpoint for delivery in Delivery.objects.filter(event=event).select_related("endpoint")}


def test_each_endpoint_that_wants_the_event_gets_a_delivery(store: Store) -> None:
    wants = EndpointFactory.create(store=store, event_types=["order.closed"])
    online = EndpointFactory.create(store=store, channels=["online"])
    EndpointFactory.create(store=store, event_types=["order.voided"])
    EndpointFactory.create()
    [event] = _events(store, type="order.closed", channel="online")
    [pos] = _events(store, type="order.closed", channel="pos")

    assert outbox.add([event, pos], store=store) == {event.pk: 2, pos.pk: 1}

    assert _endpoints_of(event) == {wants, online}
    assert _endpoints_of(pos) == {wants}
    delivery = Delivery.objects.get(event=pos)
    assert (delivery.state, delivery.attempt_count, delivery.store_id) == ("due", 0, store.pk)
    assert delivery.due_at is not None
    assert delivery.lane == Lane.objects.get(endpoint=wants)


def test_test_events_go_to_endpoints_that_accept_them(store: Store) -> None:
    accepts = EndpointFactory.create(store=store, accepts_test_events=True)
    EndpointFactory.create(store=store)
    [event] = _events(store, test=True)
    outbox.add([event], store=store)
    assert _endpoints_of(event) == {accepts}
    assert Delivery.objects.get(event=event).test


@pytest.mark.parametrize(("trait", "reason"), [("paused", "endpoint_paused"), ("disabled", "endpoint_disabled")])
def test_nothing_vanishes_for_an_endpoint_that_may_not_be_called(store: Store, trait: str, reason: str) -> None:
    EndpointFactory.create(store=store, **{trait: True})
    [event] = _events(store)
    outbox.add([event], store=store)
    delivery = Delivery.objects.get(event=event)
    assert (delivery.state, delivery.due_at, delivery.last_error) == ("parked", None, reason)
    assert delivery.last_error_detail


def test_deleted_endpoints_get_nothing(store: Store) -> None:
    EndpointFactory.create(store=store, deleted_at="2026-11-01T00:00:00Z")
    [event] = _events(store)
    assert outbox.add([event], store=store) == {event.pk: 0}
    assert not Delivery.objects.exists()


def test_what_a_deactivated_integration_misses_is_parked(store: Store) -> None:
    integration = IntegrationFactory.create(store=store, deactivated_at="2026-11-01T00:00:00Z")
    endpoint = EndpointFactory.create(store=store, integration=integration)
    [event] = _events(store)
    assert outbox.add([event], store=store) == {event.pk: 1}
    delivery = Delivery.objects.get(event=event)
    assert (delivery.endpoint, delivery.state, delivery.last_error) == (endpoint, "parked", "integration_deactivated")
    assert delivery.last_error_detail == "The integration is deactivated. Activate it and this is sent."


def test_one_delivery_to_an_endpoint_that_may_not_be_called_is_parked(store: Store) -> None:
    integration = IntegrationFactory.create(store=store, deactivated_at="2026-11-01T00:00:00Z")
    [event] = _events(store)
    reasons = []
    for endpoint in (
        EndpointFactory.create(store=store, integration=integration),
        EndpointFactory.create(store=store, paused=True),
        EndpointFactory.create(store=store, disabled=True),
        EndpointFactory.create(store=store),
    ):
        delivery = Delivery.objects.get(pk=outbox.add_for(endpoint, event))
        reasons.append((delivery.state, delivery.due_at is None, delivery.last_error))
    assert reasons == [
        ("parked", True, "integration_deactivated"),
        ("parked", True, "endpoint_paused"),
        ("parked", True, "endpoint_disabled"),
        ("due", False, ""),
    ]


def test_the_number_of_queries_does_not_depend_on_the_number_of_events(store: Store) -> None:
    for _ in range(3):
        EndpointFactory.create(store=store)

    def queries(count: int) -> int:
        events = _events(store, count)
        with CaptureQueriesContext(connection) as captured:
            outbox.add(events, store=store)
        return len(captured)

    assert queries(1) == queries(40) == 1


def test_after_the_commit_the_lane_is_due_and_a_worker_is_woken(
    store: Store, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    woken: list[bool] = []
    monkeypatch.setattr(outbox, "wake", lambda: woken.append(True))
    lane = Lane.objects.get(endpoint=EndpointFactory.create(store=store))
    [event] = _events(store)
    with django_capture_on_commit_callbacks(execute=True):
        outbox.add([event], store=store)
        assert not woken
    lane.refresh_from_db()
    assert lane.next_due_at is not None
    assert woken == [True]


@pytest.mark.django_db(transaction=True)
def test_a_rollback_stores_and_wakes_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[bool] = []
    monkeypatch.setattr(outbox, "wake", lambda: woken.append(True))
    EndpointFactory.create(store=store)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        _add_and_crash(store)
    assert not Delivery.objects.exists()
    assert not woken


def _add_and_crash(store: Store) -> None:
    outbox.add(_events(store), store=store)
    raise ZeroDivisionError
