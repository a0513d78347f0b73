"""Rolling a key: fresh authentication, a new key, and the old one for the time chosen."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.tenancy.models import Store
from integrations.api_keys import authenticate
from integrations.models import ApiKey
from tests.factories.integrations import ApiKeyFactory
from tests.factories.tenancy import Personas

pytestmark = pytest.mark.django_db

Address = Callable[..., str]


@pytest.fixture
def key(store: Store) -> ApiKey:
    made: ApiKey = ApiKeyFactory.create(store=store)
    return made


def test_the_password_comes_first(owner: Client, key: ApiKey, address: Address) -> None:
    url = address("roll_key", key=key.public_id)
    for answer in (owner.get(url), owner.post(url, {"overlap": "0"})):
        assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize("hours", [0, 1, 24, 168])
def test_the_old_key_works_for_the_chosen_time(confirmed: Client, key: ApiKey, address: Address, hours: int) -> None:
    url = address("roll_key", key=key.public_id)
    assert confirmed.get(url).status_code == 200
    answer = confirmed.post(url, {"overlap": str(hours)})
    new = ApiKey.objects.exclude(pk=key.pk).get()
    assert (answer.status_code, answer["Location"]) == (303, address("key", key=new.public_id))
    key.refresh_from_db()
    assert key.expires_at is not None
    assert abs(key.expires_at - timezone.now() - timedelta(hours=hours)) < timedelta(minutes=1)
    assert (authenticate(key.text) is not None) is (hours > 0)  # type: ignore[attr-defined]
    assert (new.usable, new.name) == (True, key.name)


@pytest.mark.parametrize("overlap", ["", "2", "-1", "1000", "x"])
def test_no_other_time_is_taken(confirmed: Client, key: ApiKey, address: Address, overlap: str) -> None:
    assert confirmed.post(address("roll_key", key=key.public_id), {"overlap": overlap}).status_code == 422
    assert ApiKey.objects.count() == 1


def test_who_may(people: Personas, signed_in: Callable[..., Client], key: ApiKey, address: Address) -> None:
    url = address("roll_key", key=key.public_id)
    assert signed_in(people.viewer).post(url).status_code == 403
    assert signed_in(people.stranger).post(url).status_code == 404
    assert signed_in(people.owner).put(url).status_code == 405


def test_foreign_keys_are_404(confirmed: Client, address: Address) -> None:
    foreign = ApiKeyFactory.create()
    assert confirmed.post(address("roll_key", key=foreign.public_id), {"overlap": "0"}).status_code == 404
