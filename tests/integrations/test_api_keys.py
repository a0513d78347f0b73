"""Developer API keys: made, found, shown, rolled and revoked."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.conf import LazySettings
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from backoffice.tenancy.models import AuditEntry, Store
from integrations import api_key_text, api_keys, first_keys
from integrations.models import ApiKey
from licensing.models import PlanLevel, Subscription
from tests.factories.accounts import UserFactory
from tests.factories.integrations import ApiKeyFactory, OrganizationKeyFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import StoreFactory
from tests.webhooks.keys import text_of


@pytest.fixture
def store(db: None) -> Store:
    made: Store = StoreFactory.create()
    return made


@pytest.mark.parametrize(("test", "prefix"), [(False, "hub_live_"), (True, "hub_test_")])
def test_form_of_a_key(test: bool, prefix: str) -> None:
    """The prefix says what it is; 30 characters of 62 are more than 160 random bits; six check them."""
    text = api_key_text.generate(test=test)
    assert text.startswith(prefix)
    assert len(text) == 9 + 30 + 6
    assert api_key_text.well_formed(text)
    assert 62**30 > 2**160
    assert api_key_text.generate(test=test) != text


@given(st.integers(min_value=0, max_value=44), st.characters())
def test_one_changed_character_is_noticed(position: int, character: str) -> None:
    text = api_key_text.generate()
    changed = text[:position] + character + text[position + 1 :]
    assert api_key_text.well_formed(changed) is (changed == text)


@pytest.mark.parametrize("text", ["", "hub_live_", "x", "hub_live_" + "a" * 36, "ä" * 45])
def test_malformed_keys_are_not_looked_up(db: None, text: str, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert api_keys.authenticate(text) is None


def test_authenticate(store: Store, django_assert_num_queries: object) -> None:
    new = api_keys.create(store=store, name="Till", by=None, test=True, scopes=["orders:read"])
    ApiKey.objects.filter(pk=new.row.pk).update(
        addresses=["203.0.113.0/24"], last_used_address="203.0.113.9", last_used_at=timezone.now()
    )
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = api_keys.authenticate(new.text)
        assert found is not None
        assert not found.hub_licensed
    expected = ApiKey.objects.get(pk=new.row.pk)
    for field in ApiKey._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(expected, field.attname), field.attname
    for field in Store._meta.concrete_fields:
        assert getattr(found.store, field.attname) == getattr(store, field.attname), field.attname


def test_only_hash_and_ciphertext_are_stored(store: Store, settings: LazySettings) -> None:
    new = api_keys.create(store=store, name="Till", by=None)
    row = ApiKey.objects.values().get()
    secret = new.text[len("hub_live_") :].encode()
    assert bytes(row["lookup_hash"]) == api_key_text.lookup_hash(new.text)
    assert secret not in bytes(row["ciphertext"])
    assert row["masked"] == f"{new.text[:13]}…{new.text[-4:]}"
    settings.API_KEY_HASH_KEY = "another key than before, of the same length or so"
    assert api_keys.authenticate(new.text) is None


def test_expiry(store: Store) -> None:
    new = api_keys.create(store=store, name="Till", by=None)
    ApiKey.objects.filter(pk=new.row.pk).update(expires_at=timezone.now() + timedelta(minutes=10))
    assert api_keys.authenticate(new.text) is not None
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert api_keys.authenticate(new.text) is None


def test_reveal_is_audited(store: Store) -> None:
    user = UserFactory.create()
    new = api_keys.create(store=store, name="Till", by=user)
    assert api_keys.reveal(key=ApiKey.objects.get(), by=user) == new.text
    entry = AuditEntry.objects.get(action="api_key.revealed")
    assert (entry.actor, entry.store, entry.target_id) == (user, store, str(new.row.pk))
    assert new.text not in str(AuditEntry.objects.values_list())


@pytest.mark.parametrize("overlap", [timedelta(0), timedelta(hours=1), timedelta(hours=24), timedelta(days=7)])
def test_roll(store: Store, overlap: timedelta) -> None:
    old = api_keys.create(store=store, name="Till", by=None, test=True, scopes=["orders:write"])
    with time_machine.travel(timezone.now(), tick=False) as clock:
        new = api_keys.roll(key=old.row, overlap=overlap, by=None)
        assert (new.row.name, new.row.test, new.row.scopes) == ("Till", True, ["orders:write"])
        assert api_keys.authenticate(new.text) is not None
        if overlap:
            clock.shift(overlap - timedelta(seconds=1))
            assert api_keys.authenticate(old.text) is not None
            clock.shift(timedelta(seconds=1))
        assert api_keys.authenticate(old.text) is None
        assert api_keys.authenticate(new.text) is not None


def test_roll_never_lengthens_a_life(store: Store) -> None:
    old = ApiKeyFactory.create(store=store, expires_at=timezone.now() + timedelta(minutes=1))
    before = old.expires_at
    api_keys.roll(key=old, overlap=timedelta(days=7), by=None)
    old.refresh_from_db()
    assert old.expires_at == before


@pytest.mark.parametrize("overlap", [timedelta(seconds=-1), timedelta(days=7, seconds=1)])
def test_roll_has_limits(store: Store, overlap: timedelta) -> None:
    old = ApiKeyFactory.create(store=store)
    with pytest.raises(ValueError, match="at most 7 days"):
        api_keys.roll(key=old, overlap=overlap, by=None)
    assert ApiKey.objects.count() == 1


def test_revoke_is_at_once_and_audited_once(store: Store) -> None:
    new = api_keys.create(store=store, name="Till", by=None)
    api_keys.revoke(key=new.row, by=None)
    first = ApiKey.objects.get().revoked_at
    api_keys.revoke(key=new.row, by=None)
    assert api_keys.authenticate(new.text) is None
    assert ApiKey.objects.get().revoked_at == first
    assert AuditEntry.objects.filter(action="api_key.revoked").count() == 1


def test_first_key_is_made_once(store: Store) -> None:
    first_keys.create_first_keys([store], None)
    first_keys.create_first_keys([store], None)
    assert ApiKey.objects.get().name == "First key"


def test_an_organizations_key_opens_every_store_of_it_and_no_other(store: Store) -> None:
    shared = OrganizationKeyFactory.create(organization=store.organization)
    found = api_keys.authenticate(text_of(shared))
    assert found is not None
    assert found.store is None
    assert api_keys.open_store(found, store.code.lower()) == store
    assert not found.hub_licensed
    foreign = StoreFactory.create(code="FOREIGN")
    assert foreign.organization != store.organization
    assert api_keys.open_store(found, "FOREIGN") is None
    assert api_keys.open_store(found, "") is None


def test_an_organizations_key_opens_the_stores_chosen_for_it(store: Store) -> None:
    other, foreign = StoreFactory.create(organization=store.organization), StoreFactory.create()
    wishes = api_keys.Wishes(name="Tills", stores=[store, foreign])
    new = api_keys.create_for_organization(organization=store.organization, wishes=wishes, by=None)
    assert list(new.row.chosen_stores.all()) == [store]
    assert api_keys.open_store(new.row, store.code) == store
    assert api_keys.open_store(new.row, other.code) is None
    entry = AuditEntry.objects.get(action="api_key.created")
    assert (entry.organization, entry.store, entry.changes["stores"]) == (store.organization, None, [store.code])


def test_an_organizations_key_is_used_where_hub_and_level_are(db: None, django_assert_num_queries: object) -> None:
    licensed = LicensedStoreFactory.create()
    shared = OrganizationKeyFactory.create(organization=licensed.organization)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert api_keys.open_store(shared, licensed.code) == licensed
    assert shared.hub_licensed
    Subscription.objects.update(level=PlanLevel.PRO)
    api_keys.open_store(shared, licensed.code)
    assert not shared.hub_licensed


def test_change(store: Store) -> None:
    key = ApiKeyFactory.create(store=store)
    until = timezone.now() + timedelta(days=9)
    wishes = api_keys.Wishes(name="Till 2", scopes=["orders:read"], expires_at=until, addresses=["203.0.113.0/24"])
    api_keys.change(key=key, wishes=wishes, by=None)
    changed = ApiKey.objects.get()
    assert (changed.name, changed.scopes, changed.expires_at) == ("Till 2", ["orders:read"], until)
    assert (changed.addresses, changed.every_store) == (["203.0.113.0/24"], False)
    entry = AuditEntry.objects.get(action="api_key.changed")
    assert entry.changes["name"] == ["Till", "Till 2"]
    api_keys.change(key=key, wishes=wishes, by=None)
    assert AuditEntry.objects.filter(action="api_key.changed").count() == 1


def test_roll_keeps_what_the_key_may_do(store: Store) -> None:
    until = timezone.now() + timedelta(days=30)
    wishes = api_keys.Wishes(
        name="Tills", scopes=["orders:read"], expires_at=until, addresses=["203.0.113.9"], stores=[store]
    )
    old = api_keys.create_for_organization(organization=store.organization, wishes=wishes, by=None).row
    new = api_keys.roll(key=old, overlap=timedelta(hours=1), by=None).row
    new.refresh_from_db()
    assert (new.name, new.scopes, new.expires_at, new.addresses) == ("Tills", ["orders:read"], until, ["203.0.113.9"])
    assert (new.store, new.every_store, list(new.chosen_stores.all())) == (None, False, [store])


def test_a_rolled_key_keeps_its_limit(store: Store) -> None:
    key = api_keys.create(store=store, name="Till", by=None).row
    api_keys.set_limit(key=key, requests_per_minute=90, by=None)
    assert api_keys.roll(key=key, overlap=timedelta(0), by=None).row.requests_per_minute == 90


def test_code_that_knows_no_organization_of_a_key_may_still_add_one(store: Store) -> None:
    """As releases before keys of organizations do while the next one is rolled out."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO integrations_apikey (id, store_id, lookup_hash, ciphertext, masked, name, test, scopes, addresses, created_at)
            VALUES (%s, %s, 'h', 'c', 'hub_live_••••', 'Old', FALSE, '{}', '{}', now())""",
            [uuid.uuid4(), store.pk],
        )
    key = ApiKey.objects.get(name="Old")
    assert (key.organization, key.every_store, key.requests_per_minute) == (store.organization, False, None)
