"""What adding, saving, deactivating and activating write, and what they refuse."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from backoffice.tenancy.models import AuditEntry, Store
from integrations import actions, subscribers
from integrations.catalog import provider
from integrations.models import Consent, Integration, IntegrationSecret
from licensing.models import Assignment
from tests.factories.integrations import IntegrationFactory
from tests.factories.tenancy import Personas, StoreFactory

pytestmark = pytest.mark.django_db

WEBHOOK = provider("custom-webhook")
MINE, THEIRS = "https://mine.example.com/", "https://theirs.example.com/"


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What a subscriber is told, in place of those registered."""
    told: list[Any] = []
    monkeypatch.setattr(
        subscribers, "_changed", [lambda integration, by: told.append((integration.pk, integration.deactivated_at, by))]
    )
    return told


def add(store: Store, people: Personas) -> Integration:
    return actions.add(store=store, provider=WEBHOOK, by=people.store_owner, address="203.0.113.9")


def test_add_records_the_consent_and_tells(store: Store, people: Personas, heard: list[Any]) -> None:
    integration = add(store, people)
    consent = Consent.objects.get()
    assert (consent.integration, consent.store, consent.accepted_by) == (integration, store, people.store_owner)
    assert (consent.terms_version, consent.terms_sha256) == (WEBHOOK.terms.version, WEBHOOK.terms.sha256)
    assert consent.address == "203.0.113.9"
    entry = AuditEntry.objects.get(action="integration.added")
    assert (entry.actor, entry.store, entry.target_id) == (people.store_owner, store, str(integration.pk))
    assert heard == [(integration.pk, None, people.store_owner)]


def test_a_consent_is_never_changed(store: Store, people: Personas) -> None:
    add(store, people)
    for change in (lambda: Consent.objects.update(terms_version="0"), lambda: Consent.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert Consent.objects.get().terms_version == WEBHOOK.terms.version


def test_one_active_integration_of_a_provider(store: Store, people: Personas) -> None:
    first = add(store, people)
    with pytest.raises(actions.AlreadyActive):
        add(store, people)
    assert Integration.objects.count() == Consent.objects.count() == 1
    actions.deactivate(integration=first, by=people.store_owner)
    add(store, people)
    with pytest.raises(actions.AlreadyActive):
        actions.activate(integration=first, provider=WEBHOOK, by=people.store_owner)


def test_several_get_slots_of_their_own(store: Store, people: Personas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(WEBHOOK), "allows_several", True)
    first, second = add(store, people), add(store, people)
    assert (first.slot, second.slot) == (0, 1)
    actions.deactivate(integration=first, by=None)
    assert add(store, people).slot == 0
    assert actions.activate(integration=first, provider=WEBHOOK, by=None).slot == 2


def test_without_a_license_nothing_is_added(people: Personas) -> None:
    store = StoreFactory.create()
    with pytest.raises(actions.NotInPlan):
        add(store, people)
    assert not Integration.objects.exists()


def test_save_audits_values_and_not_secrets(store: Store, people: Personas, heard: list[Any]) -> None:
    integration = IntegrationFactory.create(store=store)
    saved = actions.save_settings(
        integration=integration,
        values={"url": "https://a.example.com/", "events": ["close"]},
        secrets={"header_value": "a-long-secret-value"},
        version=0,
        by=people.store_owner,
    )
    assert saved.version == 1
    assert saved.settings_saved_at is not None
    secret = IntegrationSecret.objects.get()
    assert (secret.hint, secret.set_by) == ("alue", people.store_owner)
    changes = AuditEntry.objects.get(action="integration.settings_saved").changes
    assert changes == {
        "url": [None, "https://a.example.com/"],
        "events": [None, ["close"]],
        "header_value": "replaced",
    }
    assert heard == [(integration.pk, None, people.store_owner)]


def test_a_secret_left_out_stays_and_none_removes_it(store: Store) -> None:
    integration = IntegrationFactory.create(store=store)
    for version, secrets in enumerate([{"header_value": "one"}, {}, {"header_value": "two"}]):
        actions.save_settings(integration=integration, values={"url": MINE}, secrets=secrets, version=version, by=None)
    assert IntegrationSecret.objects.count() == 1
    actions.save_settings(
        integration=integration, values={"url": MINE}, secrets={"header_value": None}, version=3, by=None
    )
    assert not IntegrationSecret.objects.exists()


def test_a_stale_save_changes_nothing(store: Store) -> None:
    integration = IntegrationFactory.create(store=store)
    actions.save_settings(integration=integration, values={"url": THEIRS}, secrets={}, version=0, by=None)
    with pytest.raises(actions.StaleEdit) as stale:
        actions.save_settings(
            integration=integration, values={"url": MINE}, secrets={"header_value": "x"}, version=0, by=None
        )
    assert stale.value.current.setting_values == {"url": THEIRS}
    assert not IntegrationSecret.objects.exists()


def test_deactivate_keeps_everything_and_activate_restores_it(store: Store, people: Personas, heard: list[Any]) -> None:
    integration = add(store, people)
    actions.save_settings(
        integration=integration,
        values={"url": "https://a.example.com/"},
        secrets={"header_value": "s"},
        version=0,
        by=None,
    )
    before = Integration.objects.values().get(), IntegrationSecret.objects.values().get()
    actions.deactivate(integration=integration, by=people.store_owner)
    assert Integration.objects.get().deactivated_at is not None
    actions.deactivate(integration=integration, by=people.store_owner)
    actions.activate(integration=integration, provider=WEBHOOK, by=people.store_owner)
    assert (Integration.objects.values().get(), IntegrationSecret.objects.values().get()) == before
    assert AuditEntry.objects.filter(action="integration.deactivated").count() == 1
    assert [deactivated is not None for _, deactivated, _ in heard] == [False, False, True, False]


def test_activating_needs_a_license(store: Store, people: Personas) -> None:
    integration = IntegrationFactory.create(store=store, deactivated=True)
    Assignment.objects.filter(store=store).delete()
    with pytest.raises(actions.NotInPlan):
        actions.activate(integration=integration, provider=WEBHOOK, by=people.store_owner)
