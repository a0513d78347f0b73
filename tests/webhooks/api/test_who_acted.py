"""The history names the API key that made a change."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from backoffice.tenancy.models import AuditEntry
from integrations.models import ApiKey
from tests.factories.webhooks import DeliveryFactory, EndpointFactory
from webhooks import signing_keys
from webhooks.models import Endpoint

pytestmark = pytest.mark.django_db

Call = Callable[..., Any]


@pytest.fixture
def call(client: Client, bearer: dict[str, str]) -> Call:
    def send(method: str, path: str, body: object = None) -> Any:
        data = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(client, method)(f"/api/v1/{path}", headers=bearer, **data)

    return send


def test_each_change_names_the_key_and_no_person(call: Call, key: ApiKey) -> None:
    ApiKey.objects.filter(pk=key.pk).update(name="Till 3")
    old: Endpoint = EndpointFactory.create(store=key.store)
    signing_keys.make(old)
    failed = DeliveryFactory.create(exhausted=True, endpoint=old, event__store=key.store)
    before = set(AuditEntry.objects.values_list("pk", flat=True))
    since = (timezone.now() - timedelta(hours=1)).isoformat()
    place = f"webhook-endpoints/{old.public_id}"
    new = {"url": "https://hooks.example.com/new", "event_types": ["order.closed"]}
    for method, path, body, status in (
        ("post", "webhook-endpoints", new, 201),
        ("patch", place, {"description": "Bar", "rate_per_second": 5}, 200),
        ("patch", place, {"state": "paused"}, 200),
        ("patch", place, {"state": "enabled"}, 200),
        ("post", f"{place}/test", None, 202),
        ("post", f"{place}/rotate-secret", {}, 200),
        ("post", f"{place}/recover", {"since": since}, 202),
        ("post", f"deliveries/{failed.public_id}/resend", None, 202),
        ("delete", place, None, 204),
    ):
        assert call(method, path, body).status_code == status, (method, path)
    made = AuditEntry.objects.exclude(pk__in=before).order_by("id")
    assert [entry.action for entry in made] == [
        "endpoint.created",
        "endpoint.updated",
        "endpoint.paused",
        "endpoint.resumed",
        "endpoint.test_sent",
        "endpoint.key_rolled",
        "endpoint.recovered",
        "delivery.resent",
        "endpoint.deleted",
    ]
    assert {(entry.actor, entry.api_key) for entry in made} == {(None, f"Till 3 ({key.masked})")}
    assert {entry.who for entry in made} == {f"API key Till 3 ({key.masked})"}
    assert key.masked.startswith("hub_live_")
    assert "…" in key.masked


def test_it_is_kept_when_the_key_is_renamed(call: Call, key: ApiKey) -> None:
    old: Endpoint = EndpointFactory.create(store=key.store)
    name = key.name
    call("delete", f"webhook-endpoints/{old.public_id}")
    ApiKey.objects.filter(pk=key.pk).update(name="Another")
    assert AuditEntry.objects.get(action="endpoint.deleted").api_key == f"{name} ({key.masked})"
