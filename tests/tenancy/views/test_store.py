"""A store's home page."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import MemberFactory, StoreFactory

pytestmark = pytest.mark.django_db


def test_the_card_leads_to_the_hub(client: Client) -> None:
    store = LicensedStoreFactory.create()
    client.force_login(MemberFactory.create(viewer=True, organization=store.organization, stores=[store]).user)
    page = client.get(store.get_absolute_url()).text
    assert "Integration Hub" in page
    assert reverse("integrations:hub", args=[store.organization.slug, store.code]) in page


def test_the_code_is_found_in_any_case(client: Client) -> None:
    store = StoreFactory.create(code="NYC-01")
    client.force_login(MemberFactory.create(owner=True, organization=store.organization).user)
    assert client.get(reverse("tenancy:store", args=[store.organization.slug, "nyc-01"])).status_code == 200


def test_the_switcher_names_this_store_and_leads_to_the_others(client: Client) -> None:
    store = StoreFactory.create()
    other = StoreFactory.create(organization=store.organization)
    client.force_login(MemberFactory.create(owner=True, organization=store.organization).user)
    page = client.get(store.get_absolute_url())
    (current,) = [place for place in page.context["navigation"]().stores if place.current]
    assert current.url == store.get_absolute_url()
    assert other.get_absolute_url() in page.text
