"""Tasks are sent best effort: a broker that is silent or gone holds nobody up, and is left alone for a while."""

import uuid
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from backoffice import broker
from integrations.runs import queue
from tests.silent_server import SilentServer


@pytest.fixture(autouse=True)
def _fresh_state() -> Iterator[None]:
    broker._state.__dict__.clear()
    yield
    broker._state.__dict__.clear()


def test_what_is_sent_carries_its_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, tuple[str, ...]]] = []
    monkeypatch.setattr(broker, "publish", lambda task, arguments, **_options: sent.append((task, arguments)))
    run = uuid.uuid4()
    queue.now(queue.EXECUTE, run)
    assert sent == [(queue.EXECUTE, (str(run),))]


def test_a_silent_broker_holds_up_no_page_that_starts_a_run(settings: Settings) -> None:
    with SilentServer() as silent:
        settings.CELERY_BROKER_URL = silent.url
        queue.now(queue.EXECUTE, uuid.uuid4())
        assert broker.resting()
        asked = silent.connections
        for _ in range(1000):
            queue.now(queue.EXECUTE, uuid.uuid4())
        assert silent.connections == asked > 0
