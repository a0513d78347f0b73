"""Requests a minute and key; without Redis nothing is limited, and nobody waits."""

import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.test import Client

from integrations.models import ApiKey
from tests.factories.integrations import ApiKeyFactory
from tests.silent_server import SilentServer
from tests.webhooks.keys import text_of
from webhooks.api import rate_limit
from webhooks.api.rate_limit import Allowance, Limiter


def test_beyond_the_limit(client: Client, key: ApiKey, bearer: dict[str, str], settings: LazySettings) -> None:
    settings.API_REQUESTS_PER_MINUTE = 2
    with time_machine.travel("2026-11-02T10:00:20Z", tick=False):
        allowed = [client.get("/api/v1/store", headers=bearer) for _number in range(2)]
        refused = client.get("/api/v1/store", headers=bearer)
        stranger = client.get("/api/v1/store", headers={"apikey": text_of(ApiKeyFactory.create(store=key.store))})
    assert [response.status_code for response in allowed] == [200, 200]
    assert [response.headers["RateLimit"] for response in allowed] == ['"key";r=1;t=40', '"key";r=0;t=40']
    assert refused.status_code == 429
    assert refused.json()["code"] == "rate_limited"
    assert refused.json()["detail"] == "This key may make 2 requests a minute. Try again in 40 seconds."
    assert refused.headers["Retry-After"] == "40"
    assert refused.headers["RateLimit-Policy"] == '"key";q=2;w=60'
    assert refused.headers["RateLimit"] == '"key";r=0;t=40'
    assert stranger.status_code == 200


def test_a_key_may_have_a_limit_of_its_own(
    client: Client, key: ApiKey, bearer: dict[str, str], settings: LazySettings
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 2
    ApiKey.objects.update(requests_per_minute=3)
    with time_machine.travel("2026-11-02T12:00:20Z", tick=False):
        answers = [client.get("/api/v1/store", headers=bearer) for _number in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["RateLimit-Policy"] == '"key";q=3;w=60'


def test_the_next_minute_begins_anew(client: Client, bearer: dict[str, str], settings: LazySettings) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1
    with time_machine.travel("2026-11-02T11:00:20Z", tick=False) as clock:
        assert client.get("/api/v1/store", headers=bearer).status_code == 200
        assert client.get("/api/v1/store", headers=bearer).status_code == 429
        clock.shift(40)
        assert client.get("/api/v1/store", headers=bearer).status_code == 200


def test_counters_end_by_themselves(settings: LazySettings) -> None:
    limiter = Limiter(settings.REDIS_URL)
    name = f"test-{time.time_ns()}"
    assert limiter.take(name, 5) == Allowance(5, 1, pytest.approx(30, abs=30))  # type: ignore[arg-type]
    (counter,) = limiter._redis.keys(f"backoffice:rate:{name}:*")
    assert 60 < limiter._redis.ttl(counter) <= 120


def test_redis_is_asked_for_a_hundredth_of_the_limit_at_a_time(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    limiter, other = Limiter(settings.REDIS_URL), Limiter(settings.REDIS_URL)
    count = limiter._redis.incrby

    def counted(counter: str, size: int) -> Any:
        asked.append(size)
        return count(counter, size)

    monkeypatch.setattr(limiter._redis, "incrby", counted)
    name = f"test-{time.time_ns()}"
    with time_machine.travel("2026-11-02T12:00:20Z", tick=False):
        taken = [limiter.take(name, 500) for _number in range(4)]
        elsewhere = other.take(name, 500)
        taken += [limiter.take(name, 500) for _number in range(4)]
    assert asked == [5, 5]
    assert [allowance and allowance.used for allowance in taken] == [1, 2, 3, 4, 5, 11, 12, 13]
    assert elsewhere == Allowance(500, 6, 40)


def test_no_process_goes_beyond_the_limit(settings: LazySettings) -> None:
    limiters = [Limiter(settings.REDIS_URL) for _number in range(3)]
    name = f"test-{time.time_ns()}"
    with time_machine.travel("2026-11-02T12:00:20Z", tick=False):
        taken = [limiters[number % 3].take(name, 250) for number in range(300)]
    assert sum(1 for allowance in taken if allowance and not allowance.exceeded) == 250
    assert sum(1 for allowance in taken if allowance and allowance.exceeded) == 50


@pytest.fixture
def silent_server() -> Iterator[SilentServer]:
    with SilentServer() as server:
        yield server


def test_a_silent_redis_lets_requests_through(
    post: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, silent_server: SilentServer
) -> None:
    monkeypatch.setattr(rate_limit, "_limiter", Limiter(silent_server.url))
    response = post()
    assert response.status_code == 202
    assert "RateLimit" not in response.headers


def test_a_silent_redis_is_asked_once(silent_server: SilentServer) -> None:
    limiter = Limiter(silent_server.url)
    assert limiter.take("k", 1) is None
    asked = silent_server.connections
    assert [limiter.take("k", 1) for _number in range(100)] == [None] * 100
    assert silent_server.connections == asked > 0
    assert rate_limit._PATIENCE_SECONDS <= 0.1


def test_a_refused_connection_lets_requests_through() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert Limiter(f"redis://127.0.0.1:{port}/0").take("k", 1) is None


def test_redis_is_asked_again_after_its_rest(settings: LazySettings) -> None:
    limiter = Limiter(settings.REDIS_URL)
    limiter._resting_until = time.monotonic() - 0.001
    assert limiter.take(f"test-{time.time_ns()}", 1) is not None
