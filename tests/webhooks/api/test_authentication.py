"""Keys in headers, and nothing else, let a call in."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import Error, InterfaceError, OperationalError
from django.test import Client, RequestFactory
from django.utils import timezone

from integrations import api_key_text, api_key_use, api_keys
from integrations.models import ApiKey
from licensing.models import Assignment
from tests.factories.accounts import UserFactory
from tests.factories.integrations import ApiKeyFactory
from tests.factories.tenancy import MemberFactory, StoreFactory
from tests.webhooks.keys import text_of
from tests.webhooks.owners import store_of
from webhooks.api.authentication import client_address
from webhooks.models import OrderEvent

STORE = "/api/v1/store"


@pytest.mark.parametrize("name", ["authorization", "Authorization"])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_bearer_header(client: Client, key: ApiKey, name: str, scheme: str) -> None:
    response = client.get(STORE, headers={name: f"{scheme} {text_of(key)}"})
    assert response.status_code == 200
    assert response.json()["id"] == store_of(key).public_id


def test_apikey_header(client: Client, key: ApiKey) -> None:
    assert client.get(STORE, headers={"apikey": text_of(key)}).status_code == 200


def test_both_headers_with_the_same_key(client: Client, key: ApiKey) -> None:
    headers = {"apikey": text_of(key), "authorization": f"Bearer {text_of(key)}"}
    assert client.get(STORE, headers=headers).status_code == 200


def test_another_scheme_beside_the_apikey_header_does_not_matter(client: Client, key: ApiKey) -> None:
    headers = {"apikey": text_of(key), "authorization": "Basic dTpw"}
    assert client.get(STORE, headers=headers).status_code == 200


def test_every_refused_key_gets_the_same_answer(client: Client, key: ApiKey) -> None:
    revoked, expired = ApiKeyFactory.create(), ApiKeyFactory.create()
    api_keys.revoke(key=revoked, by=None)
    ApiKey.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    presented: list[dict[str, str]] = [
        {},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": f"Basic {text_of(key)}"},
        {"authorization": f"Bearer {api_key_text.generate()}"},
        {"authorization": f"Bearer {text_of(key)[:-1]}x"},
        {"authorization": "Bearer hub_live_ä"},
        {"authorization": f"Bearer {text_of(revoked)}"},
        {"authorization": f"Bearer {text_of(expired)}"},
        {"apikey": text_of(revoked)},
        {"apikey": text_of(key), "authorization": f"Bearer {api_key_text.generate()}"},
    ]
    responses = [client.get(STORE, headers=headers) for headers in presented]
    assert {response.status_code for response in responses} == {401}
    assert {response.headers["WWW-Authenticate"] for response in responses} == {'Bearer realm="Developer API"'}
    assert len({response.content for response in responses}) == 1
    assert responses[0].json() == {
        "type": "http://localhost:8000/api/v1/docs#problem-unauthenticated",
        "title": "A valid API key is needed",
        "status": 401,
        "detail": "Send a developer API key in the header “Authorization: Bearer …”, or “apikey: …”.",
        "code": "unauthenticated",
        "instance": "/api/v1/store",
    }


def test_a_key_that_expires_later_works(client: Client, key: ApiKey) -> None:
    ApiKey.objects.filter(pk=key.pk).update(expires_at=timezone.now() + timedelta(minutes=1))
    assert client.get(STORE, headers={"apikey": text_of(key)}).status_code == 200


@pytest.mark.parametrize("name", ["apikey", "api_key", "ApiKey", "key", "access_token", "token"])
def test_a_key_in_the_address_is_refused(client: Client, key: ApiKey, name: str) -> None:
    response = client.get(STORE, {name: text_of(key)})
    assert (response.status_code, response.json()["code"]) == (400, "key_in_query")
    assert text_of(key) not in response.content.decode()
    header_too = client.get(STORE, {name: "x"}, headers={"apikey": text_of(key)})
    assert (header_too.status_code, header_too.json()["code"]) == (400, "key_in_query")


def test_a_key_under_any_name_in_the_address_is_refused(client: Client, key: ApiKey) -> None:
    response = client.get(STORE, {"store": text_of(key)}, headers={"apikey": text_of(key)})
    assert (response.status_code, response.json()["code"]) == (400, "key_in_query")


def test_cookies_mean_nothing(client: Client, key: ApiKey) -> None:
    """A signed-in owner of the store is nobody here, and a call with a key sets no cookie."""
    member = MemberFactory.create(owner=True, organization=store_of(key).organization)
    client.force_login(member.user)
    assert client.get(STORE).status_code == 401
    answered = client.get(STORE, headers={"apikey": text_of(key)})
    assert answered.status_code == 200
    assert not answered.cookies


def test_no_csrf_token_is_needed(key: ApiKey) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(UserFactory.create())
    response = strict.post("/api/v1/orders", b"{}", content_type="application/json", headers={"apikey": text_of(key)})
    assert response.status_code == 422


@pytest.mark.parametrize(
    ("networks", "address", "status"),
    [
        ([], "198.51.100.7", 200),
        (["203.0.113.0/24"], "203.0.113.9", 200),
        (["203.0.113.0/24"], "198.51.100.7", 403),
        (["203.0.113.0/24"], "::ffff:203.0.113.9", 200),
        (["::ffff:203.0.113.9"], "203.0.113.9", 200),
        (["::ffff:203.0.113.9"], "203.0.113.10", 403),
        (["2001:db8::/32"], "2001:db8::1", 200),
        (["203.0.113.0/24"], "", 403),
    ],
)
def test_address_list(client: Client, key: ApiKey, networks: list[str], address: str, status: int) -> None:
    ApiKey.objects.filter(pk=key.pk).update(addresses=networks)
    response = client.get(STORE, headers={"apikey": text_of(key)}, REMOTE_ADDR=address)
    assert response.status_code == status
    if status == 403:
        assert response.json()["code"] == "address_not_allowed"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "198.51.100.1", "203.0.113.5"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "10.9.8.7, 198.51.100.1", "198.51.100.1"),
        (2, "10.9.8.7, 198.51.100.1, 192.0.2.1", "198.51.100.1"),
        (2, "198.51.100.1", ""),
        (1, "nonsense", ""),
        (1, "", ""),
    ],
)
def test_client_address(settings: LazySettings, proxies: int, forwarded: str, expected: str) -> None:
    """Only what our own proxies wrote is believed: a client cannot forge its address."""
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", headers={"x-forwarded-for": forwarded}, REMOTE_ADDR="203.0.113.5")
    assert client_address(request) == expected


def test_a_key_without_the_scope_is_refused(client: Client, key: ApiKey) -> None:
    ApiKey.objects.filter(pk=key.pk).update(scopes=["orders:read"])
    response = client.post("/api/v1/orders", b"{}", content_type="application/json", headers={"apikey": text_of(key)})
    assert (response.status_code, response.json()["code"]) == (403, "insufficient_scope")
    assert response.headers["WWW-Authenticate"] == (
        'Bearer realm="Developer API", error="insufficient_scope", scope="orders:write"'
    )


@pytest.mark.parametrize(("method", "path"), [("get", STORE), ("post", "/api/v1/orders")])
def test_a_store_without_a_license_is_refused_at_once(client: Client, key: ApiKey, method: str, path: str) -> None:
    Assignment.objects.filter(store=key.store).delete()
    response = getattr(client, method)(path, content_type="application/json", headers={"apikey": text_of(key)})
    assert (response.status_code, response.json()["code"]) == (403, "license_required")


def test_an_unlicensed_store_with_a_key(client: Client, db: None) -> None:
    key = ApiKeyFactory.create(store=StoreFactory.create())
    response = client.get(STORE, headers={"apikey": text_of(key)})
    assert (response.status_code, response.json()["code"]) == (403, "license_required")


def test_last_use_is_written_at_most_once_a_minute(client: Client, key: ApiKey) -> None:
    client.get(STORE, headers={"apikey": text_of(key)}, REMOTE_ADDR="203.0.113.9")
    key.refresh_from_db()
    first = key.last_used_at
    assert first is not None
    assert key.last_used_address == "203.0.113.9"
    client.get(STORE, headers={"apikey": text_of(key)}, REMOTE_ADDR="203.0.113.10")
    key.refresh_from_db()
    assert (key.last_used_at, key.last_used_address) == (first, "203.0.113.9")
    ApiKey.objects.filter(pk=key.pk).update(last_used_at=first - timedelta(seconds=61))
    client.get(STORE, headers={"apikey": text_of(key)}, REMOTE_ADDR="203.0.113.10")
    key.refresh_from_db()
    assert key.last_used_address == "203.0.113.10"


def test_a_refused_call_of_a_valid_key_counts_as_use(client: Client, key: ApiKey) -> None:
    ApiKey.objects.filter(pk=key.pk).update(scopes=[])
    client.post("/api/v1/orders", b"{}", content_type="application/json", headers={"apikey": text_of(key)})
    key.refresh_from_db()
    assert key.last_used_at is not None


def test_keys_reach_no_log(client: Client, key: ApiKey, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = api_key_text.generate()
    client.get(STORE, headers={"apikey": text_of(key)})
    client.get(STORE, headers={"apikey": wrong})
    client.get(STORE, {"apikey": wrong})
    client.get("/api/v1/nothing", headers={"authorization": f"Bearer {wrong}"})
    assert "Unauthorized: /api/v1/store" in caplog.text
    assert text_of(key) not in caplog.text
    assert wrong not in caplog.text


@pytest.mark.parametrize(
    "error", [OperationalError("the server closed the connection"), InterfaceError("the connection is closed")]
)
def test_an_order_that_is_stored_is_answered_as_stored(
    post: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Error
) -> None:
    """Though the connection is lost right after it, and the key's last use cannot be written."""

    def lost(*_args: object) -> None:
        raise error

    monkeypatch.setattr(api_key_use, "mark_used", lost)
    response = post()
    assert response.status_code == 202
    (event,) = OrderEvent.objects.all()
    assert response.json()["event"]["id"] == event.public_id
    assert [record.levelname for record in caplog.records if "last use of API key" in record.message] == ["WARNING"]
