from collections.abc import Iterator

import pytest
from kombu.exceptions import OperationalError
from pytest_django import Settings

from backoffice import broker
from tests.silent_server import SilentServer
from webhooks import wake


@pytest.fixture(autouse=True)
def _fresh_state(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(wake, "_asked_at", float("-inf"))
    wake._client.cache_clear()
    broker._state.__dict__.clear()
    yield
    wake._client.cache_clear()
    broker._state.__dict__.clear()


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    calls: list[bool] = []
    monkeypatch.setattr(wake, "publish", lambda: calls.append(True))
    wake._client().delete(wake.AWAKE_KEY, wake.HELP_KEY)
    return calls


def test_one_task_for_many_orders(published: list[bool]) -> None:
    for _ in range(5):
        wake.wake()
    assert published == [True]


def test_a_process_asks_once_in_a_while(published: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    wake.wake()
    wake._client().delete(wake.AWAKE_KEY)
    wake.wake()
    assert published == [True]
    monkeypatch.setattr(wake, "_asked_at", wake._asked_at - wake.ASK_EVERY_SECONDS)
    wake.wake()
    assert published == [True, True]


def test_none_while_a_drain_is_awake_and_one_after_it_fell_asleep(
    published: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wake, "ASK_EVERY_SECONDS", 0.0)
    assert wake.stay_awake("me")
    assert not wake.stay_awake("you")
    wake.wake()
    assert published == []
    wake.fall_asleep("you")
    wake.wake()
    assert published == []
    wake.fall_asleep("me")
    wake.wake()
    assert published == [True]


def test_a_broker_that_is_silent_is_asked_once(settings: Settings) -> None:
    with SilentServer() as silent:
        settings.REDIS_URL = settings.CELERY_BROKER_URL = silent.url
        wake.wake()
        asked = silent.connections
        for _ in range(1000):
            wake.wake()
        assert silent.connections == asked > 0


def test_publishing_to_a_silent_broker_gives_up_soon(settings: Settings) -> None:
    with SilentServer() as silent:
        settings.CELERY_BROKER_URL = silent.url
        with pytest.raises(OperationalError, match="Timeout"):
            wake.publish()
    assert broker.SOCKET_SECONDS <= 0.1


def test_what_is_published_is_the_drain_task() -> None:
    from webhooks import tasks

    assert tasks.drain.name == wake.TASK
    wake.publish()
