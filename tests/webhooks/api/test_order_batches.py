"""`POST orders/batch`: one result an event, and a bad one spoils no other."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from integrations.models import ApiKey
from tests.factories.integrations import ApiKeyFactory
from tests.factories.webhooks import EndpointFactory
from tests.webhooks.keys import text_of
from tests.webhooks.orders import line, smallest_order
from tests.webhooks.owners import store_of
from webhooks.api import bodies
from webhooks.models import Delivery, IdempotencyKey, OrderEvent

Post = Callable[..., Any]


@pytest.fixture
def post_batch(client: Client, bearer: dict[str, str]) -> Post:
    """`post_batch([...])` posts events, `post_batch(body=b"...")` any bytes."""

    def send(events: list[Any] | None = None, *, body: bytes | None = None) -> Any:
        content = json.dumps({"events": events}).encode() if body is None else body
        return client.post("/api/v1/orders/batch", content, content_type="application/json", headers=bearer)

    return send


def event(key: str | None = None, **changes: Any) -> dict[str, Any]:
    named = {} if key is None else {"idempotency_key": key}
    return {"type": "order.closed", "order": smallest_order(**changes), **named}


def statuses(response: Any) -> list[int]:
    assert response.status_code == 202, response.content
    return [result["status"] for result in response.json()["results"]]


def test_of_keys_that_test_orders_have_used_only_those_are_free(post_batch: Post, key: ApiKey) -> None:
    """Until the two were kept apart, a test order used up a key under its bare name."""
    before = post_batch([event("real", id="ord_r"), event("test", id="ord_t"), event("other", id="ord_o")]).json()
    used = (
        '{"event" : {"id" : "evt_x", "type" : "order.closed", "order_id" : "ord_t", "test" : true}, "deliveries" : 0}'
    )
    IdempotencyKey.objects.filter(key="test").update(answer=used)
    posted = [event("real", id="ord_r"), event("test", id="ord_t"), event("new", id="ord_n"), event("test", id="ord_t")]
    results = post_batch(posted).json()["results"]
    assert [(each["event"]["order_id"], each["event"]["test"], each["replayed"]) for each in results] == [
        ("ord_r", False, True),
        ("ord_t", False, False),
        ("ord_n", False, False),
        ("ord_t", False, True),
    ]
    assert results[0]["event"] == before["results"][0]["event"]
    assert results[3]["event"] == results[1]["event"]
    assert sorted(IdempotencyKey.objects.values_list("key", flat=True)) == ["new", "other", "real", "test"]
    assert OrderEvent.objects.count() == 5


def test_each_event_is_stored_with_its_deliveries(post_batch: Post, key: ApiKey) -> None:
    EndpointFactory.create(store=key.store, event_types=["order.closed"])
    EndpointFactory.create(store=key.store, event_types=["order.closed", "order.opened"])
    response = post_batch([event("a", id="ord_a"), {**event(id="ord_b"), "type": "order.opened"}])
    assert statuses(response) == [202, 202]
    first, second = OrderEvent.objects.order_by("pk")
    assert response.json() == {
        "results": [
            {
                "status": 202,
                "event": {"id": first.public_id, "type": "order.closed", "order_id": "ord_a", "test": False},
                "deliveries": 2,
                "replayed": False,
            },
            {
                "status": 202,
                "event": {"id": second.public_id, "type": "order.opened", "order_id": "ord_b", "test": False},
                "deliveries": 1,
                "replayed": False,
            },
        ]
    }
    assert (first.api_key_id, first.request_id) == (key.pk, response.headers["X-Request-ID"])
    assert json.loads(first.order_json)["store"]["code"] == store_of(key).code
    assert Delivery.objects.count() == 3


def test_a_bad_event_spoils_no_other(post_batch: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MAX_ORDER_BYTES", 2000)
    assert statuses(post_batch([event("known")])) == [202]
    response = post_batch(
        [
            event("good"),
            event(version=-1),
            {"type": "order.closed"},
            event(store={"code": "ELSEWHERE"}),
            event("known", version=2),
            event("ä"),
            "text",
            event(line_items=[line(note="x" * 1900)]),
            event("known"),
            event(),
        ]
    )
    assert statuses(response) == [202, 422, 422, 422, 409, 422, 422, 413, 202, 202]
    results = response.json()["results"]
    assert [result["problem"]["code"] for result in results if "problem" in result] == [
        "validation_failed",
        "validation_failed",
        "wrong_store",
        "idempotency_key_reused",
        "validation_failed",
        "validation_failed",
        "body_too_large",
    ]
    assert [[error["pointer"] for error in result.get("problem", {}).get("errors", ())] for result in results] == [
        [],
        ["/events/1/order/version"],
        ["/events/2/order"],
        ["/events/3/order/store/code"],
        [],
        ["/events/5/idempotency_key"],
        ["/events/6"],
        [],
        [],
        [],
    ]
    assert [result.get("replayed") for result in results if result["status"] == 202] == [False, True, False]
    assert OrderEvent.objects.count() == 3
    assert IdempotencyKey.objects.count() == 2


def test_repeating_the_call_makes_no_second_event(post_batch: Post) -> None:
    events = [event(f"k{number}", id=f"ord_{number}") for number in range(5)]
    first, second = post_batch(events).json(), post_batch(events).json()
    assert [result.pop("replayed") for result in first["results"]] == [False] * 5
    assert [result.pop("replayed") for result in second["results"]] == [True] * 5
    assert first == second
    assert OrderEvent.objects.count() == 5


def test_a_key_twice_in_one_batch(post_batch: Post) -> None:
    response = post_batch([event("k"), event("k"), event("k", version=9)])
    assert statuses(response) == [202, 202, 409]
    first, again, _conflict = response.json()["results"]
    assert (first["event"], first["replayed"], again["replayed"]) == (again["event"], False, True)
    assert OrderEvent.objects.count() == 1


def test_keys_are_shared_with_single_posts(post_batch: Post, post: Callable[..., Any]) -> None:
    single = post(smallest_order(), idempotency_key="k").json()
    (result,) = post_batch([event("k")]).json()["results"]
    assert (result["event"], result["replayed"]) == (single["event"], True)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "malformed_json"),
        (b"[]", 422, "validation_failed"),
        (b'{"events": 5}', 422, "validation_failed"),
        (b'{"events": []}', 422, "validation_failed"),
        (b'{"events": [{}], "more": 1}', 422, "validation_failed"),
    ],
)
def test_what_is_no_batch_is_one_problem(post_batch: Post, body: bytes, status: int, code: str) -> None:
    response = post_batch(body=body)
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_five_hundred_events_and_no_more(post_batch: Post) -> None:
    events = [event(str(number), id=f"ord_{number}") for number in range(501)]
    refused = post_batch(events)
    assert (refused.status_code, refused.json()["detail"]) == (413, "Send at most 500 events in this call.")
    assert not OrderEvent.objects.exists()
    assert statuses(post_batch(events[:500])) == [202] * 500
    assert OrderEvent.objects.count() == 500


def test_sixteen_megabytes_and_no_more(client: Client, bearer: dict[str, str]) -> None:
    body = json.dumps({"events": [event(metadata={"note": "x" * 16_777_216})]}).encode()
    response = client.post("/api/v1/orders/batch", body, content_type="application/json", headers=bearer)
    assert (response.status_code, response.json()["code"]) == (413, "body_too_large")


def test_fifteen_megabytes_of_orders(post_batch: Post) -> None:
    events = [event(id=f"ord_{number}", metadata={"note": "x" * 1_000_000}) for number in range(15)]
    assert statuses(post_batch(events)) == [202] * 15


def test_the_number_of_statements_does_not_depend_on_the_number_of_events(post_batch: Post, key: ApiKey) -> None:
    EndpointFactory.create(store=key.store)

    def count(events: list[dict[str, Any]]) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert statuses(post_batch(events)) == [202] * len(events)
        return len(captured)

    count([event("the first call notes that the key is used")])
    one = count([event("first")])
    assert one == count([event(f"k{number}") for number in range(300)])


def test_a_test_key_posts_test_orders(client: Client, db: None) -> None:
    key = ApiKeyFactory.create(test=True)
    response = client.post(
        "/api/v1/orders/batch",
        {"events": [event()]},
        content_type="application/json",
        headers={"apikey": text_of(key)},
    )
    assert response.json()["results"][0]["event"]["test"] is True
    assert OrderEvent.objects.get().test is True


def test_it_needs_a_key_its_scope_and_a_license(client: Client, db: None) -> None:
    assert client.post("/api/v1/orders/batch", {}, content_type="application/json").status_code == 401
    reader = ApiKeyFactory.create(scopes=["orders:read"])
    headers = {"apikey": text_of(reader)}
    response = client.post("/api/v1/orders/batch", {}, content_type="application/json", headers=headers)
    assert (response.status_code, response.json()["code"]) == (403, "insufficient_scope")
