"""Copying under locks, and what becomes of connected accounts."""

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone

from backoffice.tenancy.models import AuditEntry, Store
from integrations.actions import add, save_settings
from integrations.contract import Option, Setting, SettingType
from integrations.copy_plan import plan
from integrations.copying import ChangedMeanwhile, copy_settings
from integrations.models import FetchedChoices, Integration, OAuthGrant
from integrations.oauth.grants import connect
from integrations.oauth.tokens import Tokens
from integrations.values import values_of
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import Personas
from tests.integrations.accounts import Ledger, books, leave, ledger, server
from tests.integrations.oauth.authorization_server import CLIENT_ID, CLIENT_SECRET

__all__ = ["books", "leave", "ledger", "server"]
pytestmark = pytest.mark.django_db

BAKERY, CAFE = {"realmId": "4620816365"}, {"realmId": "777"}


@pytest.fixture
def tills(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider with something to choose from the account."""
    till = Setting("till", SettingType.SELECT, "Till", required=False, choices_from="tills")
    monkeypatch.setattr(Ledger, "settings", (*Ledger.settings, till))
    monkeypatch.setattr(Ledger, "tills", lambda _provider, _values, _http: [Option("1", "One")], raising=False)


@pytest.fixture
def source(tills: None, books: Integration, ledger: Ledger, people: Personas) -> Integration:
    """Connected to the bakery's company, of whose tills it has chosen the first."""
    connect(integration=books, provider=ledger, given=Tokens("a"), kept=BAKERY, by=people.owner)
    books.refresh_from_db()
    values = {**books.setting_values, "till": "1"}
    return save_settings(integration=books, values=values, secrets={}, version=books.version, by=None)


@pytest.fixture
def fresh(source: Integration) -> Store:
    made: Store = LicensedStoreFactory.create(organization=source.store.organization)
    return made


@pytest.fixture
def target(source: Integration, fresh: Store, ledger: Ledger, people: Personas) -> Integration:
    """Set up in another store with another book and till, and not connected."""
    made = add(store=fresh, provider=ledger, by=people.owner, address=None)
    values = {**source.setting_values, "book": "Other", "till": "9"}
    return save_settings(integration=made, values=values, secrets={"client_secret": CLIENT_SECRET}, version=0, by=None)


@pytest.fixture
def copy(source: Integration, ledger: Ledger, people: Personas) -> Callable[[Store], Any]:
    """Copy to the store as somebody does who has just seen the plan."""

    def to(store: Store) -> Any:
        seen = plan(source=source, provider=ledger, stores=[store]).fingerprint
        (effect,) = copy_settings(
            source=source, provider=ledger, stores=[store], seen=seen, by=people.owner, address=None
        ).effects
        return effect

    return to


def connected(integration: Integration, provider: Ledger, account: dict[str, str], people: Personas) -> Integration:
    connect(integration=integration, provider=provider, given=Tokens("b"), kept=account, by=people.owner)
    integration.refresh_from_db()
    return integration


def test_a_target_that_is_connected_elsewhere_keeps_its_account_and_what_was_chosen_from_it(
    copy: Callable[[Store], Any], target: Integration, fresh: Store, ledger: Ledger, people: Personas
) -> None:
    connected(target, ledger, CAFE, people)
    effect = copy(fresh)
    target.refresh_from_db()
    assert (effect.connected, [setting.name for setting in effect.kept], effect.reconnect) == (True, ["till"], False)
    assert [setting.name for setting in effect.changed] == ["book"]
    values = values_of([target])[target.pk]
    assert (values["book"], values["till"], values["realmId"], values["company"]) == ("Main", "9", "777", "b")
    assert target.grant.lost_at is None


def test_a_target_with_the_same_account_gets_the_choices_as_well(
    copy: Callable[[Store], Any], target: Integration, fresh: Store, ledger: Ledger, people: Personas
) -> None:
    connected(target, ledger, BAKERY, people)
    effect = copy(fresh)
    target.refresh_from_db()
    assert (effect.connected, effect.kept, target.setting_values["till"]) == (True, (), "1")


@pytest.mark.parametrize(("account", "till"), [(BAKERY, "1"), (CAFE, None)])
def test_copied_choices_count_for_the_account_they_were_made_from(
    copy: Callable[[Store], Any],
    fresh: Store,
    ledger: Ledger,
    people: Personas,
    account: dict[str, str],
    till: str | None,
) -> None:
    copy(fresh)
    made = Integration.objects.get(store=fresh)
    assert (made.setting_values["till"], made.remembered) == ("1", BAKERY)
    version = made.version
    connected(made, ledger, account, people)
    assert made.setting_values.get("till") == till
    assert made.version == version + (till is None)
    changes = AuditEntry.objects.filter(action="integration.connected").latest("pk").changes
    assert changes == {**account, **({} if till else {"till": ["1", None]})}


def test_who_connects_another_company_chooses_anew(source: Integration, ledger: Ledger, people: Personas) -> None:
    FetchedChoices.objects.create(integration=source, name="till", options=[["1", "One"]])
    connected(source, ledger, CAFE, people)
    assert "till" not in source.setting_values
    assert not FetchedChoices.objects.exists()


def test_an_account_that_was_connected_with_other_keys_has_to_be_connected_again(
    copy: Callable[[Store], Any], target: Integration, fresh: Store, ledger: Ledger, people: Personas
) -> None:
    values = {**target.setting_values, "client_id": "another"}
    target = save_settings(integration=target, values=values, secrets={}, version=1, by=None)
    connected(target, ledger, CAFE, people)
    assert copy(fresh).reconnect
    grant = OAuthGrant.objects.get(integration=target)
    target.refresh_from_db()
    assert grant.lost_at is not None
    assert "Connect it again." in grant.problem
    assert (target.last_error, target.failing_since is not None) == (grant.problem, True)
    assert target.setting_values["client_id"] == CLIENT_ID
    assert AuditEntry.objects.filter(action="integration.connection_lost", store=fresh).count() == 1


def test_the_preview_says_what_becomes_of_accounts(
    source: Integration,
    target: Integration,
    fresh: Store,
    ledger: Ledger,
    people: Personas,
    signed_in: Callable[..., Client],
    address: Callable[..., str],
) -> None:
    connected(target, ledger, CAFE, people)
    url = address("copy_settings", integration=source.public_id)
    page = " ".join(signed_in(people.enterprise_admin).post(url, {"store": [fresh.public_id]}).text.split())
    assert "Stays connected to its own account. It keeps what was chosen from that account: Till" in page
    values = {**target.setting_values, "client_id": "another"}
    save_settings(integration=target, values=values, secrets={}, version=target.version, by=None)
    page = signed_in(people.enterprise_admin).post(url, {"store": [fresh.public_id]}).text
    assert "has to be connected again" in page


@pytest.mark.parametrize("which", ["source", "target", "added", "deactivated"])
def test_what_changed_since_it_was_seen_is_not_overwritten(
    source: Integration, target: Integration, ledger: Ledger, people: Personas, which: str
) -> None:
    empty: Store = LicensedStoreFactory.create(organization=source.store.organization)
    stores = [target.store, empty]
    seen = plan(source=source, provider=ledger, stores=stores).fingerprint
    match which:
        case "source":
            save_settings(integration=source, values=source.setting_values, secrets={}, version=source.version, by=None)
        case "target":
            save_settings(integration=target, values=target.setting_values, secrets={}, version=1, by=None)
        case "added":
            add(store=empty, provider=ledger, by=people.owner, address=None)
        case _:
            Integration.objects.filter(pk=source.pk).update(deactivated_at=timezone.now())
    with pytest.raises(ChangedMeanwhile):
        copy_settings(source=source, provider=ledger, stores=stores, seen=seen, by=people.owner, address=None)
    target.refresh_from_db()
    assert target.setting_values["book"] == "Other"
    assert not AuditEntry.objects.filter(action="integration.copied").exists()


@pytest.mark.django_db(transaction=True)
def test_source_and_targets_stay_as_they_are_until_it_is_done(
    source: Integration, target: Integration, ledger: Ledger, people: Personas
) -> None:
    """Who saves the source while it is copied waits, so that no store gets half of the old and half of the new."""
    seen = plan(source=source, provider=ledger, stores=[target.store]).fingerprint
    waited: list[Any] = []

    def save(integration: Integration) -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '100ms'")
                Integration.objects.select_for_update(of=("self",)).get(pk=integration.pk)
            waited.append(False)
        except OperationalError:
            waited.append(True)
        finally:
            connection.close()

    with transaction.atomic():
        copy_settings(source=source, provider=ledger, stores=[target.store], seen=seen, by=people.owner, address=None)
        for one in (source, target):
            thread = Thread(target=save, args=(one,))
            thread.start()
            thread.join()
    assert waited == [True, True]
