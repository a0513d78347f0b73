"""The delivery log over the API: filters, pages, and every attempt of one delivery."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.models import ApiKey
from tests.factories.webhooks import AttemptFactory, DeliveryFactory, EndpointFactory
from webhooks.models import Endpoint

Get = Callable[..., Any]


@pytest.fixture
def get(client: Client, bearer: dict[str, str]) -> Get:
    def send(path: str = "", **query: Any) -> Any:
        return client.get(f"/api/v1/deliveries{path}", query, headers=bearer)

    return send


@pytest.fixture
def endpoint(key: ApiKey) -> Endpoint:
    made: Endpoint = EndpointFactory.create(store=key.store)
    return made


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [each["id"] for each in answer.json()["deliveries"]]


def test_newest_first_page_by_page(get: Get, endpoint: Endpoint) -> None:
    made = [DeliveryFactory.create(endpoint=endpoint, event__store=endpoint.store).public_id for _number in range(3)]
    first = get(limit=2)
    assert (ids(first), first.json()["has_more"]) == ([made[2], made[1]], True)
    last = get(limit=2, cursor=first.json()["next"])
    assert (ids(last), last.json()["next"], last.json()["has_more"]) == ([made[0]], None, False)


def test_filters(get: Get, endpoint: Endpoint) -> None:
    other = EndpointFactory.create(store=endpoint.store)
    sent = DeliveryFactory.create(delivered=True, endpoint=endpoint, event__store=endpoint.store)
    failed = DeliveryFactory.create(
        exhausted=True, endpoint=other, event__store=endpoint.store, event__type="order.voided", test=True
    )
    assert ids(get(state="exhausted")) == [failed.public_id]
    assert ids(get(type="order.voided")) == [failed.public_id]
    assert ids(get(endpoint_id=endpoint.public_id)) == [sent.public_id]
    assert ids(get(order_id=sent.order_id)) == [sent.public_id]
    assert ids(get(state="delivered", endpoint_id=other.public_id)) == []
    assert ids(get(since=(timezone.now() - timedelta(minutes=1)).isoformat())) == [failed.public_id, sent.public_id]
    assert ids(get(since=(timezone.now() + timedelta(minutes=1)).isoformat())) == []


@pytest.mark.parametrize(
    "query", [{"state": "lost"}, {"endpoint_id": "ep_1"}, {"type": "order.closed,order.voided"}, {"event": "x"}]
)
def test_other_filters_are_refused(get: Get, query: dict[str, str]) -> None:
    answer = get(**query)
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, next(iter(query)))


def test_one_with_every_attempt(get: Get, endpoint: Endpoint) -> None:
    delivery = DeliveryFactory.create(
        endpoint=endpoint, event__store=endpoint.store, attempt_count=2, last_error="timeout", last_error_detail="Slow."
    )
    AttemptFactory.create(
        delivery=delivery, number=1, status=None, error="timeout", error_detail="Slow.", response_headers=[],
        response_body=b"", remote_address="203.0.113.7", first_byte_ms=1.5,
    )  # fmt: skip
    AttemptFactory.create(
        delivery=delivery, number=2, status=500, response_body=b"caf\xe9",
        request_headers=[["X-API-Key", "••••"], ["webhook-id", delivery.event.public_id]],
    )  # fmt: skip
    AttemptFactory.create(
        delivery=delivery, number=3, response_headers=[["Content-Encoding", "br"]], response_body=b"\x8b\x02"
    )
    told = get(f"/{delivery.public_id}").json()["delivery"]
    assert told["state"] == "due"
    assert delivery.due_at
    assert told["next_attempt_at"] == delivery.due_at.isoformat().replace("+00:00", "Z")
    assert told["error"] == {"code": "timeout", "detail": "Slow."}
    third, second, first = told["attempts"]
    assert first["response"] is None
    assert first["error"] == {"code": "timeout", "detail": "Slow."}
    assert (first["remote_address"], first["timings"]) == (
        "203.0.113.7",
        {"dns": 0.0, "connect": 0.0, "tls": 0.0, "first_byte": 1.5, "total": 42.0},
    )
    assert second["response"] == {
        "status": 500,
        "headers": [{"name": "content-type", "value": "text/plain"}],
        "body": "caf\ufffd",
    }
    assert second["request"] == {
        "url": endpoint.url,
        "headers": [
            {"name": "X-API-Key", "value": "••••"},
            {"name": "webhook-id", "value": delivery.event.public_id},
        ],
        "body_sha256": "00" * 32,
    }
    assert (second["error"], third["response"]["body"]) == (None, "")


def test_the_number_of_queries_does_not_depend_on_the_page(
    get: Get, endpoint: Endpoint, django_assert_num_queries: Any
) -> None:
    def made(count: int) -> None:
        for _number in range(count):
            AttemptFactory.create(delivery__endpoint=endpoint, delivery__event__store=endpoint.store)

    made(1)
    get()
    with CaptureQueriesContext(connection) as few:
        get()
    made(5)
    with django_assert_num_queries(len(few)):
        get()
