"""The endpoints that an organization's stores share."""

from collections.abc import Callable

import pytest
from django.test import Client

from backoffice.tenancy.models import Store
from licensing.models import PlanLevel, Subscription
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import Personas, StoreFactory
from tests.factories.webhooks import EndpointFactory

pytestmark = pytest.mark.django_db

Url = Callable[..., str]


def test_they_are_listed_with_their_stores(admin: Client, store: Store, url: Url) -> None:
    assert "No endpoint for all stores yet" in admin.get(url("organization_endpoints")).text
    everywhere = EndpointFactory.create(store=None, organization=store.organization, every_store=True)
    some = EndpointFactory.create(store=None, organization=store.organization)
    some.chosen_stores.set(StoreFactory.create_batch(5, organization=store.organization))
    own = EndpointFactory.create(store=store)
    foreign = EndpointFactory.create(
        store=None, organization=LicensedStoreFactory.create().organization, every_store=True
    )
    page = admin.get(url("organization_endpoints")).text
    assert everywhere.url in page
    assert "Every store" in page
    assert "(+2)" in page
    assert own.url not in page
    assert foreign.url not in page


def test_below_enterprise_the_page_leads_to_upgrade(admin: Client, url: Url) -> None:
    Subscription.objects.update(level=PlanLevel.PRO)
    assert "belong to the Enterprise level" in admin.get(url("organization_endpoints")).text


def test_who_may(people: Personas, signed_in: Callable[..., Client], url: Url) -> None:
    for place in (url("organization_endpoints"), url("organization_endpoint_add")):
        assert signed_in(people.owner).get(place).status_code == 200
        assert signed_in(people.store_owner).get(place).status_code == 403
        assert signed_in(people.viewer).get(place).status_code == 403
        assert signed_in(people.stranger).get(place).status_code == 404


def test_a_stores_page_names_those_set_for_it(
    owner: Client, admin: Client, store: Store, address: Callable[..., str], url: Url
) -> None:
    """Whoever may change them is led there."""
    everywhere = EndpointFactory.create(store=None, organization=store.organization, every_store=True)
    elsewhere = EndpointFactory.create(store=None, organization=store.organization)
    place = url("organization_endpoint", everywhere.public_id)
    page = owner.get(address("endpoints")).text
    assert "Set by the organization" in page
    assert everywhere.url in page
    assert elsewhere.url not in page
    assert place not in page
    assert place in admin.get(address("endpoints")).text
