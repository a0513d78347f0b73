"""The Settings and Action tabs: what is saved, refused and shown, and secrets that never come back."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from backoffice.tenancy.models import Store
from integrations.models import Integration, IntegrationSecret
from integrations.values import values_of
from tests.factories.integrations import IntegrationFactory
from tests.factories.tenancy import Personas

pytestmark = pytest.mark.django_db

Address = Callable[..., str]
CANARY = "canary-5d1f0c7e9b"
URL = "https://hooks.example.com/orders"


@pytest.fixture
def integration(store: Store) -> Integration:
    made: Integration = IntegrationFactory.create(store=store)
    return made


@pytest.fixture
def url(integration: Integration, address: Address) -> str:
    return address("configure", integration=integration.public_id)


def form(version: int = 0, **changes: Any) -> dict[str, Any]:
    filled = {"_version": version, "url": URL, "header_name": "X-API-Key", "header_value": CANARY, "events": ["close"]}
    return {**filled, **changes}


def test_the_tabs_and_the_declared_fields(owner: Client, url: str) -> None:
    page = owner.get(url).text
    assert ">Settings</a>" in page
    assert ">Action</a>" in page
    for label in ("Endpoint URL", "Header name", "Header value", "Events to send", "Save"):
        assert label in page
    assert re.search(r'<input[^>]*value="close"[^>]*checked', page)
    assert not re.search(r'<input[^>]*value="void"[^>]*checked', page)
    assert "order.opened, channel pos" in page


def test_save_stores_and_returns_to_current_integrations(
    owner: Client, url: str, address: Address, integration: Integration
) -> None:
    answer = owner.post(url, form())
    assert (answer.status_code, answer["Location"]) == (303, address("current"))
    integration.refresh_from_db()
    assert integration.setting_values == {"url": URL, "header_name": "X-API-Key", "events": ["close"]}
    assert values_of([integration])[integration.pk]["header_value"] == CANARY
    page = owner.get(address("current")).text
    assert "The settings of Custom webhook were saved." in page
    assert "Connected" in page


def test_a_secret_is_never_shown_again(owner: Client, url: str, address: Address) -> None:
    owner.post(url, form())
    page = owner.get(url).text
    assert "•••• 7e9b" in page
    assert "set by you on" in page
    assert "Replace" in page
    invalid = owner.post(url, form(1, url="", header_value="another-" + CANARY))
    assert invalid.status_code == 422
    for text in (page, invalid.text, owner.get(url + "?tab=action").text, owner.get(address("current")).text):
        assert CANARY not in text


def test_an_empty_secret_stays_and_the_box_removes_it(owner: Client, url: str) -> None:
    owner.post(url, form())
    owner.post(url, form(1, header_value=""))
    assert IntegrationSecret.objects.count() == 1
    owner.post(url, form(2, header_value="", header_name="", _remove_header_value="on"))
    assert not IntegrationSecret.objects.exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"url": ""}, "This field is required."),
        ({"url": "http://hooks.example.com/"}, "Use https://"),
        ({"url": "https://127.0.0.1/"}, "not on the public internet"),
        ({"url": "https://user:pw@hooks.example.com/"}, "Remove the user name and password"),
        ({"header_name": "X API"}, "Use letters, digits, hyphens and underscores only"),
        ({"header_name": "Webhook-Signature"}, "This header is set by us."),
        ({"header_value": ""}, "Enter the value that is sent in this header"),
        ({"header_name": ""}, "Enter the name of the header that carries this value."),
        ({"events": []}, "This field is required."),
        ({"events": ["order.closed"]}, "Select a valid choice."),
    ],
)
def test_invalid_settings_are_explained_and_not_stored(
    owner: Client, url: str, integration: Integration, changes: dict[str, Any], sentence: str
) -> None:
    answer = owner.post(url, form(**changes))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'class="error-summary"' in answer.text
    integration.refresh_from_db()
    assert integration.settings_saved_at is None
    assert not IntegrationSecret.objects.exists()


def test_a_stale_edit_shows_both_and_may_be_saved_again(owner: Client, url: str, integration: Integration) -> None:
    owner.post(url, form(url="https://theirs.example.com/"))
    answer = owner.post(url, form(url="https://mine.example.com/"))
    assert answer.status_code == 409
    assert "https://theirs.example.com/" in answer.text
    assert "https://mine.example.com/" in answer.text
    assert 'name="_version" value="1"' in answer.text
    assert CANARY not in answer.text
    integration.refresh_from_db()
    assert integration.setting_values["url"] == "https://theirs.example.com/"
    assert owner.post(url, form(1, url="https://mine.example.com/")).status_code == 303


def test_the_action_tab_says_what_there_is_and_shows_the_call(owner: Client, url: str) -> None:
    page = owner.get(url + "?tab=action").text
    assert "works by itself" in page
    assert "Save the settings first" in page
    owner.post(url, form())
    page = owner.get(url + "?tab=action").text
    assert URL in page
    assert "X-API-Key" in page
    assert "webhook-signature" in page
    assert "order.closed" in page


def test_a_deactivated_or_retired_one_has_no_configuration(owner: Client, store: Store, address: Address) -> None:
    for made in (
        IntegrationFactory.create(store=store, deactivated=True),
        IntegrationFactory.create(store=store, provider_slug="gone"),
    ):
        assert owner.get(address("configure", integration=made.public_id)).status_code == 404


def test_who_may(people: Personas, signed_in: Callable[..., Client], url: str, integration: Integration) -> None:
    assert signed_in(people.viewer).post(url, form()).status_code == 403
    assert signed_in(people.stranger).post(url, form()).status_code == 404
    assert signed_in(people.owner).put(url).status_code == 405
    assert not IntegrationSecret.objects.exists()
    assert signed_in(people.enterprise_admin).post(url, form()).status_code == 303
    assert "set by" in signed_in(people.owner).get(url).text


def test_foreign_ids_are_404(owner: Client, address: Address) -> None:
    foreign = IntegrationFactory.create()
    assert owner.post(address("configure", integration=foreign.public_id), form()).status_code == 404
    assert not IntegrationSecret.objects.exists()
