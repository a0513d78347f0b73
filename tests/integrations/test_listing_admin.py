"""Support switches providers off and on, and sees who uses them; each change leaves a row."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.accounts.models import User
from backoffice.tenancy.models import AuditEntry
from integrations.catalog import all_providers
from integrations.models import ProviderListing
from tests.factories.accounts import UserFactory
from tests.factories.integrations import IntegrationFactory

pytestmark = pytest.mark.django_db

LIST = "admin:integrations_providerlisting_changelist"


@pytest.fixture
def support(client: Client) -> User:
    user: User = UserFactory.create(support=True)
    client.force_login(user)
    return user


@pytest.mark.usefixtures("support")
def test_the_list_has_every_provider_by_name(client: Client) -> None:
    ProviderListing.objects.all().delete()
    page = client.get(reverse(LIST)).text
    for provider in all_providers().values():
        assert str(provider.name) in page
    assert client.get(reverse("admin:integrations_providerlisting_add")).status_code == 403


@pytest.mark.usefixtures("support")
def test_count_now_shows_who_uses_what(client: Client) -> None:
    IntegrationFactory.create(provider_slug="slack", settings_saved_at=timezone.now())
    client.get(reverse(LIST))
    client.post(reverse(LIST), {"action": "count_now", "_selected_action": ["slack"]})
    assert ProviderListing.objects.get(slug="slack").popularity == 1
    shown = client.get(reverse("admin:integrations_providerlisting_change", args=["slack"])).text
    assert "Counted" in shown


def test_switching_off_and_on_is_recorded_once_each(client: Client, support: User) -> None:
    client.get(reverse(LIST))
    page = client.post(reverse(LIST), {"action": "switch_off", "_selected_action": ["slack", "wix"]}, follow=True)
    assert "Slack is switched off: nothing of it runs." in page.text
    assert set(ProviderListing.objects.filter(enabled=False).values_list("slug", flat=True)) == {"slack", "wix"}
    again = client.post(reverse(LIST), {"action": "switch_off", "_selected_action": ["slack"]}, follow=True)
    assert "They are off already: nothing was changed." in again.text
    client.post(reverse(LIST), {"action": "switch_on", "_selected_action": ["slack"]})
    entries = AuditEntry.objects.filter(target_type="integrations.providerlisting").order_by("id")
    assert [(entry.action, entry.target_id, entry.actor) for entry in entries] == [
        ("provider.listing_changed", "slack", support),
        ("provider.listing_changed", "wix", support),
        ("provider.listing_changed", "slack", support),
    ]


def test_the_form_marks_and_leaves_one_row(client: Client, support: User) -> None:
    client.get(reverse(LIST))
    url = reverse("admin:integrations_providerlisting_change", args=["slack"])
    client.post(url, {"enabled": "on", "beta": "on", "note": "Slow on Mondays."})
    listing = ProviderListing.objects.get(slug="slack")
    assert (listing.enabled, listing.beta, listing.featured, listing.note) == (True, True, False, "Slow on Mondays.")
    entry = AuditEntry.objects.get(target_type="integrations.providerlisting")
    assert (entry.actor, entry.changes) == (support, {"beta": [False, True], "note": ["", "Slow on Mondays."]})
