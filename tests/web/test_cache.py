"""While Redis is away, people sign in and pages answer, promptly and still limited, with one line in the log."""

import logging
import time
from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.test import Client
from pytest_django.fixtures import Settings

from backoffice.web import cache as cache_module
from backoffice.web.cache import PatientRedisCache
from tests.factories.accounts import PASSWORD, UserFactory
from tests.silent_server import SilentServer

NOBODY_LISTENS = "redis://127.0.0.1:1/0"


def made_at(server: str) -> PatientRedisCache:
    options = {"socket_connect_timeout": 0.2, "socket_timeout": 0.2}
    return PatientRedisCache(server, {"OPTIONS": options, "KEY_PREFIX": "test-cache"})


@pytest.fixture
def dead(settings: Settings) -> Iterator[BaseCache]:
    """The cache of the product, with Redis stopped."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": NOBODY_LISTENS}}
    caches["default"].clear()
    yield caches["default"]
    caches["default"].clear()
    cache_module._circuits.pop(NOBODY_LISTENS, None)


@pytest.fixture
def silent() -> Iterator[SilentServer]:
    with SilentServer() as server:
        yield server


def test_every_method_answers_from_memory(dead: BaseCache) -> None:
    assert dead.get("a", "nothing") == "nothing"
    assert dead.add("a", 1) is True
    assert dead.add("a", 2) is False
    assert dead.incr("a") == 2
    assert dead.decr("a") == 1
    assert dead.touch("a", 60) is True
    assert "a" in dead
    dead.set_many({"b": [2], "c": "3"})
    assert dead.get_many(["a", "b", "c"]) == {"a": 1, "b": [2], "c": "3"}
    dead.delete_many(["b", "c"])
    assert dead.delete("a") is True
    dead.set("d", 4)
    dead.clear()
    assert dead.get("d") is None


@pytest.mark.django_db
def test_people_sign_in(dead: BaseCache, client: Client) -> None:
    user = UserFactory.create()
    response = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/").status_code == 200


@pytest.mark.django_db
def test_people_reset_their_password(dead: BaseCache, client: Client) -> None:
    user = UserFactory.create()
    response = client.post("/accounts/password/reset/", {"email": user.email})
    assert (response.status_code, response["Location"]) == (302, "/accounts/password/reset/done/")


@pytest.mark.django_db
def test_wrong_passwords_are_still_limited(dead: BaseCache, client: Client) -> None:
    user = UserFactory.create()
    answers = [
        client.post("/accounts/login/", {"login": user.email, "password": "wrong"}).text for _attempt in range(12)
    ]
    assert "Too many failed login attempts" in answers[-1]
    assert "Too many failed login attempts" not in answers[0]


def test_one_warning_and_not_one_a_call(dead: BaseCache, caplog: pytest.LogCaptureFixture) -> None:
    cache_module._circuits[NOBODY_LISTENS]._away = False
    with caplog.at_level(logging.INFO, logger="backoffice.web.cache"):
        for _ in range(20):
            dead.get("a")
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_a_silent_redis_holds_up_one_call(silent: SilentServer) -> None:
    cache = made_at(silent.url)
    assert cache.get("a") is None
    asked = silent.connections
    for _ in range(50):
        assert cache.get("a") is None
    assert silent.connections == asked > 0


def test_it_goes_back_to_redis(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    server = str(settings.REDIS_URL)
    monkeypatch.setattr(cache_module, "_circuits", {})
    cache = made_at(server)
    cache.set("kept", "in Redis")
    cache._circuit.failed(ConnectionError("gone"))
    assert cache.get("kept") is None
    cache._circuit._resting_until = time.monotonic()
    assert cache.get("kept") == "in Redis"
    assert not cache._circuit.resting
    cache.clear()
