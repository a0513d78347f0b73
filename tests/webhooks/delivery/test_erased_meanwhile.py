"""A customer who is erased while a worker has the order in hand: it is soon read anew, and an answer that comes too late is not kept."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from django.db import connection
from django.utils import timezone

from backoffice.outbound.request import OutboundResult, Timings
from tests.webhooks.delivery.conftest import store_event
from tests.webhooks.delivery.model_transport import OK, Transport
from webhooks.delivery import drains, lane, writer
from webhooks.delivery import engine as engines
from webhooks.delivery.engine import Engine
from webhooks.delivery.record import ANSWER_KEPT_FOR
from webhooks.models import Attempt, Delivery, Endpoint, Lane, OrderEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch, make_endpoint: Callable[..., Endpoint]) -> Iterator[Engine]:
    """An engine with three deliveries of a lane in hand, one of them under way; its requests are answered by hand."""
    monkeypatch.setattr(engines, "MultiplexedClient", Transport)
    monkeypatch.setattr(engines, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(writer, "LONGEST_WAIT", 0.0)
    monkeypatch.setattr(Transport, "watcher", lambda *_: None)
    # It works in the test's own transaction, which it would take for a connection left in a bad state.
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)
    endpoint = make_endpoint()
    Endpoint.objects.update(confirmed_at=timezone.now(), max_in_flight=1)
    Lane.objects.update(current_limit=1)
    for _ in range(3):
        store_event(endpoint, order_json='{"customer":"canary"}')
    Lane.objects.update(next_due_at=timezone.now())
    engine = Engine()
    for _ in range(2):
        engine.turn(claiming=True, wait_seconds=0)
    (leased,) = engine._lanes.values()
    assert (len(_transport(engine).under_way), len(leased.queue)) == (1, 2)
    yield engine
    drains.sign_out(engine._number)


def _transport(engine: Engine) -> Transport:
    transport: Transport = cast("Any", engine._client)
    return transport


def _sent_until_done(engine: Engine) -> list[bytes]:
    sent = []
    for _ in range(12):
        sent += [request.body for _token, request in _transport(engine).under_way]
        _transport(engine).answer(0, OK)
        engine.turn(claiming=True, wait_seconds=0)
    return sent


@pytest.mark.parametrize(("kept_seconds", "old_bodies"), [(0.0, 1), (60.0, 3)])
def test_what_waits_in_a_worker_is_read_anew(
    by_hand: Engine, monkeypatch: pytest.MonkeyPatch, kept_seconds: float, old_bodies: int
) -> None:
    """Rows in hand for less than a minute go out as they were read; none waits for longer, however slow the receiver is."""
    OrderEvent.objects.update(order_json='{"customer":null}')
    monkeypatch.setattr(lane, "READ_FOR_SECONDS", kept_seconds)
    sent = _sent_until_done(by_hand)
    assert len(sent) == 3
    assert sum(b"canary" in body for body in sent) == old_bodies
    assert set(Delivery.objects.values_list("state", "attempt_count")) == {("delivered", 1)}


@pytest.mark.parametrize(
    ("late_by", "body", "headers"),
    [(timedelta(seconds=-5), b"thanks canary", [["x-for", "canary"]]), (timedelta(seconds=5), b"", [])],
)
def test_an_answer_is_kept_if_it_is_written_in_time(
    by_hand: Engine, late_by: timedelta, body: bytes, headers: list[list[str]]
) -> None:
    """Also where the lease is still held: nobody else may have wanted the lane of a worker that stood still."""
    transport = _transport(by_hand)
    token, _request = transport.under_way.pop()
    began = datetime.now(UTC) - ANSWER_KEPT_FOR - late_by
    answer = OutboundResult(200, (("x-for", "canary"),), b"thanks canary", None, "", "127.0.0.1", began, Timings())
    transport.ready.append((token, answer))
    by_hand.turn(claiming=False, wait_seconds=0)
    attempt = Attempt.objects.get()
    assert (attempt.status, attempt.late) == (200, False)
    assert (bytes(attempt.response_body), attempt.response_headers) == (body, headers)
