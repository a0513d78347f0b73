"""The disclaimer: nothing is added without the box, and with it the consent is kept."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.tenancy.models import Store
from integrations.catalog import provider
from integrations.models import Consent, Integration
from licensing.models import Assignment
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


def test_a_second_one_is_a_conflict(owner: Client, url: str) -> None:
    owner.post(url, {"accepted": "on"})
    answer = owner.post(url, {"accepted": "on"})
    assert answer.status_code == 409
    assert "active in this store already" in answer.text
    assert Integration.objects.count() == 1


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
