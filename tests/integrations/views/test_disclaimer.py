"""The disclaimer: nothing is added without the box, and with it the consent is kept."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.tenancy.models import Store
from integrations.catalog import provider
from integrations.models import Consent, Integration
from licensing.models import Assignment
from tests.factories.integrations import IntegrationFactory
from tests.factories.tenancy import Personas

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(address: Callable[..., str]) -> str:
    return address("disclaimer", provider="custom-webhook")


def test_it_shows_terms_version_data_box_and_confirm(owner: Client, url: str) -> None:
    page = owner.get(url).text
    terms = provider("custom-webhook").terms
    assert f"Terms, version {terms.version}" in page
    assert str(terms.text) in page
    assert "Sent to Custom webhook" in page
    assert "Terms and Conditions" in page
    assert page.index("Confirm") < page.index("Terms and Conditions")


def test_confirm_adds_and_goes_to_current_integrations(
    owner: Client, url: str, address: Callable[..., str], people: Personas
) -> None:
    answer = owner.post(url, {"accepted": "on"}, REMOTE_ADDR="203.0.113.9")
    assert (answer.status_code, answer["Location"]) == (303, address("current"))
    consent = Consent.objects.get()
    assert (consent.accepted_by, consent.address) == (people.store_owner, "203.0.113.9")
    assert consent.terms_sha256 == provider("custom-webhook").terms.sha256
    page = owner.get(address("current")).text
    assert "Custom webhook was added." in page
    assert "Needs setup" in page


def test_without_the_box_nothing_is_stored(owner: Client, url: str) -> None:
    answer = owner.post(url, {})
    assert answer.status_code == 422
    assert "Select the Terms and Conditions box" in answer.text
    assert not Integration.objects.exists()
    assert not Consent.objects.exists()


def test_confirmed_twice_it_is_there_once(owner: Client, url: str, address: Callable[..., str]) -> None:
    owner.post(url, {"accepted": "on"})
    owner.get(address("current"))
    answer = owner.post(url, {"accepted": "on"})
    assert (answer.status_code, answer["Location"]) == (303, address("current"))
    assert "Custom webhook is active in this store already." in owner.get(address("current")).text
    assert (Integration.objects.count(), Consent.objects.count()) == (1, 1)


def test_one_that_is_there_is_configured_instead(
    owner: Client, url: str, address: Callable[..., str], store: Store
) -> None:
    there = IntegrationFactory.create(store=store)
    answer = owner.get(url)
    assert (answer.status_code, answer["Location"]) == (302, address("configure", integration=there.public_id))
    assert "Custom webhook is active in this store already." in owner.get(answer["Location"]).text


def test_of_one_that_was_there_it_says_how_to_have_it_back(
    owner: Client, url: str, address: Callable[..., str], store: Store
) -> None:
    said = f"Custom webhook was in {store.name} before and is deactivated."
    assert said not in owner.get(url).text
    IntegrationFactory.create(store=store, deactivated=True)
    for page in (owner.get(url).text, owner.post(url, {}).text):
        assert said in page
        assert f'href="{address("current")}?show=deactivated"' in page


def test_an_unlicensed_store_is_led_to_upgrade_and_refused_by_hand(owner: Client, url: str, store: Store) -> None:
    Assignment.objects.all().delete()
    upgrade = reverse("licensing:upgrade", args=[store.organization.slug, store.code])
    assert owner.get(url)["Location"] == upgrade
    assert owner.post(url, {"accepted": "on"}).status_code == 403
    assert not Integration.objects.exists()


def test_who_may(people: Personas, signed_in: Callable[..., Client], url: str) -> None:
    assert signed_in(people.enterprise_admin).post(url, {"accepted": "on"}).status_code == 303
    assert signed_in(people.viewer).post(url, {"accepted": "on"}).status_code == 403
    assert signed_in(people.stranger).post(url, {"accepted": "on"}).status_code == 404
    assert signed_in(people.owner).delete(url).status_code == 405
    assert Integration.objects.count() == 1


def test_an_unknown_provider_is_404(owner: Client, address: Callable[..., str]) -> None:
    assert owner.post(address("disclaimer", provider="no-such"), {"accepted": "on"}).status_code == 404
