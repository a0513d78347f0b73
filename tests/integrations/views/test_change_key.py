"""Editing what a key may do."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from backoffice.tenancy.models import AuditEntry, Store
from integrations.models import ApiKey
from tests.factories.integrations import ApiKeyFactory
from tests.factories.tenancy import Personas

pytestmark = pytest.mark.django_db

Address = Callable[..., str]


@pytest.fixture
def key(store: Store) -> ApiKey:
    made: ApiKey = ApiKeyFactory.create(store=store, name="Till 4")
    return made


def test_the_form_shows_the_key_as_it_is(owner: Client, store: Store, address: Address) -> None:
    key = ApiKeyFactory.create(store=store, name="Till 4", scopes=["orders:read"], addresses=["203.0.113.9"])
    page = owner.get(address("change_key", key=key.public_id)).text
    assert 'value="Till 4"' in page
    assert "203.0.113.9" in page
    assert page.count("checked") == 1


def test_changes_are_kept_and_audited(owner: Client, key: ApiKey, address: Address, people: Personas) -> None:
    url = address("change_key", key=key.public_id)
    answer = owner.post(url, {"name": "Till 5", "scopes": ["orders:write"], "addresses": "203.0.113.0/24"})
    assert (answer.status_code, answer["Location"]) == (303, address("key", key=key.public_id))
    key.refresh_from_db()
    assert (key.name, key.scopes, key.addresses) == ("Till 5", ["orders:write"], ["203.0.113.0/24"])
    entry = AuditEntry.objects.get(action="api_key.changed")
    assert (entry.actor, entry.changes["name"]) == (people.store_owner, ["Till 4", "Till 5"])


def test_a_day_that_is_not_touched_keeps_its_moment(owner: Client, key: ApiKey, address: Address) -> None:
    """A key that was rolled ends in an hour, not at the end of the day."""
    until = timezone.now() + timedelta(hours=1)
    ApiKey.objects.update(expires_at=until)
    url = address("change_key", key=key.public_id)
    shown = owner.get(url).context["form"]["last_day"].value()
    owner.post(url, {"name": "Till 5", "scopes": ["orders:write"], "last_day": shown.isoformat()})
    key.refresh_from_db()
    assert (key.name, key.expires_at) == ("Till 5", until)


def test_whether_it_is_a_test_key_stays(owner: Client, key: ApiKey, address: Address) -> None:
    owner.post(address("change_key", key=key.public_id), {"name": "x", "scopes": "orders:write", "test": "on"})
    key.refresh_from_db()
    assert not key.test


def test_who_may(people: Personas, signed_in: Callable[..., Client], key: ApiKey, address: Address) -> None:
    url, sent = address("change_key", key=key.public_id), {"name": "x", "scopes": "orders:write"}
    assert signed_in(people.viewer).post(url, sent).status_code == 403
    assert signed_in(people.stranger).post(url, sent).status_code == 404
    foreign = ApiKeyFactory.create()
    assert signed_in(people.owner).post(address("change_key", key=foreign.public_id), sent).status_code == 404
    ApiKey.objects.update(revoked_at=timezone.now())
    assert signed_in(people.owner).post(url, sent).status_code == 404
