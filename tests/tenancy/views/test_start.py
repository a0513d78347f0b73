"""Where sign-in leads."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.accounts import UserFactory
from tests.factories.tenancy import MemberFactory, StoreFactory

pytestmark = pytest.mark.django_db


def test_signed_out_leads_to_sign_in(client: Client) -> None:
    assert client.get("/")["Location"] == f"{reverse('account_login')}?next=/"


def test_one_store_leads_straight_to_it(client: Client) -> None:
    store = StoreFactory.create()
    client.force_login(MemberFactory.create(store_owner=True, organization=store.organization, stores=[store]).user)
    assert client.get("/")["Location"] == store.get_absolute_url()


def test_several_stores_lead_to_their_list(client: Client) -> None:
    store = StoreFactory.create()
    StoreFactory.create(organization=store.organization)
    client.force_login(MemberFactory.create(owner=True, organization=store.organization).user)
    assert client.get("/")["Location"] == store.organization.get_absolute_url()


def test_several_organizations_are_a_choice(client: Client) -> None:
    one = MemberFactory.create(owner=True)
    other = MemberFactory.create(viewer=True, user=one.user)
    client.force_login(one.user)
    page = client.get("/").text
    assert one.organization.name in page
    assert other.organization.name in page


def test_support_staff_is_led_to_the_admin_site(client: Client) -> None:
    client.force_login(UserFactory.create(support=True))
    assert reverse("admin:index") in client.get("/").text


def test_someone_without_an_organization_is_told_whom_to_ask(client: Client) -> None:
    client.force_login(UserFactory.create())
    assert "no organization has made you a member" in client.get("/").text
