"""An address that keeps presenting wrong keys is told to wait; good keys behind it go on."""

import pytest
import time_machine
from django.conf import LazySettings
from django.test import Client

from integrations import api_key_text
from integrations.models import ApiKey
from webhooks.api.failed_keys import _source

STORE = "/api/v1/store"
WRONG = {"apikey": "hub_live_wrong"}


@pytest.fixture(autouse=True)
def _two_a_minute(settings: LazySettings) -> None:
    settings.API_REFUSED_KEYS_PER_MINUTE = 2


def statuses(client: Client, number: int, **headers: str) -> list[int]:
    return [client.get(STORE, headers=headers or WRONG).status_code for _call in range(number)]


def test_too_many_wrong_keys(client: Client, key: ApiKey, bearer: dict[str, str]) -> None:
    with time_machine.travel("2026-11-02T10:00:20Z", tick=False) as clock:
        assert statuses(client, 2) == [401, 401]
        refused = client.get(STORE, headers={"apikey": api_key_text.generate()})
        assert refused.status_code == 429
        assert refused.json()["code"] == "rate_limited"
        assert refused.headers["Retry-After"] == "40"
        assert client.get(STORE, headers=bearer).status_code == 200
        clock.shift(40)
        assert statuses(client, 3) == [401, 401, 429]


def test_another_address_is_not_held_to_it(key: ApiKey) -> None:
    assert statuses(Client(REMOTE_ADDR="198.51.100.1"), 3) == [401, 401, 429]
    assert statuses(Client(REMOTE_ADDR="198.51.100.2"), 2) == [401, 401]


def test_without_redis_it_is_counted_here(client: Client, key: ApiKey, settings: LazySettings) -> None:
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/3"}}
    assert statuses(client, 3) == [401, 401, 429]


@pytest.mark.parametrize(
    ("address", "source"),
    [("203.0.113.9", "203.0.113.9"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"), ("", "")],
)
def test_what_counts_as_one_caller(address: str, source: str) -> None:
    assert _source(address) == source


@pytest.mark.parametrize("path", [STORE, "/api/v1/openapi.json", "/api/v1/docs"])
def test_head_answers_as_get_does(client: Client, bearer: dict[str, str], path: str) -> None:
    got, head = client.get(path, headers=bearer), client.head(path, headers=bearer)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Type"] == got.headers["Content-Type"]


def test_head_where_only_posts_are_answered(client: Client, bearer: dict[str, str]) -> None:
    response = client.head("/api/v1/orders", headers=bearer)
    assert (response.status_code, response.content) == (405, b"")
    assert response.headers["Allow"] == "POST"
