"""What waits and since when, as metrics and the readiness probe see it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import Error, InterfaceError, OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from tests.factories.webhooks import DeliveryFactory, EndpointFactory
from webhooks import backlog, readiness
from webhooks.backlog import OldestDue, Waiting
from webhooks.models import Delivery, Endpoint, Lane

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _asked_anew() -> None:
    readiness.oldest_due.forget()


def waits(seconds: float, **lane: Any) -> Delivery:
    """A delivery that became due so many seconds ago, in a lane of its own."""
    now = timezone.now()
    endpoint: Endpoint = EndpointFactory.create()
    due_at = now - timedelta(seconds=seconds)
    Lane.objects.filter(endpoint=endpoint).update(**{"next_due_at": due_at, **lane})
    delivery: Delivery = DeliveryFactory.create(endpoint=endpoint, event__store=endpoint.store, due_at=due_at)
    return delivery


def age() -> tuple[int, int]:
    oldest = backlog.oldest_due()
    return round(oldest.unclaimed), round(oldest.leased)


def after(seconds: float) -> Any:
    return timezone.now() + timedelta(seconds=seconds)


def test_nothing_waits() -> None:
    DeliveryFactory.create(delivered=True)
    DeliveryFactory.create(due_at=after(60))
    assert backlog.oldest_due() == OldestDue(0, 0)


def test_the_oldest_of_all_lanes_counts() -> None:
    waits(100)
    waits(400)
    waits(200)
    assert age() == (400, 0)


def test_a_lane_that_was_never_marked_counts() -> None:
    waits(400, next_due_at=None)
    assert age() == (400, 0)


def test_a_retry_counts_as_a_first_try_does() -> None:
    Delivery.objects.filter(pk=waits(500).pk).update(attempt_count=3)
    assert age() == (500, 0)


@pytest.mark.parametrize("held_back", ["open_until", "paused_until", "next_due_at"])
def test_what_is_held_back_on_purpose_does_not_count(held_back: str) -> None:
    waits(400, **{held_back: after(60)})
    assert age() == (0, 0)


def test_a_breaker_whose_time_is_over_holds_nothing_back() -> None:
    waits(400, breaker="open", open_until=after(-1))
    assert age() == (400, 0)


def test_what_a_worker_is_sending_is_told_apart() -> None:
    waits(400, next_due_at=None, lease_until=after(30), served_at=after(-10))
    assert age() == (0, 400)


def test_a_lease_that_ran_out_waits_since_then() -> None:
    waits(400, next_due_at=None, lease_until=after(-50), served_at=after(-110))
    assert age() == (50, 0)


def test_a_lane_just_given_back_has_not_waited_long_however_old_its_backlog() -> None:
    waits(4000, served_at=after(-5))
    assert age() == (5, 0)


def test_counts_by_kind_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        DeliveryFactory.create()
    DeliveryFactory.create(attempt_count=1)
    DeliveryFactory.create(state="parked", due_at=None)
    DeliveryFactory.create(delivered=True)
    assert backlog.waiting() == Waiting(3, 1, 1)
    monkeypatch.setattr(backlog, "MOST_COUNTED", 2)
    assert backlog.waiting() == Waiting(2, 1, 1)


def test_not_ready_while_something_waits_too_long(client: Client, settings: Settings) -> None:
    delivery = waits(400)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["problems"] == {"deliveries": "the oldest due delivery has waited 400 s for a worker"}
    settings.READY_OLDEST_DUE_SECONDS = 500
    assert client.get("/readyz").status_code == 200
    settings.READY_OLDEST_DUE_SECONDS = 300
    Lane.objects.filter(pk=delivery.lane_id).update(breaker="open", open_until=after(60))
    readiness.oldest_due.forget()
    assert client.get("/readyz").status_code == 200
    assert client.get("/healthz").status_code == 200


def test_probes_that_come_often_ask_seldom(client: Client) -> None:
    assert client.get("/readyz").status_code == 200
    waits(400)
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("canceling statement due to statement timeout at 10.0.0.7"),
        InterfaceError("the connection is closed"),
    ],
)
def test_a_database_that_does_not_tell_is_a_problem(
    client: Client, monkeypatch: pytest.MonkeyPatch, error: Error
) -> None:
    def away() -> OldestDue:
        raise error

    monkeypatch.setattr(readiness, "oldest_due", away)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["problems"] == {"deliveries": type(error).__name__}
