import socket
from collections.abc import Iterator
from time import monotonic

import pytest
from pytest_django import Settings

from backoffice import broker
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


def test_a_broker_that_is_silent_costs_tenths_of_a_second_once(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        started = monotonic()
        wake.wake()
        assert monotonic() - started < 0.5
        started = monotonic()
        for _ in range(1000):
            wake.wake()
        assert monotonic() - started < 0.1


def test_publishing_to_a_silent_broker_gives_up_soon(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        started = monotonic()
        with pytest.raises(Exception, match=r".+"):
            wake.publish()
        assert monotonic() - started < 1


def test_what_is_published_is_the_drain_task() -> None:
    from webhooks import tasks

    assert tasks.drain.name == wake.TASK
    wake.publish()
