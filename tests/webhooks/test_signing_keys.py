"""Rolling, revoking and revealing signing keys: who signs when, what is recorded, what the database refuses."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from backoffice.accounts.models import User
from backoffice.tenancy.models import AuditEntry
from tests.factories.accounts import UserFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.webhooks import EndpointFactory
from webhooks import signing_keys
from webhooks.models import Endpoint, SigningKey

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def user() -> User:
    made: User = UserFactory.create()
    return made


@pytest.fixture
def endpoint() -> Endpoint:
    made: Endpoint = EndpointFactory.create(store=LicensedStoreFactory.create())
    signing_keys.make(made)
    return made


def test_rolling_makes_a_new_current_key_and_lets_the_old_one_sign_on(endpoint: Endpoint, user: User) -> None:
    (old,) = signing_keys.valid(endpoint)
    before, version = timezone.now(), endpoint.version
    new = signing_keys.roll(endpoint=endpoint, overlap=HOUR, by=user)
    assert [key.pk for key in signing_keys.valid(endpoint)] == [new.key.pk, old.pk]
    old.refresh_from_db()
    assert old.expires_at is not None
    assert HOUR <= old.expires_at - before < HOUR + timedelta(minutes=1)
    assert new.previous_signs_until == old.expires_at
    assert signing_keys.reveal(endpoint=endpoint, by=user) == new.secret
    endpoint.refresh_from_db()
    assert endpoint.version == version + 1
    rolled = AuditEntry.objects.get(action="endpoint.key_rolled")
    assert (rolled.actor, rolled.store) == (user, endpoint.store)
    assert new.secret not in str(rolled.changes)
    assert new.secret not in repr(new)


def test_the_overlap_is_a_day_by_default_and_a_week_at_most(endpoint: Endpoint, user: User) -> None:
    until = signing_keys.roll(endpoint=endpoint, by=user).previous_signs_until
    assert until is not None
    assert timedelta(hours=23) < until - timezone.now() <= timedelta(hours=24)
    signing_keys.roll(endpoint=endpoint, overlap=timedelta(days=7), by=user)
    for wrong in (timedelta(days=7, seconds=1), timedelta(seconds=-1)):
        with pytest.raises(ValueError, match="7 days"):
            signing_keys.roll(endpoint=endpoint, overlap=wrong, by=user)
    assert SigningKey.objects.filter(endpoint=endpoint).count() == 3


def test_without_an_overlap_the_old_key_is_gone_at_once(endpoint: Endpoint, user: User) -> None:
    (old,) = signing_keys.valid(endpoint)
    new = signing_keys.roll(endpoint=endpoint, overlap=timedelta(0), by=user)
    assert new.previous_signs_until is None
    assert [key.pk for key in signing_keys.valid(endpoint)] == [new.key.pk]
    assert not SigningKey.objects.filter(pk=old.pk).exists()


def test_revoking_stops_an_old_key_once_and_never_the_current_one(endpoint: Endpoint, user: User) -> None:
    (old,) = signing_keys.valid(endpoint)
    new = signing_keys.roll(endpoint=endpoint, by=user)
    with pytest.raises(signing_keys.CurrentKeyError):
        signing_keys.revoke(key=new.key, by=user)
    for _again in range(2):
        signing_keys.revoke(key=old, by=user)
    assert [key.pk for key in signing_keys.valid(endpoint)] == [new.key.pk]
    assert AuditEntry.objects.filter(action="endpoint.key_revoked").count() == 1
    endpoint.refresh_from_db()
    assert endpoint.version == 2


def test_expired_keys_sign_nothing_and_are_deleted_by_the_next_roll(endpoint: Endpoint, user: User) -> None:
    (old,) = signing_keys.valid(endpoint)
    signing_keys.roll(endpoint=endpoint, overlap=HOUR, by=user)
    SigningKey.objects.filter(pk=old.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert old.pk not in {key.pk for key in signing_keys.valid(endpoint)}
    signing_keys.roll(endpoint=endpoint, overlap=HOUR, by=user)
    assert not SigningKey.objects.filter(pk=old.pk).exists()


def test_at_most_five_keys_sign(endpoint: Endpoint, user: User) -> None:
    for _number in range(signing_keys.MOST_KEYS - 1):
        signing_keys.roll(endpoint=endpoint, by=user)
    with pytest.raises(signing_keys.TooManyKeysError):
        signing_keys.roll(endpoint=endpoint, by=user)
    assert SigningKey.objects.filter(endpoint=endpoint, expires_at=None).count() == 1
    signing_keys.roll(endpoint=endpoint, overlap=timedelta(0), by=user)
    assert len(signing_keys.valid(endpoint)) == signing_keys.MOST_KEYS


def test_the_database_itself_allows_one_current_key(endpoint: Endpoint) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        signing_keys.make(endpoint)
