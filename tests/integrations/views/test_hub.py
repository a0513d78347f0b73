"""The hub page: four options, each leading somewhere true."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.tenancy.models import Store
from licensing.models import Assignment
from tests.factories.tenancy import Personas

pytestmark = pytest.mark.django_db

OPTIONS = {
    "Browse And Subscribe Integrations": "integrations:catalog",
    "Configure/Manage Integrations": "integrations:current",
    "Developer API Key": "integrations:api_keys",
    "Order Webhook": "webhooks:endpoints",
}


def links(client: Client, url: str) -> dict[str, str]:
    answer = client.get(url)
    assert answer.status_code == 200
    return {option.name: option.url for option in answer.context["options"]}


def test_the_four_options_of_the_manual(owner: Client, store: Store, address: Callable[..., str]) -> None:
    place = [store.organization.slug, store.code]
    assert links(owner, address("hub")) == {name: reverse(route, args=place) for name, route in OPTIONS.items()}
    page = owner.get(address("hub")).text
    for name in OPTIONS:
        assert f">{name}</a>" in page
    assert "Not in your plan" not in page


def test_unlicensed_all_but_the_catalog_lead_to_upgrade(
    owner: Client, store: Store, address: Callable[..., str]
) -> None:
    Assignment.objects.all().delete()
    upgrade = reverse("licensing:upgrade", args=[store.organization.slug, store.code])
    found = links(owner, address("hub"))
    assert found.pop("Browse And Subscribe Integrations") == address("catalog")
    assert set(found.values()) == {upgrade}
    assert owner.get(address("hub")).text.count("Not in your plan") == 3


def test_a_viewer_is_told_which_option_is_not_theirs(
    people: Personas, signed_in: Callable[..., Client], address: Callable[..., str]
) -> None:
    viewer = signed_in(people.viewer)
    assert links(viewer, address("hub"))["Developer API Key"] == ""
    assert "Your role does not include this" in viewer.get(address("hub")).text


def test_a_stranger_finds_nothing(
    people: Personas, signed_in: Callable[..., Client], address: Callable[..., str]
) -> None:
    assert signed_in(people.stranger).get(address("hub")).status_code == 404
    assert signed_in(people.owner).post(address("hub")).status_code == 405
