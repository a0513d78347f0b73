"""Sending again, testing and rolling over the API: what it does, for whom, and what it refuses."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from backoffice.tenancy.models import AuditEntry
from integrations.models import ApiKey
from tests.factories.integrations import ApiKeyFactory
from tests.factories.webhooks import DeliveryFactory, EndpointFactory, OrderEventFactory
from tests.webhooks.keys import text_of
from webhooks import signing_keys
from webhooks.models import Delivery, Endpoint, SigningKey

Call = Callable[..., Any]


@pytest.fixture
def endpoint(key: ApiKey) -> Endpoint:
    made: Endpoint = EndpointFactory.create(store=key.store, event_types=["order.closed"])
    signing_keys.make(made)
    return made


@pytest.fixture
def call(client: Client, bearer: dict[str, str]) -> Call:
    def send(path: str, body: object = None, **headers: str) -> Any:
        data = {} if body is None else {"data": body, "content_type": "application/json"}
        return client.post(f"/api/v1/{path}", headers=headers or bearer, **data)  # type: ignore[arg-type]

    return send


def paths(endpoint: Endpoint, delivery: Delivery) -> dict[str, object]:
    """Each call with a body that it takes."""
    since = (timezone.now() - timedelta(hours=1)).isoformat()
    return {
        f"deliveries/{delivery.public_id}/resend": None,
        f"webhook-endpoints/{endpoint.public_id}/test": None,
        f"webhook-endpoints/{endpoint.public_id}/recover": {"since": since},
        f"webhook-endpoints/{endpoint.public_id}/rotate-secret": {},
    }


def test_resend(call: Call, endpoint: Endpoint) -> None:
    failed = DeliveryFactory.create(exhausted=True, endpoint=endpoint, event__store=endpoint.store)
    answer = call(f"deliveries/{failed.public_id}/resend")
    made = Delivery.objects.get(replay_of=failed.pk)
    assert answer.status_code == 202
    assert answer.json() == {
        "delivery": {
            "id": made.public_id,
            "event_id": failed.event.public_id,
            "endpoint_id": endpoint.public_id,
            "state": "due",
            "replay_of": failed.public_id,
        }
    }
    refused = call(f"deliveries/{made.public_id}/resend")
    assert (refused.status_code, refused.json()["code"]) == (409, "cannot_resend")


def test_what_is_no_longer_kept_cannot_be_resent(call: Call, endpoint: Endpoint) -> None:
    failed = DeliveryFactory.create(exhausted=True, endpoint=endpoint, event__store=endpoint.store)
    Endpoint.objects.filter(pk=endpoint.pk).update(deleted_at=timezone.now())
    answer = call(f"deliveries/{failed.public_id}/resend")
    assert (answer.status_code, answer.json()["code"]) == (409, "cannot_resend")


def test_test(call: Call, endpoint: Endpoint) -> None:
    answer = call(f"webhook-endpoints/{endpoint.public_id}/test")
    made = Delivery.objects.get()
    assert answer.status_code == 202
    assert (answer.json()["delivery"]["id"], made.event_type, made.endpoint) == (
        made.public_id,
        "webhook.test",
        endpoint,
    )


def test_recover(call: Call, endpoint: Endpoint) -> None:
    failed = DeliveryFactory.create(exhausted=True, endpoint=endpoint, event__store=endpoint.store)
    OrderEventFactory.create(store=endpoint.store)
    path = f"webhook-endpoints/{endpoint.public_id}/recover"
    body = {"since": (timezone.now() - timedelta(hours=1)).isoformat()}
    first, second = call(path, body), call(path, body)
    assert (first.status_code, second.status_code) == (202, 202)
    assert (first.json()["recovery"]["sent_again"], first.json()["recovery"]["finished"]) == (2, True)
    assert second.json()["recovery"]["sent_again"] == 0
    assert Delivery.objects.filter(replay_of=failed.pk).count() == 1
    assert AuditEntry.objects.filter(action="endpoint.recovered", actor=None).count() == 2


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "validation_failed"),
        ({"since": "2026-01-01T00:00:00"}, 422, "validation_failed"),
        ({"since": "2999-01-01T00:00:00Z"}, 422, "validation_failed"),
        ({"since": "2026-01-01T00:00:00Z", "until": 1}, 422, "validation_failed"),
    ],
)
def test_recover_refuses(call: Call, endpoint: Endpoint, body: object, status: int, code: str) -> None:
    answer = call(f"webhook-endpoints/{endpoint.public_id}/recover", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_paused_endpoint_cannot_recover(call: Call, endpoint: Endpoint) -> None:
    Endpoint.objects.filter(pk=endpoint.pk).update(state="paused")
    answer = call(f"webhook-endpoints/{endpoint.public_id}/recover", {"since": "2026-01-01T00:00:00Z"})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_receiving")


def test_rotate(call: Call, endpoint: Endpoint) -> None:
    path = f"webhook-endpoints/{endpoint.public_id}/rotate-secret"
    answer = call(path, {"overlap_seconds": 3600})
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert answer.json()["secret"] == signing_keys.reveal(endpoint=endpoint, by=None)
    assert answer.json()["previous_signs_until"].endswith("Z")
    assert SigningKey.objects.filter(endpoint=endpoint).count() == 2
    at_once = call(path, {"overlap_seconds": 0})
    assert at_once.json()["previous_signs_until"] is None
    assert SigningKey.objects.filter(endpoint=endpoint).count() == 2
    assert answer.json()["secret"] not in str(list(AuditEntry.objects.values_list("changes", flat=True)))


@pytest.mark.parametrize("seconds", [-1, 604_801, "1", 1.5])
def test_rotate_refuses_another_overlap(call: Call, endpoint: Endpoint, seconds: object) -> None:
    answer = call(f"webhook-endpoints/{endpoint.public_id}/rotate-secret", {"overlap_seconds": seconds})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/overlap_seconds")


def test_only_so_many_secrets_sign(call: Call, endpoint: Endpoint) -> None:
    path = f"webhook-endpoints/{endpoint.public_id}/rotate-secret"
    answers = [call(path, {}) for _number in range(signing_keys.MOST_KEYS)]
    assert [answer.status_code for answer in answers] == [200] * (signing_keys.MOST_KEYS - 1) + [409]
    assert answers[-1].json()["code"] == "too_many_secrets"


def test_each_call_needs_the_scope(call: Call, endpoint: Endpoint) -> None:
    failed = DeliveryFactory.create(exhausted=True, endpoint=endpoint, event__store=endpoint.store)
    reader = ApiKeyFactory.create(store=endpoint.store, scopes=["webhooks:read", "orders:write"])
    for path, body in paths(endpoint, failed).items():
        answer = call(path, body, apikey=text_of(reader))
        assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope"), path
    assert Delivery.objects.count() == 1


def test_another_stores_things_are_not_found(call: Call, endpoint: Endpoint) -> None:
    foreign = EndpointFactory.create()
    failed = DeliveryFactory.create(exhausted=True, endpoint=foreign, event__store=foreign.store)
    for path, body in paths(foreign, failed).items():
        answer = call(path, body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
    for path in ("deliveries/nonsense/resend", "webhook-endpoints/dlv_1/test"):
        assert call(path).status_code == 404
    assert Delivery.objects.count() == 1
