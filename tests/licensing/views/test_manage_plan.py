"""The levels side by side, the current one marked."""

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.tenancy.models import Organization
from licensing.models import BillingAccount
from tests.factories.tenancy import MemberFactory, StoreFactory
from tests.licensing.buying import PRO, buy, wish

pytestmark = pytest.mark.django_db


def text_for(client: Client, organization: Organization) -> str:
    client.force_login(MemberFactory.create(owner=True, organization=organization).user)
    text: str = client.get(reverse("licensing:manage_plan", args=[organization.slug])).text
    return text


def test_on_starter_both_others_are_upgrades(client: Client, organization: Organization) -> None:
    text = text_for(client, organization)
    assert "Upgrade to Pro" in text
    assert "Upgrade to Enterprise" in text
    assert "Downgrade" not in text
    assert text.count("Your plan") == 1


def test_on_pro_one_is_up_and_one_down(client: Client, organization: Organization) -> None:
    buy(organization, wish(PRO, None))
    text = text_for(client, organization)
    assert "Downgrade to Starter" in text
    assert "Upgrade to Enterprise" in text
    assert "Pro Level" in text


def test_prices_and_what_each_includes(client: Client, organization: Organization) -> None:
    text = text_for(client, organization)
    for words in ("$29.00", "$19.00", "kept for 30 days", "kept for 90 days", "Not included:"):
        assert words in text


def test_a_level_without_a_price_is_not_called_free(client: Client, organization: Organization) -> None:
    BillingAccount.objects.create(organization=organization, currency="EUR")
    text = text_for(client, organization)
    assert text.count("No charge") == 1  # Starter
    assert text.count("Ask support for the price in your currency.") == 2
    page = client.get(reverse("licensing:plan_level", args=[organization.slug, "enterprise"])).text
    assert "The Integration Hub is not sold in EUR yet." in page
    assert "Confirm" not in page
    store = StoreFactory.create(organization=organization)
    upgrade = client.get(reverse("licensing:upgrade", args=[organization.slug, store.code])).text
    assert "There is no price in your currency yet." in upgrade
