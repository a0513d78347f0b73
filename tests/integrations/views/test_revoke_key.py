"""Revoking a key stops it at once."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from backoffice.tenancy.models import AuditEntry, Store
from integrations.api_keys import authenticate
from integrations.models import ApiKey, ApiKeyDay
from tests.factories.integrations import ApiKeyFactory
from tests.factories.tenancy import Personas

pytestmark = pytest.mark.django_db

Address = Callable[..., str]


@pytest.fixture
def key(store: Store) -> ApiKey:
    made: ApiKey = ApiKeyFactory.create(store=store, name="Till 4")
    return made


def test_without_scripts_a_page_asks_first(owner: Client, key: ApiKey, address: Address) -> None:
    page = owner.get(address("revoke_key", key=key.public_id)).text
    assert "Revoke Till 4?" in page
    assert authenticate(key.text) is not None  # type: ignore[attr-defined]


def test_it_says_what_will_stop(owner: Client, key: ApiKey, address: Address) -> None:
    assert "Nothing has ever used it, so nothing stops." in owner.get(address("revoke_key", key=key.public_id)).text
    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(hours=3), last_used_address="203.0.113.9")
    ApiKeyDay.objects.create(api_key=key, day=timezone.now().date(), calls=1204)
    for page in (owner.get(address("revoke_key", key=key.public_id)), owner.get(address("api_keys"))):
        words = re.sub(r"\s+", " ", re.sub("<[^>]*>", "", page.text).replace("\N{NO-BREAK SPACE}", " "))
        assert "last used 3 hours ago from 203.0.113.9; 1204 calls in the last 30 days." in words


def test_revoke_stops_the_key(owner: Client, key: ApiKey, address: Address, people: Personas) -> None:
    answer = owner.post(address("revoke_key", key=key.public_id))
    assert (answer.status_code, answer["Location"]) == (303, address("api_keys"))
    assert authenticate(key.text) is None  # type: ignore[attr-defined]
    assert AuditEntry.objects.get(action="api_key.revoked").actor == people.store_owner
    assert owner.post(address("revoke_key", key=key.public_id)).status_code == 404


def test_who_may(people: Personas, signed_in: Callable[..., Client], key: ApiKey, address: Address) -> None:
    url = address("revoke_key", key=key.public_id)
    assert signed_in(people.viewer).post(url).status_code == 403
    assert signed_in(people.stranger).post(url).status_code == 404
    assert signed_in(people.owner).put(url).status_code == 405
    assert authenticate(key.text) is not None  # type: ignore[attr-defined]
    assert signed_in(people.enterprise_admin).post(url).status_code == 303


def test_foreign_keys_are_404(owner: Client, address: Address) -> None:
    foreign = ApiKeyFactory.create()
    assert owner.post(address("revoke_key", key=foreign.public_id)).status_code == 404
    assert authenticate(foreign.text) is not None  # type: ignore[attr-defined]
