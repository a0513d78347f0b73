"""A provider's page says what it does, needs, shares and costs, and whom to ask."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from integrations.catalog import all_providers, provider
from integrations.models import ProviderListing
from licensing.models import Assignment
from tests.factories.tenancy import Personas

pytestmark = pytest.mark.django_db


def test_everything_somebody_asks_before_adding(owner: Client, address: Callable[..., str]) -> None:
    slack = provider("slack")
    page = owner.get(address("detail", provider="slack")).text
    for setting in slack.settings:
        assert str(setting.label) in page
    assert "kept secret" in page
    assert "An order is paid and closed" in page
    assert "Sent to Slack" in page
    assert "Included in the Integration Hub." in page
    assert f'href="{slack.documentation_url}"' in page
    assert f'href="{address("guide", provider="slack")}"' in page
    assert f'href="mailto:{settings.SUPPORT_EMAIL}"' in page
    assert f"Version {slack.terms.version}" in " ".join(page.split())
    assert address("disclaimer", provider="slack") in page


def test_each_provider_has_one(owner: Client, address: Callable[..., str]) -> None:
    for slug, each in all_providers().items():
        assert str(each.name) in owner.get(address("detail", provider=slug)).text


def test_it_is_readable_without_a_license_and_leads_to_upgrade(owner: Client, address: Callable[..., str]) -> None:
    Assignment.objects.all().delete()
    page = owner.get(address("detail", provider="slack")).text
    assert "Not in your plan" in page
    assert address("disclaimer", provider="slack") not in page


def test_marks_and_note_of_support_are_shown(owner: Client, address: Callable[..., str]) -> None:
    ProviderListing.objects.update_or_create(slug="slack", defaults={"beta": True, "note": "Slow on Mondays."})
    page = owner.get(address("detail", provider="slack")).text
    assert "Beta" in page
    assert "Featured" not in page
    assert "Slow on Mondays." in page


def test_who_may(people: Personas, signed_in: Callable[..., Client], address: Callable[..., str]) -> None:
    assert signed_in(people.viewer).get(address("detail", provider="slack")).status_code == 200
    assert signed_in(people.viewer).get(address("detail", provider="no-such")).status_code == 404
    assert signed_in(people.stranger).get(address("detail", provider="slack")).status_code == 404
