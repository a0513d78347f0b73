"""The catalog: tiles, search and filters in the address, states, and what an unlicensed store sees."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.tenancy.models import Store
from integrations.catalog import all_providers
from licensing.models import Assignment
from tests.factories.integrations import IntegrationFactory
from tests.factories.tenancy import Personas

pytestmark = pytest.mark.django_db

Address = Callable[..., str]
ALL = len(all_providers())


def test_a_tile_has_both_buttons_with_names_of_their_own(owner: Client, address: Address) -> None:
    page = owner.get(address("catalog")).text
    assert 'src="/static/providers/custom-webhook.svg"' in page
    assert address("disclaimer", provider="custom-webhook") in page
    assert address("guide", provider="custom-webhook") in page
    assert 'Add<span class="visually-hidden"> Custom webhook</span>' in page
    assert "Know More<span" in page
    assert "Available" in page


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", ALL),
        ("?q=header+of+your+choice", 1),
        ("?q=PARTNER+https", 1),
        ("?q=nothing-like-it", 0),
        ("?category=developer", 1),
        ("?category=payroll", 0),
        ("?category=%00", 0),
        ("?state=available", ALL),
        ("?state=added", 0),
        ("?q=webhook&category=developer&state=available", 1),
    ],
)
def test_search_and_filters_are_the_address(owner: Client, address: Address, query: str, count: int) -> None:
    answer = owner.get(address("catalog") + query)
    assert len(answer.context["tiles"]) == count
    assert f"{count} integration" in " ".join(answer.text.split())
    assert ("Clear filters" in answer.text) is (count == 0)


def test_htmx_gets_the_results_alone(owner: Client, address: Address) -> None:
    part = owner.get(address("catalog") + "?q=webhook", headers={"HX-Request": "true"}).text
    assert part.strip().startswith('<div id="results">')
    assert part.strip() in owner.get(address("catalog") + "?q=webhook").text


def test_states_follow_the_integration(owner: Client, store: Store, address: Address) -> None:
    slug = "custom-webhook"

    def state() -> str:
        tiles = owner.get(address("catalog")).context["tiles"]
        return next(str(tile.state) for tile in tiles if tile.provider.slug == slug)

    assert state() == "available"
    integration = IntegrationFactory.create(store=store, provider_slug=slug)
    assert state() == "needs_setup"
    integration.setting_values = {"url": "https://a.example.com/", "events": ["close"]}
    integration.settings_saved_at = timezone.now()
    integration.save()
    assert state() == "added"
    page = owner.get(address("catalog")).text
    assert address("configure", integration=integration.public_id) in page
    integration.deactivated_at = timezone.now()
    integration.save()
    assert state() == "available"


def test_unlicensed_may_look_and_is_led_to_upgrade(owner: Client, store: Store, address: Address) -> None:
    Assignment.objects.all().delete()
    page = owner.get(address("catalog")).text
    assert "Not in your plan" in page
    assert reverse("licensing:upgrade", args=[store.organization.slug, store.code]) in page
    assert address("disclaimer", provider="custom-webhook") not in page


def test_a_viewer_looks_and_cannot_add(people: Personas, signed_in: Callable[..., Client], address: Address) -> None:
    page = signed_in(people.viewer).get(address("catalog"))
    assert page.status_code == 200
    assert address("disclaimer", provider="custom-webhook") not in page.text
    assert signed_in(people.stranger).get(address("catalog")).status_code == 404
