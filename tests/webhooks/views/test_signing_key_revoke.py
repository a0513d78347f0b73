"""Revoking an old signing secret: the question and the deed."""

from collections.abc import Callable

import pytest
from django.test import Client

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
    signing_keys.roll(endpoint=made, by=None)
    return made


@pytest.fixture
def old(endpoint: Endpoint) -> SigningKey:
    return signing_keys.valid(endpoint)[1]


def test_the_question_says_what_will_stop(owner: Client, old: SigningKey, address: Address) -> None:
    page = owner.get(address("signing_key_revoke", signing_key=old.public_id)).text
    assert f"Calls are no longer signed with {old.hint} from now on" in page
    assert SigningKey.objects.filter(pk=old.pk).exists()


def test_it_is_revoked_once(owner: Client, endpoint: Endpoint, old: SigningKey, address: Address) -> None:
    url, shown = (
        address("signing_key_revoke", signing_key=old.public_id),
        address("endpoint", endpoint=endpoint.public_id),
    )
    answer = owner.post(url)
    assert (answer.status_code, answer["Location"]) == (303, f"{shown}#secret")
    assert "It signs nothing any more." in owner.get(shown).text
    assert len(signing_keys.valid(endpoint)) == 1
    assert owner.post(url).status_code == 404


def test_the_current_one_stays(owner: Client, endpoint: Endpoint, address: Address) -> None:
    current = signing_keys.valid(endpoint)[0]
    url = address("signing_key_revoke", signing_key=current.public_id)
    assert "it cannot be revoked" in owner.get(url).text
    assert owner.post(url).status_code == 303
    assert SigningKey.objects.filter(pk=current.pk).exists()


def test_who_may_and_whose(
    people: Personas, signed_in: Callable[..., Client], old: SigningKey, address: Address, confirmed: Client
) -> None:
    url = address("signing_key_revoke", signing_key=old.public_id)
    assert signed_in(people.viewer).post(url).status_code == 403
    assert signed_in(people.stranger).post(url).status_code == 404
    foreign = EndpointFactory.create()
    signing_keys.make(foreign)
    signing_keys.roll(endpoint=foreign, by=None)
    for public_id in (signing_keys.valid(foreign)[1].public_id, "whk_nonsense"):
        assert confirmed.post(address("signing_key_revoke", signing_key=public_id)).status_code == 404
    assert len(signing_keys.valid(foreign)) == 2
