"""Deleting an endpoint: asked first, audited, history kept, and not for what an integration brought."""

from collections.abc import Callable

import pytest
from django.test import Client

from backoffice.tenancy.models import AuditEntry, Store
from tests.factories.integrations import IntegrationFactory
from tests.factories.tenancy import Personas
from tests.factories.webhooks import DeliveryFactory, EndpointFactory
from webhooks.models import Delivery, Endpoint

pytestmark = pytest.mark.django_db

Address = Callable[..., str]


@pytest.fixture
def endpoint(store: Store) -> Endpoint:
    made: Endpoint = EndpointFactory.create(store=store)
    return made


@pytest.fixture
def url(endpoint: Endpoint, address: Address) -> str:
    return address("endpoint_delete", endpoint=endpoint.public_id)


def test_without_scripts_a_page_asks_first(owner: Client, endpoint: Endpoint, url: str) -> None:
    page = owner.get(url).text
    assert "Delete this endpoint?" in page
    assert endpoint.url in page
    endpoint.refresh_from_db()
    assert endpoint.deleted_at is None


def test_it_is_gone_from_the_page_and_its_deliveries_stay(
    owner: Client, people: Personas, store: Store, endpoint: Endpoint, url: str, address: Address
) -> None:
    waiting = DeliveryFactory.create(endpoint=endpoint, event__store=store)
    answer = owner.post(url)
    assert (answer.status_code, answer["Location"]) == (303, address("endpoints"))
    assert endpoint.public_id not in owner.get(address("endpoints")).text
    assert owner.get(address("endpoint", endpoint=endpoint.public_id)).status_code == 404
    assert waiting.public_id in owner.get(address("deliveries")).text
    assert Delivery.objects.get().state == "cancelled"
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.target_id) == ("endpoint.deleted", people.store_owner, str(endpoint.pk))


def test_an_integrations_endpoint_is_not_deleted_here(owner: Client, store: Store, address: Address) -> None:
    brought = EndpointFactory.create(store=store, integration=IntegrationFactory.create(store=store))
    assert owner.post(address("endpoint_delete", endpoint=brought.public_id)).status_code == 404
    brought.refresh_from_db()
    assert brought.deleted_at is None


def test_who_may(people: Personas, signed_in: Callable[..., Client], endpoint: Endpoint, url: str) -> None:
    assert signed_in(people.viewer).post(url).status_code == 403
    assert signed_in(people.stranger).post(url).status_code == 404
    assert signed_in(people.owner).put(url).status_code == 405
    endpoint.refresh_from_db()
    assert endpoint.deleted_at is None
    assert signed_in(people.enterprise_admin).post(url).status_code == 303


def test_foreign_ids_are_404(owner: Client, address: Address) -> None:
    foreign = EndpointFactory.create()
    assert owner.post(address("endpoint_delete", endpoint=foreign.public_id)).status_code == 404
    foreign.refresh_from_db()
    assert foreign.deleted_at is None
