"""The levels side by side, the current one marked."""

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.tenancy.models import Organization
from tests.factories.tenancy import MemberFactory
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
