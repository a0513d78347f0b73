"""The list of an organization's stores."""

import pytest
from django.test import Client

from backoffice.tenancy.models import Organization
from tests.factories.tenancy import MemberFactory, OrganizationFactory, StoreFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization(client: Client) -> Organization:
    organization: Organization = OrganizationFactory.create()
    client.force_login(MemberFactory.create(owner=True, organization=organization).user)
    return organization


def test_stores_of_the_organization_and_of_no_other(client: Client, organization: Organization) -> None:
    own, foreign = StoreFactory.create(organization=organization), StoreFactory.create()
    page = client.get(organization.get_absolute_url()).text
    assert own.name in page
    assert foreign.get_absolute_url() not in page


def test_a_store_owner_sees_the_stores_they_are_given(client: Client) -> None:
    given = StoreFactory.create(name="Given store")
    StoreFactory.create(organization=given.organization, name="Kept store")
    StoreFactory.create(organization=given.organization, name="Other store")
    client.force_login(MemberFactory.create(store_owner=True, organization=given.organization, stores=[given]).user)
    page = client.get(given.organization.get_absolute_url()).text
    assert "Given store" in page
    assert "Kept store" not in page


def test_search_by_name_or_code(client: Client, organization: Organization) -> None:
    StoreFactory.create(organization=organization, name="Pier", code="NYC-01")
    StoreFactory.create(organization=organization, name="Hill", code="SF-01")
    for words in ("pie", "nyc"):
        results = client.get(organization.get_absolute_url(), {"q": words}, headers={"HX-Request": "true"}).text
        assert "Pier" in results
        assert "Hill" not in results
    assert "Clear search" in client.get(organization.get_absolute_url(), {"q": "zzz"}).text
    assert client.get(organization.get_absolute_url(), {"q": "\x00"}).status_code == 200


def test_pages_lead_on_and_back(client: Client, organization: Organization) -> None:
    for number in range(60):
        StoreFactory.create(organization=organization, name=f"Store {number:03}")
    url = organization.get_absolute_url()
    first = client.get(url)
    assert "Store 049" in first.text
    assert "Store 050" not in first.text.split('id="results"')[1]
    second = client.get(url, {"cursor": first.context["page"].next_cursor})
    assert [store.name for store in second.context["page"].items] == [f"Store {number:03}" for number in range(50, 60)]
    back = client.get(url, {"cursor": second.context["page"].previous_cursor})
    assert [store.name for store in back.context["page"].items][:1] == ["Store 000"]


def test_empty_says_what_will_be_here(client: Client, organization: Organization) -> None:
    assert "No stores yet" in client.get(organization.get_absolute_url()).text
