"""Adding an endpoint that several stores share."""

from collections.abc import Callable

import pytest
from django.test import Client

from backoffice.tenancy.models import AuditEntry, Store
from licensing.models import PlanLevel, Subscription
from tests.factories.tenancy import Personas, StoreFactory
from webhooks import endpoint_limits
from webhooks.models import Delivery, Endpoint

pytestmark = pytest.mark.django_db

Url = Callable[..., str]


SENT = {
    "url": "https://hooks.example.com/all",
    "events": ["order.closed"],
    "timeout_seconds": "15",
    "max_in_flight": "10",
}


def test_for_every_store(admin: Client, store: Store, people: Personas, url: Url) -> None:
    answer = admin.post(url("organization_endpoint_add"), {**SENT, "where": "every"})
    made = Endpoint.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, url("organization_endpoint", made.public_id))
    assert (made.store, made.organization, made.every_store) == (None, store.organization, True)
    assert made.lanes.count() == 1
    assert Delivery.objects.get().event_type == "webhook.test"
    entry = AuditEntry.objects.get(action="endpoint.created")
    assert (entry.actor, entry.organization, entry.store) == (people.enterprise_admin, store.organization, None)


def test_for_chosen_stores(admin: Client, store: Store, url: Url) -> None:
    admin.post(url("organization_endpoint_add"), {**SENT, "where": "chosen", "codes": store.code.lower()})
    made = Endpoint.objects.get()
    assert (made.every_store, list(made.chosen_stores.all())) == (False, [store])


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"where": "chosen", "codes": "FOREIGN"}, "No store has the code FOREIGN."),
        ({"where": "chosen", "codes": " "}, "Enter the code of at least one store."),
        ({"where": "every", "url": "http://127.0.0.1/"}, "https"),
        ({"where": "every", "events": []}, "Turn at least one event on"),
    ],
)
def test_what_is_wrong_is_said(admin: Client, url: Url, changed: dict[str, str], words: str) -> None:
    StoreFactory.create(code="FOREIGN")
    answer = admin.post(url("organization_endpoint_add"), {**SENT, **changed})
    assert answer.status_code == 422
    assert words in answer.text
    assert not Endpoint.objects.exists()


def test_it_belongs_to_the_enterprise_level(admin: Client, url: Url) -> None:
    Subscription.objects.update(level=PlanLevel.PRO)
    assert "belong to the Enterprise level" in admin.get(url("organization_endpoint_add")).text
    assert admin.post(url("organization_endpoint_add"), {**SENT, "where": "every"}).status_code == 403
    assert not Endpoint.objects.exists()


def test_an_organization_has_only_so_many(admin: Client, url: Url, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint_limits, "MOST_ENDPOINTS", 1)
    sent = {**SENT, "where": "every"}
    assert admin.post(url("organization_endpoint_add"), sent).status_code == 303
    answer = admin.post(url("organization_endpoint_add"), sent)
    assert (answer.status_code, Endpoint.objects.count()) == (422, 1)
    assert "An organization may have 1 endpoints of its own. Delete one first." in answer.text
