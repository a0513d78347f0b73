"""A clock that stands in a week nobody made a partition for: orders are taken in and results written back all the same."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from secrets import randbits

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from backoffice.database.identifiers import uuid7_floor
from backoffice.database.partitions import existing_weeks, week_of
from backoffice.outbound.request import OutboundRequest, OutboundResult, Timings
from tests.factories.integrations import ApiKeyFactory
from tests.factories.webhooks import EndpointFactory
from tests.webhooks.delivery.conftest import lease, store_event
from tests.webhooks.keys import text_of
from tests.webhooks.orders import smallest_order
from webhooks import ingest
from webhooks.delivery import record, writer
from webhooks.delivery.breaker import LaneHealth
from webhooks.delivery.build import Built
from webhooks.delivery.outcome import DELIVERED, Outcome
from webhooks.models import Attempt, Delivery, OrderEvent

pytestmark = pytest.mark.django_db(transaction=True)


def keys_of(moment: datetime) -> Callable[[], uuid.UUID]:
    """Keys as they are made at that moment: the library that makes them reads a clock that a test cannot set."""
    return lambda: uuid.UUID(int=uuid7_floor(moment).int | randbits(60))


def has_partition(moment: datetime) -> bool:
    return all(week_of(moment) in weeks for weeks in existing_weeks().values())


def test_an_order_is_taken_in(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    key = ApiKeyFactory.create()
    EndpointFactory.create(store=key.store)
    then = timezone.now() + timedelta(weeks=12)
    assert not has_partition(then)
    monkeypatch.setattr(ingest, "uuid7", keys_of(then))
    with time_machine.travel(then, tick=False):
        response = client.post(
            "/api/v1/orders",
            {"type": "order.closed", "order": smallest_order()},
            content_type="application/json",
            headers={"apikey": text_of(key), "idempotency-key": "k"},
        )
    assert response.status_code == 202
    assert has_partition(then)
    assert OrderEvent.objects.get().pk >= uuid7_floor(then)
    assert Delivery.objects.get().pk >= uuid7_floor(week_of(then))


def test_a_result_is_written_back(monkeypatch: pytest.MonkeyPatch) -> None:
    then = timezone.now() + timedelta(weeks=18)
    assert not has_partition(then)
    endpoint = EndpointFactory.create()
    store_event(endpoint)
    lane, token = lease(endpoint)
    state = record.LaneState(lane.pk, endpoint.pk, token, LaneHealth())
    delivery = Delivery.objects.get()
    built = Built(OutboundRequest(endpoint.url), (), b"x" * 32, endpoint.url)
    result = OutboundResult(200, (), b"ok", None, "", "192.0.2.1", then, Timings(total_ms=3.0))
    finished = record.Finished(delivery.pk, 1, Outcome(DELIVERED), built, result, delivery.event_id)
    monkeypatch.setattr(record, "uuid7", keys_of(then))
    with time_machine.travel(then, tick=False):
        assert writer._record([(state, [finished])]) == [True]
    assert has_partition(then)
    assert Attempt.objects.get().pk >= uuid7_floor(then)
    assert Delivery.objects.get().state == Delivery.State.DELIVERED
