"""An organization's endpoints over the API: its own keys change them where they open every store that has a part in it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from backoffice.tenancy.models import AuditEntry, Store
from integrations.models import ApiKey
from licensing.models import PlanLevel, Subscription
from tests.factories.integrations import OrganizationKeyFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.webhooks import EndpointFactory, OrderEventFactory
from tests.webhooks.keys import text_of
from webhooks.models import Delivery, Endpoint, Recovery

pytestmark = pytest.mark.django_db

Call = Callable[..., Any]


@pytest.fixture
def store() -> Store:
    made: Store = LicensedStoreFactory.create()
    return made


@pytest.fixture
def sibling(store: Store) -> Store:
    made: Store = LicensedStoreFactory.create(organization=store.organization)
    return made


@pytest.fixture
def call(client: Client, store: Store) -> Call:
    """`call("post", endpoint, "/test", key=...)` as `store`, or as another one named by `at`."""

    def send(
        method: str, endpoint: Endpoint, path: str = "", body: object = None, *, key: ApiKey, at: Store | None = None
    ) -> Any:
        data = {} if body is None else {"data": body, "content_type": "application/json"}
        headers = {"authorization": f"Bearer {text_of(key)}", "x-store": (at or store).code}
        address = f"/api/v1/webhook-endpoints/{endpoint.public_id}{path}"
        return getattr(client, method)(address, headers=headers, **data)

    return send


def shared_by(store: Store, *stores: Store) -> Endpoint:
    """Of the store's organization, for `stores`, or for every one."""
    made: Endpoint = EndpointFactory.create(
        store=None, organization=store.organization, every_store=not stores, event_types=["order.closed"]
    )
    made.chosen_stores.set(stores)
    return made


def key_for(store: Store, *stores: Store) -> ApiKey:
    made: ApiKey = OrganizationKeyFactory.create(
        organization=store.organization, **({"stores": list(stores)} if stores else {})
    )
    return made


def test_tested_with_an_order_of_the_store_that_the_call_names(call: Call, store: Store, sibling: Store) -> None:
    shared, key = shared_by(store), key_for(store)
    for at in (store, sibling):
        answer = call("post", shared, "/test", key=key, at=at)
        assert answer.status_code == 202, answer.content
        made = Delivery.objects.get(store=at)
        assert answer.json()["delivery"]["id"] == made.public_id
        assert (made.endpoint, made.event_type, made.state) == (shared, "webhook.test", "due")


def test_its_secret_is_rolled(call: Call, store: Store) -> None:
    shared = shared_by(store)
    before = set(shared.signing_keys.values_list("pk", flat=True))
    answer = call("post", shared, "/rotate-secret", {"overlap_seconds": 0}, key=key_for(store))
    assert (answer.status_code, answer.json()["secret"][:6]) == (200, "whsec_")
    assert not before & set(shared.signing_keys.values_list("pk", flat=True))
    entry = AuditEntry.objects.get(target_id=str(shared.pk))
    assert (entry.store, entry.organization) == (None, store.organization)


def test_what_its_stores_missed_is_recovered(call: Call, store: Store, sibling: Store) -> None:
    shared = shared_by(store)
    missed = {OrderEventFactory.create(store=each).pk for each in (store, sibling)}
    since = {"since": (timezone.now() - timedelta(hours=1)).isoformat()}
    answer = call("post", shared, "/recover", since, key=key_for(store))
    assert (answer.status_code, answer.json()["recovery"]["sent_again"]) == (202, 2)
    assert set(Delivery.objects.filter(endpoint=shared).values_list("event_id", flat=True)) == missed


def test_changed_and_deleted(call: Call, store: Store) -> None:
    shared, key = shared_by(store), key_for(store)
    told = call("patch", shared, body={"description": "All", "state": "paused"}, key=key).json()["endpoint"]
    assert (told["description"], told["state"], told["of_organization"]) == ("All", "paused", True)
    assert call("delete", shared, key=key).status_code == 204
    assert not Endpoint.objects.listed().exists()


def test_a_key_for_chosen_stores_changes_those_of_these_stores_alone(call: Call, store: Store, sibling: Store) -> None:
    """One for another store as well, and one for every store, are the organization's matter."""
    key = key_for(store, store)
    for endpoint, status in (
        (shared_by(store, store), 202),
        (shared_by(store, store, sibling), 409),
        (shared_by(store), 409),
    ):
        answer = call("post", endpoint, "/test", key=key)
        assert answer.status_code == status
        assert status == 202 or answer.json()["code"] == "managed_elsewhere"
    both = key_for(store, store, sibling)
    assert call("post", shared_by(store, store, sibling), "/test", key=both).status_code == 202


def test_one_for_other_stores_is_not_there(call: Call, store: Store, sibling: Store) -> None:
    elsewhere, foreign = shared_by(store, sibling), shared_by(LicensedStoreFactory.create())
    for hidden in (elsewhere, foreign):
        for path, body in (("/test", None), ("/rotate-secret", {}), ("/recover", {"since": "2026-01-01T00:00:00Z"})):
            assert call("post", hidden, path, body, key=key_for(store)).status_code == 404
    assert not Delivery.objects.exists()
    assert not Recovery.objects.exists()


def test_without_the_enterprise_level_its_key_opens_nothing(call: Call, store: Store) -> None:
    shared, key = shared_by(store), key_for(store)
    Subscription.objects.update(level=PlanLevel.PRO)
    answer = call("post", shared, "/test", key=key)
    assert (answer.status_code, answer.json()["code"]) == (403, "license_required")
