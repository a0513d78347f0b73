"""Endpoints over the API: added, listed, read, changed without losing another's change, and deleted."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from backoffice.tenancy.models import AuditEntry
from integrations.models import ApiKey
from tests.factories.integrations import IntegrationFactory
from tests.factories.tenancy import StoreFactory
from tests.factories.webhooks import DeliveryFactory, EndpointFactory
from webhooks import endpoint_limits, endpoints, signing_keys
from webhooks.models import Delivery, Endpoint, Lane
from webhooks.wishes import Wishes

Call = Callable[..., Any]
NEW: dict[str, Any] = {"url": "https://hooks.example.com/new", "event_types": ["order.closed", "order.voided"]}


@pytest.fixture
def call(client: Client, bearer: dict[str, str]) -> Call:
    def send(method: str, path: str = "", body: object = None, **headers: str) -> Any:
        data = {} if body is None else {"data": body, "content_type": "application/json"}
        address = f"/api/v1/webhook-endpoints{path}"
        return getattr(client, method)(address, headers=bearer | headers, **data)

    return send


@pytest.fixture
def endpoint(key: ApiKey) -> Endpoint:
    made: Endpoint = EndpointFactory.create(store=key.store, event_types=["order.closed"])
    signing_keys.make(made)
    return made


def test_added_with_its_secret_and_greeted(call: Call, key: ApiKey) -> None:
    answer = call("post", "", NEW | {"headers": {"X-API-Key": "canary-secret"}, "channels": ["online"]})
    assert answer.status_code == 201, answer.content
    made = Endpoint.objects.get()
    assert answer["Location"] == f"/api/v1/webhook-endpoints/{made.public_id}"
    assert answer.json()["secret"] == signing_keys.reveal(endpoint=made, by=None)
    told = answer.json()["endpoint"]
    assert told.pop("created_at").endswith("Z")
    assert told == {
        "id": made.public_id,
        "url": "https://hooks.example.com/new",
        "description": "",
        "event_types": ["order.closed", "order.voided"],
        "channels": ["online"],
        "opened_from": "anywhere",
        "accepts_test_events": False,
        "without_personal_data": False,
        "header_names": ["X-API-Key"],
        "timeout_seconds": 15,
        "api_version": "2026-11-01",
        "state": "enabled",
        "state_reason": "",
        "integration_id": None,
        "of_organization": False,
        "max_in_flight": 10,
        "rate_per_second": None,
        "keeps_order": False,
        "confirmed_at": None,
    }
    assert made.store == key.store
    assert endpoints.decrypt_headers(made) == {"X-API-Key": "canary-secret"}
    assert Delivery.objects.get().event_type == "webhook.test"
    read = call("get", f"/{made.public_id}")
    assert read.json()["endpoint"]["id"] == made.public_id
    for text in (read.content, call("get").content, str(list(AuditEntry.objects.values_list("changes"))).encode()):
        assert b"canary-secret" not in text
        assert answer.json()["secret"].encode() not in text


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"url": "http://hooks.example.com/"}, "/url"),
        ({"url": "https://user@hooks.example.com/"}, "/url"),
        ({"url": "https://10.0.0.1/"}, "/url"),
        ({"url": ""}, "/url"),
        ({"url": "https://hooks.example.com/" + "ü" * 700}, "/url"),
        ({"event_types": []}, "/event_types"),
        ({"event_types": ["webhook.test"]}, "/event_types/0"),
        ({"channels": ["fax"]}, "/channels/0"),
        ({"headers": {"Host": "x"}}, "/headers"),
        ({"headers": {"X-A": "1", "x-a": "2"}}, "/headers"),
        ({"headers": {"X-A": "a\nb"}}, "/headers"),
        ({"timeout_seconds": 31}, "/timeout_seconds"),
        ({"max_in_flight": 0}, "/max_in_flight"),
        ({"max_in_flight": 101}, "/max_in_flight"),
        ({"rate_per_second": 1001}, "/rate_per_second"),
        ({"keeps_order": "yes"}, "/keeps_order"),
        ({"api_version": "2019"}, "/api_version"),
        ({"description": "a\x00"}, "/description"),
        ({"secret": "whsec_mine"}, "/secret"),
    ],
)
def test_refused_field_by_field(call: Call, endpoint: Endpoint, change: dict[str, Any], pointer: str) -> None:
    for answer in (call("post", "", NEW | change), call("patch", f"/{endpoint.public_id}", change)):
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed"), answer.content
        assert answer.json()["errors"][0]["pointer"].startswith(pointer)
    assert Endpoint.objects.count() == 1
    assert Endpoint.objects.get().version == 0


def test_opened_orders_of_the_point_of_sale_are_asked_for_by_themselves(call: Call, endpoint: Endpoint) -> None:
    made = call("post", "", NEW | {"event_types": ["order.opened"], "opened_from": "pos"}).json()["endpoint"]
    assert (made["event_types"], made["opened_from"]) == (["order.opened"], "pos")
    changed = call("patch", f"/{made['id']}", {"description": "3rd"}).json()["endpoint"]
    assert changed == made | {"description": "3rd"}
    told = call("patch", f"/{made['id']}", {"opened_from": "elsewhere"}).json()["endpoint"]
    assert told["opened_from"] == "elsewhere"
    plain = call("post", "", NEW | {"event_types": ["order.opened"]}).json()["endpoint"]
    assert plain["opened_from"] == "anywhere"
    assert call("patch", f"/{endpoint.public_id}", {"opened_from": "online"}).status_code == 422


def test_personal_data_is_left_out_where_it_is_asked_for(call: Call, endpoint: Endpoint) -> None:
    made = call("post", "", NEW | {"without_personal_data": True}).json()["endpoint"]
    assert made["without_personal_data"] is True
    assert call("get", f"/{made['id']}").json()["endpoint"]["without_personal_data"] is True
    changed = call("patch", f"/{made['id']}", {"without_personal_data": False}).json()["endpoint"]
    assert changed == made | {"without_personal_data": False}
    told = call("patch", f"/{endpoint.public_id}", {"without_personal_data": True}).json()["endpoint"]
    assert told["without_personal_data"] is True
    entry = AuditEntry.objects.filter(action="endpoint.updated").latest("id")
    assert entry.changes == {"without_personal_data": [False, True]}


def test_pace_and_order_are_set_changed_and_taken_away(call: Call, endpoint: Endpoint) -> None:
    paced = {"max_in_flight": 3, "rate_per_second": 50, "keeps_order": True}
    made = call("post", "", NEW | paced).json()["endpoint"]
    assert made == made | paced
    place = f"/{made['id']}"
    assert call("patch", place, {"rate_per_second": None, "max_in_flight": 5}).json()["endpoint"] == made | {
        "max_in_flight": 5
    }
    freed = call("patch", place, {"rate_per_second": 0, "keeps_order": False}).json()["endpoint"]
    assert (freed["rate_per_second"], freed["keeps_order"], freed["max_in_flight"]) == (None, False, 5)
    assert call("post", "", NEW | {"rate_per_second": 0}).json()["endpoint"]["rate_per_second"] is None
    entry = AuditEntry.objects.filter(action="endpoint.updated").latest("id")
    assert entry.changes == {"rate_per_second": [50, None], "fifo": [True, False]}
    assert Lane.objects.get(endpoint__max_in_flight=5).current_limit == 5


def test_a_store_has_only_so_many(call: Call, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint_limits, "MOST_ENDPOINTS", 1)
    answer = call("post", "", NEW)
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_endpoints")


def test_listed_page_by_page_without_deleted_ones(call: Call, key: ApiKey) -> None:
    made = [EndpointFactory.create(store=key.store) for _number in range(3)]
    endpoints.delete(endpoint=EndpointFactory.create(store=key.store), by=None)
    first = call("get", "?limit=2").json()
    assert [each["id"] for each in first["endpoints"]] == [made[2].public_id, made[1].public_id]
    assert first["has_more"] is True
    last = call("get", f"?limit=2&cursor={first['next']}").json()
    assert ([each["id"] for each in last["endpoints"]], last["next"]) == ([made[0].public_id], None)


def test_only_what_is_named_changes(call: Call, endpoint: Endpoint) -> None:
    endpoints.update(
        endpoint=endpoint,
        version=0,
        wishes=replace(
            Wishes.of(endpoint),
            event_types=["order.closed"],
            headers={"X-Old": "1"},
            description="Kitchen",
            timeout_seconds=20,
        ),
        by=None,
    )
    before = Delivery.objects.count()
    answer = call("patch", f"/{endpoint.public_id}", {"event_types": ["order.opened"], "description": None})
    told = answer.json()["endpoint"]
    assert (told["event_types"], told["description"]) == (["order.opened"], "Kitchen")
    assert (told["header_names"], told["timeout_seconds"], told["url"]) == (["X-Old"], 20, endpoint.url)
    assert Delivery.objects.count() == before
    moved = call("patch", f"/{endpoint.public_id}", {"url": "https://hooks.example.com/moved", "headers": {}})
    assert (moved.json()["endpoint"]["url"], moved.json()["endpoint"]["header_names"]) == (
        "https://hooks.example.com/moved",
        [],
    )
    assert Delivery.objects.count() == before + 1
    assert AuditEntry.objects.filter(action="endpoint.updated", actor=None).count() == 3


def test_paused_and_resumed(call: Call, endpoint: Endpoint) -> None:
    path = f"/{endpoint.public_id}"
    assert call("patch", path, {"state": "paused"}).json()["endpoint"]["state"] == "paused"
    assert call("patch", path, {"state": "enabled", "description": "Bar"}).json()["endpoint"]["state"] == "enabled"
    assert call("patch", path, {"state": "disabled"}).status_code == 422
    Endpoint.objects.update(state="disabled", state_reason="410")
    assert call("patch", path, {"state": "enabled"}).json()["endpoint"]["state_reason"] == ""


def test_nobodys_change_is_lost(call: Call, endpoint: Endpoint) -> None:
    path = f"/{endpoint.public_id}"
    etag = call("get", path)["ETag"]
    changed = call("patch", path, {"description": "mine"}, **{"if-match": etag})
    assert (changed.status_code, changed["ETag"] == call("get", path)["ETag"]) == (200, True)
    for method, body in (("patch", {"description": "theirs"}), ("delete", None)):
        answer = call(method, path, body, **{"if-match": etag})
        assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed")
    assert Endpoint.objects.listed().get().description == "mine"
    assert call("delete", path, **{"if-match": changed["ETag"]}).status_code == 204


@pytest.mark.parametrize("condition", ["5", "", '"5', 'W/"%s"', "%s"])
def test_a_condition_that_names_nothing_is_not_met(call: Call, endpoint: Endpoint, condition: str) -> None:
    path = f"/{endpoint.public_id}"
    headers = {"if-match": condition.replace("%s", call("get", path)["ETag"].strip('"'))}
    for method, body in (("patch", {"description": "mine"}), ("delete", None)):
        answer = call(method, path, body, **headers)
        assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed")
    assert Endpoint.objects.listed().get().description == ""


def test_the_etag_of_a_new_endpoint_is_that_of_what_can_be_read(call: Call, key: ApiKey) -> None:
    made = call("post", "", NEW)
    path = made["Location"].removeprefix("/api/v1/webhook-endpoints")
    assert made["ETag"] == call("get", path)["ETag"]
    assert call("patch", path, {"description": "mine"}, **{"if-match": made["ETag"]}).status_code == 200


def test_what_is_named_twice_is_kept_once(call: Call, key: ApiKey) -> None:
    told = call("post", "", NEW | {"event_types": ["order.closed"] * 2, "channels": ["pos", "online", "pos"]})
    assert told.json()["endpoint"]["event_types"] == ["order.closed"]
    assert told.json()["endpoint"]["channels"] == ["pos", "online"]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"event_types": []}, {"pointer": "/event_types", "detail": "This must not be empty."}),
        ({"secret": "whsec_mine"}, {"pointer": "/secret", "detail": "There is no field of this name."}),
        (
            {"headers": {"X" * 101: "1"}},
            {"pointer": "/headers/" + "X" * 101, "detail": "This is longer than the 100 characters it may have."},
        ),
    ],
)
def test_errors_say_what_is_wrong(call: Call, key: ApiKey, change: dict[str, Any], error: dict[str, str]) -> None:
    assert call("post", "", NEW | change).json()["errors"] == [error]


def test_deleted(call: Call, endpoint: Endpoint) -> None:
    waiting = DeliveryFactory.create(endpoint=endpoint, event__store=endpoint.store)
    answer = call("delete", f"/{endpoint.public_id}")
    assert (answer.status_code, answer.content) == (204, b"")
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"
    assert call("get", f"/{endpoint.public_id}").status_code == 404
    assert call("delete", f"/{endpoint.public_id}").status_code == 404


def test_an_integrations_endpoint_is_only_paused_here(call: Call, key: ApiKey) -> None:
    integration = IntegrationFactory.create(store=key.store)
    path = f"/{EndpointFactory.create(store=key.store, integration=integration).public_id}"
    assert call("get", path).json()["endpoint"]["integration_id"] == integration.public_id
    for method, body in (("patch", {"url": NEW["url"]}), ("delete", None)):
        answer = call(method, path, body)
        assert (answer.status_code, answer.json()["code"]) == (409, "managed_elsewhere")
    assert call("patch", path, {"state": "paused"}).json()["endpoint"]["state"] == "paused"


def test_the_organizations_endpoint_for_the_store_is_read_and_not_changed(call: Call, key: ApiKey) -> None:
    shared, _secret = endpoints.create(organization=key.organization, wishes=Wishes(**NEW), by=None, greet=False)
    (listed,) = call("get").json()["endpoints"]
    assert (listed["id"], listed["of_organization"]) == (shared.public_id, True)
    assert call("get", f"/{shared.public_id}").json()["endpoint"] == listed
    for refused in (
        call("patch", f"/{shared.public_id}", {"state": "paused"}),
        call("delete", f"/{shared.public_id}"),
        call("post", f"/{shared.public_id}/test"),
        call("post", f"/{shared.public_id}/rotate-secret", {}),
        call("post", f"/{shared.public_id}/recover", {"since": "2026-01-01T00:00:00Z"}),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "managed_elsewhere")
    assert Endpoint.objects.listed().get().state == Endpoint.State.ENABLED
    assert not Delivery.objects.exists()
    assert shared.signing_keys.count() == 1


def test_an_organizations_endpoint_for_other_stores_is_not_there(call: Call, key: ApiKey) -> None:
    elsewhere, _secret = endpoints.create(
        organization=key.organization, stores=[], wishes=Wishes(**NEW), by=None, greet=False
    )
    foreign = StoreFactory.create().organization
    another, _secret = endpoints.create(organization=foreign, wishes=Wishes(**NEW), by=None, greet=False)
    assert call("get").json()["endpoints"] == []
    for hidden in (elsewhere, another):
        assert {call(how, f"/{hidden.public_id}").status_code for how in ("get", "delete")} == {404}
