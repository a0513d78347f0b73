"""Notifications on the connection that statements run on, and what becomes of both when the server ends it."""

import logging
import select
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection

from backoffice.database.statements import run_held
from tests.load.services import Receiver
from tests.webhooks.delivery.conftest import store_event
from webhooks.delivery import drains, writer
from webhooks.delivery.engine import Engine
from webhooks.delivery.faults import will_pass
from webhooks.delivery.listen import Listener
from webhooks.lane_functions import CHANNEL
from webhooks.models import Attempt, Delivery, Endpoint

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def other() -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """Somebody else's connection to the same database."""
    parameters = connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}
    with psycopg.connect(**parameters, autocommit=True) as theirs:
        yield theirs


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener(drains.new_number())
    assert made.attach()
    assert made.heard(), "whatever came before it listened counts as heard"
    yield made
    made.attach()
    made.detach()


def _end_all_others(other: psycopg.Connection[Any]) -> None:
    other.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )


def _ask(how: str) -> None:
    if how == "prepared":
        run_held("SELECT 1", {})
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")


@pytest.mark.parametrize("how", ["prepared", "by a cursor"])
def test_what_came_with_an_answer_is_heard_once(listener: Listener, other: psycopg.Connection[Any], how: str) -> None:
    """The socket is silent then, so nobody who waits for it would learn of it."""
    _ask(how)
    assert not listener.heard()
    other.execute(f"NOTIFY {CHANNEL}".encode())
    _ask(how)
    assert not select.select(listener.descriptors(), (), (), 0)[0]
    assert listener.heard()
    assert not listener.heard()


def test_a_connection_that_was_ended_is_listened_to_anew_and_counted(
    listener: Listener, other: psycopg.Connection[Any]
) -> None:
    _end_all_others(other)
    with pytest.raises(OperationalError) as lost:
        run_held("SELECT 1", {})
    assert will_pass(lost.value), "results are kept for it, not refused"
    assert listener.attach()
    assert listener.heard(), "what was announced meanwhile was not heard"
    assert drains.census().drains == 1
    other.execute(f"NOTIFY {CHANNEL}".encode())
    assert select.select(listener.descriptors(), (), (), 5)[0]
    assert listener.heard()


def test_results_outlast_the_connections_that_were_to_write_them(
    engine: Engine,
    make_endpoint: Callable[..., Endpoint],
    receiver: Receiver,
    other: psycopg.Connection[Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Both of the engine's end while results wait: they are written once all the same, and nothing is sent again."""
    endpoint = make_endpoint("ok/7")
    before = receiver.count()

    def turn_until(reached: Callable[[], bool]) -> None:
        until = monotonic() + 10
        while not reached():
            assert monotonic() < until, "it did not come about"
            engine.turn(claiming=True, wait_seconds=0.05)

    store_event(endpoint)
    turn_until(lambda: Delivery.objects.filter(state="delivered").count() == 1)
    monkeypatch.setattr(writer, "LONGEST_WAIT", 60.0)
    for _ in range(5):
        store_event(endpoint)
    turn_until(lambda: receiver.count() == before + 6 and engine._writer._count == 5)
    monkeypatch.setattr(writer, "LONGEST_WAIT", 0.0)
    engine._writer._due_at = 0.0
    _end_all_others(other)
    with caplog.at_level(logging.WARNING, "webhooks.delivery"):
        until = monotonic() + 10
        while engine.busy:
            assert monotonic() < until, "the results were not written"
            engine.turn(claiming=True, wait_seconds=0.05)

    assert [record.levelname for record in caplog.records if record.levelno > logging.WARNING] == []
    assert Delivery.objects.filter(state="delivered", attempt_count=1).count() == 6
    assert Attempt.objects.filter(late=False).count() == Attempt.objects.count() == 6
    assert receiver.count() == before + 6
