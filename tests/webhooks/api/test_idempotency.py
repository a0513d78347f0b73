"""The same Idempotency-Key makes the same event, however often and however concurrently it comes."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from integrations.models import ApiKey
from tests.factories.integrations import ApiKeyFactory
from tests.factories.webhooks import EndpointFactory
from tests.webhooks.keys import text_of
from tests.webhooks.orders import smallest_order
from tests.webhooks.owners import store_of
from webhooks.models import Delivery, IdempotencyKey, OrderEvent


def test_the_same_key_and_body_get_the_same_answer(post: Callable[..., Any], key: ApiKey) -> None:
    EndpointFactory.create(store=key.store)
    first = post(idempotency_key="a b~1")
    EndpointFactory.create(store=key.store)
    second = post(idempotency_key="a b~1")
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json() == second.json()
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert (OrderEvent.objects.count(), Delivery.objects.count(), IdempotencyKey.objects.count()) == (1, 1, 1)


def test_white_space_and_order_of_fields_do_not_matter(post: Callable[..., Any]) -> None:
    body = {"type": "order.closed", "order": smallest_order()}
    turned = {"order": dict(reversed(smallest_order(number=None).items())), "type": "order.closed"}
    first = post(body=json.dumps(body).encode(), idempotency_key="k")
    second = post(body=json.dumps(turned, indent=4).encode(), idempotency_key="k")
    assert (first.json(), second.headers["Idempotency-Replayed"]) == (second.json(), "true")


@pytest.mark.parametrize(
    "other",
    [{"type": "order.closed", "order": smallest_order(version=2)}, {"type": "order.opened", "order": smallest_order()}],
)
def test_the_same_key_with_another_body(post: Callable[..., Any], other: dict[str, Any]) -> None:
    assert post(idempotency_key="k").status_code == 202
    response = post(body=json.dumps(other).encode(), idempotency_key="k")
    assert (response.status_code, response.json()["code"]) == (409, "idempotency_key_reused")
    assert OrderEvent.objects.count() == 1


def test_keys_belong_to_a_store(post: Callable[..., Any], client: Client) -> None:
    other = ApiKeyFactory.create()
    mine = post(idempotency_key="k").json()
    theirs = client.post(
        "/api/v1/orders",
        {"type": "order.closed", "order": smallest_order()},
        content_type="application/json",
        headers={"apikey": text_of(other), "idempotency-key": "k"},
    )
    assert theirs.status_code == 202
    assert mine["event"]["id"] != theirs.json()["event"]["id"]


def test_a_test_order_never_answers_for_a_real_one(post: Callable[..., Any], client: Client, key: ApiKey) -> None:
    trial = {
        "apikey": text_of(ApiKeyFactory.create(store=key.store, test=True)),
        "idempotency-key": "ord_1-v1" + "-" * 247,
    }
    body = {"type": "order.closed", "order": smallest_order()}
    tried = [client.post("/api/v1/orders", body, content_type="application/json", headers=trial) for _ in range(2)]
    real = post(idempotency_key="ord_1-v1" + "-" * 247)
    assert [answer.json()["event"]["test"] for answer in (*tried, real)] == [True, True, False]
    assert tried[0].json() == tried[1].json()
    assert "Idempotency-Replayed" not in real.headers
    assert set(OrderEvent.objects.values_list("test", flat=True)) == {True, False}
    assert OrderEvent.objects.count() == 2


@pytest.mark.parametrize("version", [1, 2])
def test_a_key_that_a_test_order_has_used_under_its_bare_name_is_free(
    post: Callable[..., Any], client: Client, key: ApiKey, version: int
) -> None:
    EndpointFactory.create(store=key.store)
    trial = {"apikey": text_of(ApiKeyFactory.create(store=key.store, test=True)), "idempotency-key": "k"}
    body = {"type": "order.closed", "order": smallest_order(version=version)}
    assert client.post("/api/v1/orders", body, content_type="application/json", headers=trial).status_code == 202
    IdempotencyKey.objects.update(key="k")
    real, again = post(idempotency_key="k"), post(idempotency_key="k")
    assert (real.status_code, real.json()["event"]["test"], real.json()["deliveries"]) == (202, False, 1)
    assert "Idempotency-Replayed" not in real.headers
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (real.json(), "true")
    assert OrderEvent.objects.get(test=False).public_id == real.json()["event"]["id"]
    assert (Delivery.objects.get().test, IdempotencyKey.objects.get().key) == (False, "k")
    assert post(smallest_order(version=3), idempotency_key="k").status_code == 409


def test_without_a_key_each_post_is_an_event(post: Callable[..., Any]) -> None:
    assert post().json()["event"]["id"] != post().json()["event"]["id"]
    assert OrderEvent.objects.count() == 2


@pytest.mark.parametrize(("name", "status"), [("", 400), ("x" * 256, 400), ("ä", 400), ("a\tb", 400), ("x" * 255, 202)])
def test_the_form_of_a_key(post: Callable[..., Any], name: str, status: int) -> None:
    response = post(idempotency_key=name)
    assert response.status_code == status
    if status == 400:
        assert response.json()["code"] == "invalid_idempotency_key"


def test_a_refused_body_does_not_use_the_key_up(post: Callable[..., Any]) -> None:
    assert post(smallest_order(version=-1), idempotency_key="k").status_code == 422
    assert post(idempotency_key="k").status_code == 202


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("used_by_a_test_order", [False, True])
def test_twelve_posts_of_one_key_at_once(used_by_a_test_order: bool) -> None:
    key = ApiKeyFactory.create()
    if used_by_a_test_order:
        IdempotencyKey.objects.create(
            store=store_of(key), key="k", body_sha256=b"x" * 32, answer='{"event" : {"test" : true}, "deliveries" : 0}'
        )
    EndpointFactory.create(store=key.store)
    together = Barrier(12)

    def send(_number: int) -> tuple[int, dict[str, Any]]:
        try:
            together.wait(timeout=30)
            response = Client().post(
                "/api/v1/orders",
                {"type": "order.closed", "order": smallest_order()},
                content_type="application/json",
                headers={"apikey": text_of(key), "idempotency-key": "k"},
            )
            return response.status_code, response.json()
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(send, range(12)))
    assert [status for status, _answer in answers] == [202] * 12
    assert len({answer["event"]["id"] for _status, answer in answers}) == 1
    assert (OrderEvent.objects.count(), Delivery.objects.count(), IdempotencyKey.objects.count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_bodies_of_one_key_at_once() -> None:
    """One of them is stored, the other is a conflict: never two events, never an error of ours."""
    key = ApiKeyFactory.create()
    together = Barrier(6)

    def send(number: int) -> int:
        try:
            together.wait(timeout=30)
            return (
                Client()
                .post(
                    "/api/v1/orders",
                    {"type": "order.closed", "order": smallest_order(version=number)},
                    content_type="application/json",
                    headers={"apikey": text_of(key), "idempotency-key": "k"},
                )
                .status_code
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        statuses = sorted(threads.map(send, range(6)))
    assert statuses == [202, 409, 409, 409, 409, 409]
    assert OrderEvent.objects.count() == 1
