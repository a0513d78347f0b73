"""`GET store`."""

from datetime import UTC, datetime

from django.test import Client

from integrations.models import ApiKey
from tests.factories.integrations import ApiKeyFactory
from tests.webhooks.keys import text_of
from tests.webhooks.owners import store_of


def test_store(client: Client, key: ApiKey, bearer: dict[str, str], django_assert_max_num_queries: object) -> None:
    response = client.get("/api/v1/store", headers=bearer)
    store = store_of(key)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.json() == {
        "id": store.public_id,
        "code": store.code,
        "name": store.name,
        "timezone": "America/New_York",
        "currency": "USD",
        "organization": {"name": store.organization.name},
        "hub": {"licensed": True},
        "key": {
            "id": key.public_id,
            "name": "Till",
            "scopes": ["orders:write", "orders:read", "integrations:read", "webhooks:read", "webhooks:write"],
            "test": False,
            "expires_at": None,
        },
    }


def test_no_scope_is_needed(client: Client, db: None) -> None:
    key = ApiKeyFactory.create(test=True, scopes=[], expires_at=datetime(2099, 5, 6, 7, 8, 9, tzinfo=UTC))
    response = client.get("/api/v1/store", headers={"apikey": text_of(key)})
    assert response.json()["key"] == {
        "id": key.public_id,
        "name": "Till",
        "scopes": [],
        "test": True,
        "expires_at": "2099-05-06T07:08:09Z",
    }
