"""A worker that comes back to a lane which somebody else has had meanwhile: it starts anew, and nothing old counts."""

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, cast

import pytest
from django.db import connection
from django.utils import timezone

from tests.webhooks.delivery.conftest import store_event
from tests.webhooks.delivery.model_transport import OK, Transport
from webhooks.delivery import drains, writer
from webhooks.delivery import engine as engines
from webhooks.delivery.engine import Engine
from webhooks.models import Attempt, Delivery, Endpoint, HourlyFigures, Lane

pytestmark = pytest.mark.django_db

MakeEndpoint = Callable[..., Endpoint]


@pytest.fixture
def stale(monkeypatch: pytest.MonkeyPatch, make_endpoint: MakeEndpoint) -> Iterator[Engine]:
    """An engine with twenty deliveries of one lane in hand, ten of them under way; its requests are answered by hand."""
    monkeypatch.setattr(engines, "MultiplexedClient", Transport)
    monkeypatch.setattr(engines, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(writer, "LONGEST_WAIT", 0.0)
    monkeypatch.setattr(Transport, "watcher", lambda *_: None)
    # It works in the test's own transaction, which it would take for a connection left in a bad state.
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)
    endpoint = make_endpoint()
    Endpoint.objects.update(confirmed_at=timezone.now())
    for _ in range(20):
        store_event(endpoint)
    Lane.objects.update(next_due_at=timezone.now())
    engine = Engine()
    engine.turn(claiming=True, wait_seconds=0)
    assert len(_transport(engine).under_way) == 10
    yield engine
    drains.sign_out(engine._number)


def _transport(engine: Engine) -> Transport:
    transport: Transport = cast("Any", engine._client)
    return transport


def _answer_all(engine: Engine) -> None:
    for _ in range(len(_transport(engine).under_way)):
        _transport(engine).answer(0, OK)


def test_what_it_had_queued_is_not_sent_when_another_has_delivered_it(stale: Engine) -> None:
    under_way = {token.row.id for token, _request in _transport(stale).under_way}
    # Another took the lane, delivered what this one had queued, and gave the lane back with the rest.
    Delivery.objects.exclude(pk__in=under_way).update(state="delivered", due_at=None, attempt_count=1)
    Lane.objects.update(lease_token=None, lease_until=None, next_due_at=timezone.now())

    _answer_all(stale)
    for _ in range(3):
        stale.turn(claiming=True, wait_seconds=0)
        _answer_all(stale)
    stale.turn(claiming=True, wait_seconds=0)

    assert set(Delivery.objects.values_list("state", "attempt_count")) == {("delivered", 1)}
    assert not Attempt.objects.exclude(delivery__in=under_way).exists()
    assert Attempt.objects.filter(late=True).count() == Attempt.objects.filter(late=False).count() == 10
    assert HourlyFigures.objects.get().succeeded == 10


def test_a_lane_that_nobody_else_had_goes_on_where_it_was(stale: Engine) -> None:
    """Its lease ran out and nobody noticed: what is under way still counts, and nothing is sent twice."""
    Lane.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    stale.turn(claiming=True, wait_seconds=0)
    for _ in range(5):
        _answer_all(stale)
        stale.turn(claiming=True, wait_seconds=0)

    assert set(Delivery.objects.values_list("state", "attempt_count")) == {("delivered", 1)}
    assert Attempt.objects.filter(late=False).count() == Attempt.objects.count() == 20


def test_after_a_lost_connection_it_sends_nothing_before_it_has_asked_for_its_leases(
    stale: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweeper ends the leases of a worker without a connection, and that worker may be alive, with room for more."""
    with monkeypatch.context() as unhurried:
        unhurried.setattr(writer, "LONGEST_WAIT", 60.0)
        _answer_all(stale)
        stale.turn(claiming=False, wait_seconds=0)
    Lane.objects.update(lease_token=uuid.uuid4(), lease_until=timezone.now() + timedelta(seconds=60))
    submitted: list[object] = []
    monkeypatch.setattr(Transport, "watcher", lambda _self, token, _request: submitted.append(token))
    drains.sign_out(stale._number)
    monkeypatch.setattr(stale._listener, "_raw", None)

    stale.turn(claiming=False, wait_seconds=0)
    assert not submitted
    stale.close()
    assert Attempt.objects.filter(late=True).count() == Attempt.objects.count() == 10
    assert not stale.busy
