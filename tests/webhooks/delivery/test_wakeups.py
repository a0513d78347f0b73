"""The engine hears of new orders at once, whatever it is doing."""

import threading
from collections.abc import Callable
from time import monotonic

import pytest
from django.db import connection

from tests.load.services import Receiver
from tests.webhooks.delivery.conftest import store_event
from webhooks.delivery.engine import Engine
from webhooks.models import Endpoint

pytestmark = pytest.mark.django_db(transaction=True)

MakeEndpoint = Callable[..., Endpoint]
Run = Callable[[], None]


def test_an_order_stored_by_another_connection_wakes_the_engine_at_once(
    engine: Engine, make_endpoint: MakeEndpoint, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webhooks.delivery.engine.LOOK_EVERY", 20.0)
    endpoint = make_endpoint("ok/3")
    for _ in range(3):
        engine.turn(claiming=True, wait_seconds=0)

    def post() -> None:
        store_event(endpoint)
        connection.close()

    before = receiver.count()
    posting = threading.Timer(0.2, post)
    posting.start()
    started = monotonic()
    while receiver.count() == before and monotonic() < started + 12:
        engine.turn(claiming=True, wait_seconds=6)
    posting.join()
    assert monotonic() - started < 4


def test_a_notification_that_comes_with_a_querys_answer_is_not_slept_over(
    engine: Engine, make_endpoint: MakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its socket stays silent then: an engine that waits for the socket alone is late by a whole turn."""
    monkeypatch.setattr("webhooks.delivery.engine.LOOK_EVERY", 20.0)
    endpoint = make_endpoint("ok/4")
    for _ in range(3):
        engine.turn(claiming=True, wait_seconds=0)
    start = engine._start

    def start_while_another_stores() -> None:
        def post() -> None:
            store_event(endpoint)
            connection.close()

        posting = threading.Thread(target=post)
        posting.start()
        posting.join()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        start()

    monkeypatch.setattr(engine, "_start", start_while_another_stores)
    started = monotonic()
    engine.turn(claiming=True, wait_seconds=6)
    assert monotonic() - started < 4
