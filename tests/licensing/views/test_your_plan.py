"""Upgrade: where the organization stands, and what the banner on every page says of it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.tenancy.models import Organization
from licensing.lifecycle import lapse, start_trial
from licensing.models import BillingAccount
from tests.factories.tenancy import MemberFactory
from tests.licensing.buying import ENTERPRISE, buy, subscription_of, wish

pytestmark = pytest.mark.django_db


def text_for(client: Client, organization: Organization, **traits: bool) -> str:
    client.force_login(MemberFactory.create(**(traits or {"owner": True}), organization=organization).user)
    text: str = client.get(reverse("licensing:your_plan", args=[organization.slug])).text
    return text


def test_starter_costs_nothing(client: Client, organization: Organization) -> None:
    text = text_for(client, organization)
    assert "Not bought yet" in text
    assert "plan-notice" not in text


def test_what_is_owed_and_what_comes_next(client: Client, organization: Organization) -> None:
    order = buy(organization, wish(quantity=3), timezone.localdate())
    BillingAccount.objects.update(credit=700)
    text = text_for(client, organization)
    assert order.invoice_number in text
    assert "$50.00" in text  # 3 x 19.00, less the credit
    assert "$7.00" in text


def notice_kind(text: str) -> str:
    start = text.index("plan-notice plan-notice-")
    return text[start:].split('"', maxsplit=1)[0].split("-")[3].split(maxsplit=1)[0]


def test_the_banner_of_a_grace_a_lapse_and_a_trial(client: Client, organization: Organization) -> None:
    start_trial(organization=organization, level=ENTERPRISE, quantity=1, days=5, by=None)
    assert notice_kind(text_for(client, organization)) == "trial"
    subscription = subscription_of(organization)
    subscription.grace_ends_on = timezone.localdate() + timedelta(days=3)
    subscription.save()
    assert notice_kind(text_for(client, organization)) == "grace"
    lapse(organization=organization, reason="unpaid", by=None)
    assert notice_kind(text_for(client, organization, enterprise_admin=True)) == "lapsed"


def test_the_banner_is_on_other_pages_and_for_those_who_can_pay(client: Client, organization: Organization) -> None:
    buy(organization, wish(quantity=1), timezone.localdate())
    lapse(organization=organization, reason="unpaid", by=None)
    home = reverse("tenancy:organization", args=[organization.slug])
    client.force_login(MemberFactory.create(owner=True, organization=organization).user)
    assert "plan-notice-lapsed" in client.get(home).text
    client.force_login(MemberFactory.create(viewer=True, organization=organization).user)
    assert "plan-notice" not in client.get(home).text
