"""A licensed store with a key, and a POS that calls with it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from integrations.models import ApiKey
from tests.factories.integrations import ApiKeyFactory
from tests.webhooks.keys import text_of
from tests.webhooks.orders import smallest_order


@pytest.fixture
def key(db: None) -> ApiKey:
    made: ApiKey = ApiKeyFactory.create()
    return made


@pytest.fixture
def bearer(key: ApiKey) -> dict[str, str]:
    return {"authorization": f"Bearer {text_of(key)}"}


@pytest.fixture
def post(client: Client, bearer: dict[str, str]) -> Callable[..., Any]:
    """`post({...})` posts an order, `post(body=b"...")` any bytes; `headers` are added to the key's."""

    def send(order: dict[str, Any] | None = None, *, body: bytes | None = None, **headers: str) -> Any:
        if body is None:
            body = json.dumps({"type": "order.closed", "order": order or smallest_order()}).encode()
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        content_type = names.pop("content-type", "application/json")
        every = {**bearer, **names}
        return client.post("/api/v1/orders", body, content_type=content_type, headers=every, CONTENT_TYPE=content_type)

    return send
