"""Many calls at once: each answered exactly once, none delayed by another, connections kept."""

import os
import random
import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from backoffice.outbound.multiplexed import IDLE_HANDLES, MultiplexedClient
from backoffice.outbound.request import ErrorCode, OutboundRequest, OutboundResult
from tests.outbound.conftest import LOOPBACK
from tests.outbound.server import Receiver

Client = MultiplexedClient[object]
Drain = Callable[[Client], dict[object, OutboundResult]]

BEHAVIOURS = [
    "/ok", "/status/500", "/status/204", "/slow/0.05", "/hang", "/reset", "/garbage", "/big/300000", "/big/20000",
    "/bomb", "/redirect", "/many-headers/5", "/many-headers/2000", "/trickle", "/short", "/interim",
]  # fmt: skip
BROKEN = [
    OutboundRequest("not a url"),
    OutboundRequest("https://10.0.0.1/"),
    OutboundRequest("https://nowhere.invalid/", timeout_seconds=0.5),
    OutboundRequest("http://127.0.0.1:1/", timeout_seconds=0.5),
    OutboundRequest("http://127.0.0.1/", headers=(("X", "a\nb"),)),
    OutboundRequest("http://127.0.0.1/", method="BREW"),
]


@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_token_comes_back_exactly_once(
    receiver: Receiver, client: Client, drain: Drain, data: st.DataObject
) -> None:
    kinds: list[str | OutboundRequest] = data.draw(
        st.lists(st.sampled_from([*BEHAVIOURS, *BROKEN]), min_size=1, max_size=40)
    )
    for token, kind in enumerate(kinds):
        request = (
            kind if isinstance(kind, OutboundRequest) else OutboundRequest(receiver.url(kind), timeout_seconds=0.4)
        )
        client.submit(token, request)
    assert client.in_flight == len(kinds)
    results = drain(client)
    assert set(results) == set(range(len(kinds)))
    for token, kind in enumerate(kinds):
        if kind == "/ok":
            assert (results[token].status, results[token].error) == (200, None)
        if isinstance(kind, OutboundRequest):
            assert results[token].error is not None


def test_handle_keeps_nothing_of_the_call_before(receiver: Receiver, client: Client, drain: Drain) -> None:
    """One handle, used for every behaviour in turn, then for a plain call."""
    first = OutboundRequest(receiver.url("/ok"), headers=(("X-First", "1"),), body=b"first")
    plain = OutboundRequest(receiver.url("/ok"))
    for path in BEHAVIOURS:
        for method in ("PUT", "GET", "POST"):
            client.submit("before", OutboundRequest(receiver.url(path), method=method, timeout_seconds=0.3))
            drain(client)
            client.submit("first", first)
            drain(client)
            client.submit("plain", plain)
            result = drain(client)["plain"]
            assert (result.status, result.error, result.body) == (200, None, b"ok")
            assert [name for name, _value in result.headers] == ["Content-Length", "X-Answer"]
            assert receiver.received[-1].line == "POST /ok HTTP/1.1"
            assert receiver.received[-1].body == b""
            assert receiver.received[-1].header("X-First") is None
    assert len(client._idle) == 1


def test_connections_are_kept_and_their_reuse_costs_no_set_up(receiver: Receiver, client: Client, drain: Drain) -> None:
    for number in range(20):
        client.submit(number, OutboundRequest(receiver.url("/ok")))
        result = drain(client)[number]
    assert receiver.connections == 1
    assert (result.timings.dns_ms, result.timings.connect_ms) == (0, 0)


def test_connection_the_receiver_has_closed_is_replaced(receiver: Receiver, client: Client, drain: Drain) -> None:
    client.submit(1, OutboundRequest(receiver.url("/short")))
    drain(client)
    client.submit(2, OutboundRequest(receiver.url("/ok")))
    assert drain(client)[2].status == 200
    assert receiver.connections == 2


def test_calls_run_beside_each_other(receiver: Receiver, client: Client, drain: Drain) -> None:
    started = time.monotonic()
    for number in range(50):
        client.submit(number, OutboundRequest(receiver.url("/slow/0.5")))
    assert {result.status for result in drain(client).values()} == {200}
    assert time.monotonic() - started < 15


def test_hanging_receivers_do_not_delay_the_others(receiver: Receiver, client: Client) -> None:
    for number in range(50):
        client.submit(f"hangs {number}", OutboundRequest(receiver.url("/hang"), timeout_seconds=30))
    client.poll(0.2)
    for number in range(30):
        client.submit(number, OutboundRequest(receiver.url("/ok")))
        assert [token for token, _result in client.poll(5)] == [number]
    assert client.in_flight == 50


def test_names_whose_lookup_hangs_do_not_delay_the_others(
    receiver: Receiver, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty names that never resolve, which would fill libcurl's own pool twice over."""
    released = threading.Event()

    def getaddrinfo(host: str, *_arguments: object, **_options: object) -> list[object]:
        if host.startswith("hangs"):
            released.wait(20)
        return [(2, 1, 6, "", ("127.0.0.1", 0))]

    monkeypatch.setattr("socket.getaddrinfo", getaddrinfo)
    for number in range(40):
        request = OutboundRequest(f"http://hangs{number}.test/", connect_timeout_seconds=3)
        client.submit(f"hangs {number}", request)
    started = time.monotonic()
    client.submit("quick", OutboundRequest(receiver.url("/ok", host="quick.test")))
    [(token, result)] = client.poll(5)
    assert (token, result.status) == ("quick", 200)
    others: list[OutboundResult] = []
    while client.in_flight:
        others += [other for _token, other in client.poll(5)]
    assert 2.9 < time.monotonic() - started < 15
    assert {other.error for other in others} == {ErrorCode.timeout}
    assert "lookup" in others[0].error_detail
    released.set()


def test_one_lookup_serves_all_calls_to_a_name(
    receiver: Receiver, client: Client, drain: Drain, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def getaddrinfo(host: str, *_arguments: object, **_options: object) -> list[object]:
        asked.append(host)
        time.sleep(0.1)
        return [(2, 1, 6, "", ("127.0.0.1", 0))]

    monkeypatch.setattr("socket.getaddrinfo", getaddrinfo)
    for number in range(10):
        client.submit(number, OutboundRequest(receiver.url("/ok", host="Once.test")))
    results = drain(client)
    client.submit("later", OutboundRequest(receiver.url("/ok", host="once.test.")))
    later = drain(client)["later"]
    assert {result.status for result in [*results.values(), later]} == {200}
    assert results[0].timings.dns_ms > 90
    assert asked == ["once.test"]


def test_poll_waits_for_the_time_given_and_no_longer(receiver: Receiver, client: Client) -> None:
    client.submit(1, OutboundRequest(receiver.url("/hang")))
    started = time.monotonic()
    assert client.poll(0.3) == []
    assert 0.28 < time.monotonic() - started < 5


def test_wake_fd_ends_a_poll_and_stays_readable(receiver: Receiver, client: Client) -> None:
    client.submit(1, OutboundRequest(receiver.url("/hang")))
    reading, writing = os.pipe()
    try:
        threading.Timer(0.2, os.write, (writing, b"!")).start()
        started = time.monotonic()
        assert client.poll(30, [reading]) == []
        assert 0.1 < time.monotonic() - started < 15
        assert client.poll(30, [reading]) == []
        assert os.read(reading, 10) == b"!"
        assert client.poll(0.05, [reading]) == []
    finally:
        os.close(reading)
        os.close(writing)


def test_wake_fd_may_be_another_file_under_the_same_number(client: Client) -> None:
    for _ in range(3):
        reading, writing = os.pipe()
        os.write(writing, b"!")
        started = time.monotonic()
        client.poll(30, [reading])
        assert time.monotonic() - started < 15
        os.close(reading)
        os.close(writing)


def test_invalid_request_does_not_make_poll_wait(client: Client) -> None:
    client.submit(1, OutboundRequest("nonsense"))
    started = time.monotonic()
    [(token, result)] = client.poll(30)
    assert (token, result.error) == (1, ErrorCode.invalid_request)
    assert time.monotonic() - started < 15


def test_handles_kept_idle_are_bounded(receiver: Receiver, client: Client, drain: Drain) -> None:
    for number in range(IDLE_HANDLES + 20):
        client.submit(number, OutboundRequest(receiver.url("/slow/0.2")))
    assert {result.status for result in drain(client).values()} == {200}
    assert len(client._idle) == IDLE_HANDLES


def test_descriptors_are_given_back(receiver: Receiver) -> None:
    def held() -> int:
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - names alone are counted

    before = held()
    for _ in range(5):
        with MultiplexedClient[object](open_networks=LOOPBACK) as client:
            for number in range(20):
                client.submit(number, OutboundRequest(receiver.url(random.choice(["/ok", "/hang"]))))
            client.submit("name", OutboundRequest("https://nowhere.invalid/"))
            client.poll(0.2)
    receiver.stop()
    deadline = time.monotonic() + 5
    while held() > before + 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert held() <= before + 2


def test_closed_client_refuses_work_and_closes_twice(client: Client) -> None:
    client.close()
    client.close()
    with pytest.raises(RuntimeError, match="closed"):
        client.submit(1, OutboundRequest("https://hooks.example.com/"))


def test_client_does_not_cross_a_fork(
    receiver: Receiver, client: Client, drain: Drain, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.submit(1, OutboundRequest(receiver.url("/ok")))
    drain(client)
    with monkeypatch.context() as child:
        child.setattr(os, "getpid", lambda: -1)
        with pytest.raises(RuntimeError, match="forked"):
            client.submit(2, OutboundRequest(receiver.url("/ok")))
        with pytest.raises(RuntimeError, match="forked"):
            client.poll(0)
    client.submit(3, OutboundRequest(receiver.url("/ok")))
    assert drain(client)[3].status == 200
