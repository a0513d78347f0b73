"""Lookups that never make the caller wait, and slow names that cannot take every thread."""

import select
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from backoffice.outbound import resolver as module
from backoffice.outbound.resolver import Lookup, Resolver


@pytest.fixture
def released(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Names that start with "slow" resolve once this is set; "unknown" never does, others do at once."""
    event = threading.Event()

    def getaddrinfo(host: str, *_arguments: object, **_options: object) -> list[object]:
        if host.startswith("slow"):
            event.wait(20)
        if host == "unknown":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(2, 1, 6, "", ("1.1.1.1", 0)), (10, 1, 6, "", ("fe80::1%eth0", 0, 0, 2)), (2, 1, 6, "", ("1.1.1.1", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield event
    event.set()


@pytest.fixture
def resolver(released: threading.Event) -> Iterator[Resolver]:
    made = Resolver()
    yield made
    made.close()


def wait(resolver: Resolver, count: int = 1) -> list[Lookup]:
    ended: list[Lookup] = []
    while len(ended) < count:
        assert select.select([resolver.wake_fd], [], [], 5)[0], "no lookup ended"
        ended += resolver.finished()
    return ended


def test_answer_comes_through_the_wake_fd_and_is_kept(resolver: Resolver) -> None:
    assert resolver.lookup("a.test") is None
    [answer] = wait(resolver)
    assert (answer.host, answer.addresses, answer.failure) == ("a.test", ("1.1.1.1", "fe80::1"), "")
    assert resolver.lookup("a.test") is answer
    assert select.select([resolver.wake_fd], [], [], 0)[0] == []


def test_answer_is_asked_for_again_after_its_time(resolver: Resolver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_SECONDS", 0.0)
    resolver.lookup("a.test")
    [first] = wait(resolver)
    assert resolver.lookup("a.test") is None
    [second] = wait(resolver)
    assert second.serial > first.serial


def test_failure_is_told_and_not_kept(resolver: Resolver) -> None:
    resolver.lookup("unknown")
    [answer] = wait(resolver)
    assert (answer.addresses, answer.failure) == ((), "Name or service not known")
    assert resolver.lookup("unknown") is None


def test_answers_kept_are_bounded(resolver: Resolver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_KEPT", 3)
    for number in range(6):
        resolver.lookup(f"{number}.test")
    wait(resolver, 6)
    assert len(resolver._kept) == 3


def test_slow_names_leave_threads_to_the_others(
    resolver: Resolver, released: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_THREADS", 4)
    monkeypatch.setattr(module, "SLOW_THREADS", 2)
    monkeypatch.setattr(module, "SLOW_SECONDS", 0.05)
    for number in range(4):
        resolver.lookup(f"slow{number}.test")
    time.sleep(0.1)
    released.set()
    wait(resolver, 4)
    released.clear()
    monkeypatch.setattr(module, "KEPT_SECONDS", 0.0)
    resolver._kept.clear()

    for number in range(4):
        resolver.lookup(f"slow{number}.test")
    resolver.lookup("quick.test")
    assert [answer.host for answer in wait(resolver)] == ["quick.test"]
    assert resolver._running == 2
    released.set()
    assert {answer.host for answer in wait(resolver, 4)} == {f"slow{number}.test" for number in range(4)}
    assert (resolver._running, resolver._pending, resolver._slow_running) == (0, set(), set())


def test_lookup_that_ends_after_closing_harms_nothing(released: threading.Event) -> None:
    resolver = Resolver()
    resolver.lookup("slow.test")
    resolver.close()
    released.set()
    for thread in threading.enumerate():
        if thread.name == "lookup slow.test":
            thread.join(5)
            assert not thread.is_alive()
