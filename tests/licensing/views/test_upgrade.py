"""The Upgrade page says why a store has no hub and what to do."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.tenancy.models import Store
from licensing.models import PlanLevel
from tests.factories.licensing import LicensedStoreFactory, LicenseFactory, SubscriptionFactory
from tests.factories.tenancy import MemberFactory, StoreFactory

pytestmark = pytest.mark.django_db


def url_of(store: Store) -> str:
    return reverse("licensing:upgrade", args=[store.organization.slug, store.code])


@pytest.fixture
def store(client: Client) -> Store:
    store: Store = StoreFactory.create()
    client.force_login(MemberFactory.create(owner=True, organization=store.organization).user)
    return store


def test_a_licensed_store_is_sent_to_its_hub(client: Client) -> None:
    store = LicensedStoreFactory.create()
    client.force_login(MemberFactory.create(owner=True, organization=store.organization).user)
    assert client.get(url_of(store))["Location"] == reverse(
        "integrations:hub", args=[store.organization.slug, store.code]
    )


def test_starter(client: Client, store: Store) -> None:
    SubscriptionFactory.create(organization=store.organization, level=PlanLevel.STARTER)
    page = client.get(url_of(store))
    assert page.context["reason"] == "plan"
    assert "is on the Starter level" in page.text
    assert "$29.00 a month, for every store" in page.text


def test_lapsed(client: Client, store: Store) -> None:
    SubscriptionFactory.create(organization=store.organization, lapsed_at=timezone.now())
    assert "has ended" in client.get(url_of(store)).text


def test_nothing_bought(client: Client, store: Store) -> None:
    SubscriptionFactory.create(organization=store.organization)
    assert "has bought no Integration Hub add-on" in client.get(url_of(store)).text


def test_all_assigned(client: Client) -> None:
    taken = LicensedStoreFactory.create()
    taken.license_assignments.get().license.__class__.objects.update(quantity=1)
    store = StoreFactory.create(organization=taken.organization)
    client.force_login(MemberFactory.create(owner=True, organization=store.organization).user)
    page = client.get(url_of(store))
    assert page.context["reason"] == "all_assigned"
    assert "is assigned to another store" in page.text


def test_a_license_to_spare_leads_an_admin_to_the_license_page(client: Client, store: Store) -> None:
    SubscriptionFactory.create(organization=store.organization)
    LicenseFactory.create(organization=store.organization, quantity=2)
    page = client.get(url_of(store)).text
    assert f"{reverse('licensing:license', args=[store.organization.slug])}?q={store.code}" in page


def test_a_store_owner_is_told_whom_to_ask(client: Client, store: Store) -> None:
    SubscriptionFactory.create(organization=store.organization)
    LicenseFactory.create(organization=store.organization, quantity=2)
    client.force_login(MemberFactory.create(store_owner=True, organization=store.organization, stores=[store]).user)
    page = client.get(url_of(store)).text
    assert "Ask an owner or enterprise admin" in page
    assert "Open the License page" not in page


def test_a_trial_that_is_over_leads_to_buying(client: Client, store: Store) -> None:
    SubscriptionFactory.create(organization=store.organization)
    LicenseFactory.create(
        organization=store.organization, quantity=2, suspended_at=timezone.now(), suspended_for="trial_over"
    )
    page = client.get(url_of(store))
    assert page.context["reason"] == "trial_over"
    assert reverse("licensing:plan_level", args=[store.organization.slug, "enterprise"]) in page.text


def test_what_support_suspended_leads_to_support(client: Client, store: Store) -> None:
    SubscriptionFactory.create(organization=store.organization)
    LicenseFactory.create(
        organization=store.organization, quantity=2, suspended_at=timezone.now(), suspended_for="support"
    )
    assert "Support has suspended" in client.get(url_of(store)).text


def test_who_can_buy_is_named_to_who_cannot(client: Client, store: Store) -> None:
    SubscriptionFactory.create(organization=store.organization, level=PlanLevel.STARTER)
    client.force_login(MemberFactory.create(viewer=True, organization=store.organization, stores=[store]).user)
    page = client.get(url_of(store)).text
    assert "they can buy it" in page
    assert "Olivia Owner" in page


@pytest.mark.parametrize("name", ["current", "api_keys"])
def test_on_starter_the_options_of_the_hub_lead_here(client: Client, store: Store, name: str) -> None:
    SubscriptionFactory.create(organization=store.organization, level=PlanLevel.STARTER)
    answer = client.get(reverse(f"integrations:{name}", args=[store.organization.slug, store.code]))
    assert answer["Location"] == url_of(store)
    assert reverse("licensing:manage_plan", args=[store.organization.slug]) in client.get(url_of(store)).text
