"""Reading events and orders: pages in both directions, filters, versions, ETags, and what was overtaken."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from backoffice.database.identifiers import uuid7, uuid7_floor
from integrations.models import ApiKey
from tests.factories.integrations import ApiKeyFactory
from tests.factories.webhooks import OrderEventFactory
from tests.webhooks.keys import text_of
from tests.webhooks.test_payload_versions import older
from webhooks import event_log
from webhooks.models import OrderEvent

__all__ = ["older"]

Get = Callable[..., Any]
NOW = datetime.now(UTC)


@pytest.fixture
def get(client: Client, bearer: dict[str, str]) -> Get:
    def send(path: str, query: dict[str, Any] | None = None, **headers: str) -> Any:
        return client.get(f"/api/v1/{path}", query or {}, headers=bearer | headers)

    return send


def event(key: ApiKey, *, seconds_ago: float = 60, **fields: Any) -> OrderEvent:
    """As if it had been taken in then."""
    number = uuid7_floor(NOW - timedelta(seconds=seconds_ago)).int | (uuid7().int & (2**62 - 1))
    made: OrderEvent = OrderEventFactory.create(store=key.store, id=type(uuid7())(int=number), **fields)
    return made


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [each["id"] for each in answer.json()["events"]]


def test_newest_first_page_by_page(get: Get, key: ApiKey) -> None:
    made = [event(key, seconds_ago=60 - number).public_id for number in range(5)]
    first = get("events", {"limit": 2})
    assert ids(first) == [made[4], made[3]]
    assert first.json()["has_more"] is True
    event(key, seconds_ago=0)
    second = get("events", {"limit": 2, "cursor": first.json()["next"]})
    last = get("events", {"limit": 2, "cursor": second.json()["next"]})
    assert (ids(second), ids(last)) == ([made[2], made[1]], [made[0]])
    assert (last.json()["next"], last.json()["has_more"]) == (None, False)


def test_followed_forward_nothing_is_missed(get: Get, key: ApiKey) -> None:
    made = [event(key, seconds_ago=60 - number).public_id for number in range(3)]
    first = get("events", {"order": "asc", "limit": 2})
    second = get("events", {"order": "asc", "limit": 2, "cursor": first.json()["next"]})
    assert (ids(first), ids(second)) == (made[:2], made[2:])
    cursor = second.json()["next"]
    assert second.json()["has_more"] is False
    nothing = get("events", {"order": "asc", "cursor": cursor})
    assert (ids(nothing), nothing.json()["next"]) == ([], cursor)
    later = event(key, seconds_ago=5).public_id
    assert ids(get("events", {"order": "asc", "cursor": cursor})) == [later]


def test_what_has_not_settled_is_not_shown_to_who_follows(get: Get, key: ApiKey) -> None:
    """An event that was begun a little earlier may still be on its way in."""
    young = OrderEventFactory.create(store=key.store)
    assert ids(get("events", {"order": "asc"})) == []
    assert ids(get("events")) == [young.public_id]


def test_filters(get: Get, key: ApiKey) -> None:
    closed = event(key, seconds_ago=90, order_id="a").public_id
    voided = event(key, seconds_ago=80, order_id="b", type="order.voided").public_id
    opened = event(key, seconds_ago=70, order_id="a", type="order.opened").public_id
    assert ids(get("events", {"type": "order.voided"})) == [voided]
    assert ids(get("events", {"type": "order.voided,order.opened"})) == [opened, voided]
    assert ids(get("events", {"type": ["order.voided", "order.closed"]})) == [voided, closed]
    assert ids(get("events", {"order_id": "a"})) == [opened, closed]
    assert ids(get("events", {"since": (NOW - timedelta(seconds=85)).isoformat()})) == [opened, voided]
    assert ids(get("events", {"since": "0001-01-01T00:00:00Z", "type": ""})) == [opened, voided, closed]


def test_a_rare_type_among_many_is_found_over_short_pages(
    get: Get, key: ApiKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    rare = event(key, seconds_ago=90, type="order.refunded").public_id
    for number in range(12):
        event(key, seconds_ago=80 - number)
    monkeypatch.setattr(event_log, "LOOKED_AT_A_TIME", 4)
    monkeypatch.setattr(event_log, "MOST_LOOKED_AT", 6)
    found, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        answer = get("events", {"type": "order.refunded", "limit": 1, **({"cursor": cursor} if cursor else {})})
        found += ids(answer)
        cursor, pages = answer.json()["next"], pages + 1
        assert answer.json()["has_more"] is (cursor is not None)
    assert (found, pages) == ([rare], 3)


def test_a_page_ends_where_it_becomes_too_large(get: Get, key: ApiKey, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [event(key, seconds_ago=60 - number).public_id for number in range(3)]
    monkeypatch.setattr(event_log, "MOST_BYTES", 100)
    first = get("events")
    assert (ids(first), first.json()["has_more"]) == ([made[2]], True)
    assert ids(get("events", {"cursor": first.json()["next"]})) == [made[1]]


def test_test_orders_are_a_world_of_their_own(get: Get, client: Client, key: ApiKey) -> None:
    real, tried = event(key, order_id="o"), event(key, order_id="o", test=True)
    testing = {"apikey": text_of(ApiKeyFactory.create(store=key.store, test=True))}
    assert ids(get("events")) == [real.public_id]
    assert ids(client.get("/api/v1/events", headers=testing)) == [tried.public_id]
    assert get("orders/o").json()["last_event"]["id"] == real.public_id
    assert client.get("/api/v1/orders/o", headers=testing).json()["last_event"]["id"] == tried.public_id
    assert get(f"events/{tried.public_id}").status_code == 404


def test_one_event_is_what_a_webhook_delivers(get: Get, key: ApiKey) -> None:
    made = event(key, order_json='{"id":"o-1","note":"Crème"}')
    answer = get(f"events/{made.public_id}")
    assert answer.content.decode().endswith('"api_version":"2026-11-01","data":{"order":{"id":"o-1","note":"Crème"}}}')
    assert answer.json()["id"] == made.public_id
    assert get("events").json()["events"] == [answer.json()]


@pytest.mark.usefixtures("older")
def test_in_an_older_version(get: Get, key: ApiKey) -> None:
    made = event(key)
    one = get(f"events/{made.public_id}", {"api_version": "2025-06-01"})
    assert (one.json()["api_version"], one.json()["data"]["order"]["total"]) == ("2025-06-01", "1361")
    assert get("events", {"api_version": "2025-06-01"}).json()["events"] == [one.json()]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"limit": ["1", "2"]}, "limit"),
        ({"cursor": "evt_01jq2v7k3h00000000000000e1"}, "cursor"),
        ({"type": "order.eaten"}, "type"),
        ({"since": "yesterday"}, "since"),
        ({"since": "2026-01-01T00:00:00"}, "since"),
        ({"since": "1735689600"}, "since"),
        ({"since": "-1"}, "since"),
        ({"order": "up"}, "order"),
        ({"order_id": "a\x00b"}, "order_id"),
        ({"api_version": "2019"}, "api_version"),
        ({"sine": "2026-01-01T00:00:00Z"}, "sine"),
    ],
)
def test_other_parameters_are_refused(get: Get, query: dict[str, object], parameter: str) -> None:
    answer = get("events", query)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert answer.json()["errors"][0]["parameter"] == parameter
    assert "pointer" not in answer.json()["errors"][0]


def test_a_parameter_given_twice_is_called_that(get: Get) -> None:
    assert get("events", {"limit": ["1", "2"]}).json()["errors"] == [
        {"parameter": "limit", "detail": "This is given more than once."}
    ]
    assert get("events", {"type": ["order.closed", "order.opened"]}).status_code == 200


def test_the_latest_state_is_that_of_the_highest_version(get: Get, key: ApiKey) -> None:
    event(key, seconds_ago=90, order_id="o", order_version=1)
    latest = event(key, seconds_ago=80, order_id="o", order_version=3, order_json='{"id":"o","version":3}')
    event(key, seconds_ago=70, order_id="o", order_version=2)
    answer = get("orders/o")
    assert answer.json() == {
        "order": {"id": "o", "version": 3},
        "last_event": {
            "id": latest.public_id,
            "type": "order.closed",
            "timestamp": latest.occurred_at.isoformat().replace("+00:00", "Z"),
        },
    }
    repeated = event(key, seconds_ago=60, order_id="o", order_version=3)
    assert get("orders/o").json()["last_event"]["id"] == repeated.public_id


@pytest.mark.parametrize("order_id", ["nobodys", "-", "a%00b", "a%20b", "x" * 81])
def test_an_order_that_is_not_there(get: Get, order_id: str) -> None:
    assert (get(f"orders/{order_id}").status_code, get(f"orders/{order_id}").json()["code"]) == (404, "not_found")


def test_what_is_known_is_not_sent_again(get: Get, client: Client, bearer: dict[str, str], key: ApiKey) -> None:
    event(key, order_id="o")
    for path in ("store", "events", "orders/o", "integrations", "webhook-endpoints", "deliveries"):
        first = get(path)
        again = get(path, **{"if-none-match": f'"other", {first["ETag"]}'})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
        assert again["RateLimit"]
        head = client.head(f"/api/v1/{path}", headers=bearer)
        assert (head.status_code, head["ETag"]) == (200, first["ETag"])
    known = get("orders/o")["ETag"]
    event(key, order_id="o", order_version=2, seconds_ago=1)
    assert get("orders/o", **{"if-none-match": known}).status_code == 200


def test_posted_and_read_back(get: Get, post: Callable[..., Any]) -> None:
    posted = post().json()["event"]["id"]
    order = get("orders/ord_1").json()
    assert order["last_event"]["id"] == posted
    assert get(f"events/{posted}").json()["data"]["order"] == order["order"]
    assert json.dumps(order["order"])
