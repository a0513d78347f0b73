"""The page that rolls an endpoint's signing secret."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.tenancy.models import Store
from tests.factories.tenancy import Personas
from tests.factories.webhooks import EndpointFactory
from webhooks import signing_keys
from webhooks.models import Endpoint, SigningKey

pytestmark = pytest.mark.django_db

Address = Callable[..., str]


@pytest.fixture
def endpoint(store: Store) -> Endpoint:
    made: Endpoint = EndpointFactory.create(store=store)
    signing_keys.make(made)
    return made


@pytest.fixture
def url(endpoint: Endpoint, address: Address) -> str:
    return address("endpoint_roll", endpoint=endpoint.public_id)


def test_it_asks_for_the_password_first(owner: Client, url: str) -> None:
    for answer in (owner.get(url), owner.post(url, {"overlap": "24"})):
        assert answer["Location"].startswith(reverse("account_reauthenticate") + "?next=")
    assert SigningKey.objects.count() == 1


def test_the_old_secret_signs_on_and_the_page_says_until_when(
    confirmed: Client, endpoint: Endpoint, url: str, address: Address
) -> None:
    assert "The old secret goes on signing for" in confirmed.get(url).text
    answer = confirmed.post(url, {"overlap": "24"})
    shown = address("endpoint", endpoint=endpoint.public_id)
    assert (answer.status_code, answer["Location"]) == (303, f"{shown}#secret")
    page = confirmed.get(shown).text
    assert "Press Show to read the new one." in page
    current, old = signing_keys.valid(endpoint)
    assert "signs until" in page
    for key in (current, old):
        assert key.hint in page
    assert address("signing_key_revoke", signing_key=old.public_id) in page
    assert address("signing_key_revoke", signing_key=current.public_id) not in page


def test_without_an_overlap_one_secret_is_left(confirmed: Client, endpoint: Endpoint, url: str) -> None:
    confirmed.post(url, {"overlap": "0"})
    assert len(signing_keys.valid(endpoint)) == 1


@pytest.mark.parametrize("overlap", ["", "169", "-1", "x"])
def test_any_other_overlap_is_422(confirmed: Client, url: str, overlap: str) -> None:
    assert confirmed.post(url, {"overlap": overlap}).status_code == 422
    assert SigningKey.objects.count() == 1


def test_too_many_secrets_are_422_with_the_reason(confirmed: Client, endpoint: Endpoint, url: str) -> None:
    for _number in range(signing_keys.MOST_KEYS - 1):
        signing_keys.roll(endpoint=endpoint, by=None)
    answer = confirmed.post(url, {"overlap": "24"})
    assert answer.status_code == 422
    assert "Revoke an old one" in answer.text


def test_who_may(people: Personas, signed_in: Callable[..., Client], url: str) -> None:
    assert signed_in(people.viewer).post(url).status_code == 403
    assert signed_in(people.stranger).post(url).status_code == 404
    assert signed_in(people.enterprise_admin).get(url).status_code == 302
