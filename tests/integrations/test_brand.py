"""What all stores share: saved once, by those who may, read with a constant number of queries, sealed to its organization."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from backoffice.security.encryption import DecryptionError
from backoffice.tenancy.models import AuditEntry, Store
from integrations import subscribers
from integrations.brand_changes import follow_all
from integrations.catalog import all_providers
from integrations.contract import Category, Provider, Scope, Setting, SettingType, Terms
from integrations.models import BrandSecret, BrandSettings, Integration
from integrations.status import missing_settings, rows_of
from integrations.subscribers import on_integration_changed
from integrations.values import values_of
from tests.factories.integrations import IntegrationFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import Personas

pytestmark = pytest.mark.django_db

Address = Callable[..., str]
CANARY = "canary-5d1f0c7e9b"


class Chain(Provider):
    slug = "chain"
    name = "Chain"
    tagline = "One account for all stores."
    category = Category.DEVELOPER
    description = guide = "For tests."
    terms = Terms("1", "Be kind.")
    data_sent = ("Nothing",)
    settings = (
        Setting("client_id", SettingType.TEXT, "Client ID", scope=Scope.BRAND),
        Setting("client_secret", SettingType.SECRET, "Client secret", scope=Scope.BRAND),
        Setting("till", SettingType.TEXT, "Till"),
    )


@pytest.fixture
def namespace() -> str:
    return "integrations"


@pytest.fixture
def chain(monkeypatch: pytest.MonkeyPatch, store: Store) -> Integration:
    monkeypatch.setitem(all_providers(), "chain", Chain())
    made: Integration = IntegrationFactory.create(store=store, provider_slug="chain")
    return made


@pytest.fixture
def sibling(chain: Integration, store: Store) -> Integration:
    """The same provider in another store of the organization."""
    other = LicensedStoreFactory.create(organization=store.organization)
    made: Integration = IntegrationFactory.create(store=other, provider_slug="chain")
    return made


@pytest.fixture
def boss(people: Personas, signed_in: Callable[..., Client]) -> Client:
    return signed_in(people.enterprise_admin)


def form(version: int = 0, **changes: Any) -> dict[str, Any]:
    return {"_version": version, "client_id": "app-1", "client_secret": CANARY, "till": "T1", **changes}


def configure(integration: Integration) -> str:
    store = integration.store
    return reverse("integrations:configure", args=[store.organization.slug, store.code, integration.public_id])


def test_one_save_counts_for_every_store(boss: Client, chain: Integration, sibling: Integration) -> None:
    page = boss.get(configure(chain)).text
    assert "Same for all stores: saving it changes it in each of them." in page
    assert boss.post(configure(chain), form()).status_code == 303
    for integration in (chain, sibling):
        integration.refresh_from_db()
        assert integration.version == 1
    found = values_of([chain, sibling])
    assert found[chain.pk] == {"client_id": "app-1", "client_secret": CANARY, "till": "T1"}
    assert found[sibling.pk] == {"client_id": "app-1", "client_secret": CANARY}
    assert chain.setting_values == {"till": "T1"}
    assert not chain.secrets.exists()
    assert missing_settings(chain, Chain()) == []
    assert [str(label) for label in missing_settings(sibling, Chain())] == ["Till"]
    entry = AuditEntry.objects.get(action="brand_settings.saved")
    assert entry.changes == {"client_id": [None, "app-1"], "client_secret": "replaced"}
    assert entry.store is None


def test_an_unchanged_value_touches_nobody(boss: Client, chain: Integration, sibling: Integration) -> None:
    boss.post(configure(chain), form())
    assert boss.post(configure(chain), form(1, client_secret="", till="T2")).status_code == 303
    chain.refresh_from_db()
    sibling.refresh_from_db()
    assert (chain.version, sibling.version) == (2, 1)
    assert AuditEntry.objects.filter(action="brand_settings.saved").count() == 1


def test_a_store_owner_sees_it_and_cannot_change_it(
    boss: Client, owner: Client, chain: Integration, sibling: Integration
) -> None:
    boss.post(configure(chain), form())
    page = owner.get(configure(chain)).text
    assert "Same for all stores. An owner or an enterprise admin can change it." in page
    assert "app-1" in page
    assert "•••• 7e9b" in page
    assert CANARY not in page
    assert not re.search(r'name="client_(id|secret)"', page)
    typed = form(1, client_id="evil", client_secret="evil-secret-evil", till="T9")
    assert owner.post(configure(chain), typed).status_code == 303
    values = values_of([chain])[chain.pk]
    assert (values["client_id"], values["client_secret"]) == ("app-1", CANARY)
    chain.refresh_from_db()
    assert chain.setting_values == {"till": "T9"}


def test_an_edit_in_another_store_makes_this_one_stale(boss: Client, chain: Integration, sibling: Integration) -> None:
    boss.post(configure(sibling), form(client_id="theirs"))
    answer = boss.post(configure(chain), form(client_id="mine"))
    assert answer.status_code == 409
    assert "theirs" in answer.text
    assert "mine" in answer.text
    assert boss.post(configure(chain), form(1, client_id="mine")).status_code == 303
    assert values_of([sibling])[sibling.pk]["client_id"] == "mine"


def test_required_until_somebody_has_set_it(owner: Client, boss: Client, chain: Integration) -> None:
    assert boss.post(configure(chain), form(client_id="")).status_code == 422
    assert owner.post(configure(chain), form()).status_code == 303
    assert "Still missing: Client ID, Client secret." in owner.get(configure(chain)).text


def test_it_is_read_in_a_constant_number_of_queries(boss: Client, chain: Integration, sibling: Integration) -> None:
    boss.post(configure(chain), form())
    many = [*Integration.objects.all(), *IntegrationFactory.create_batch(5, provider_slug="chain")]
    counts = []
    for some in (many[:1], many):
        with CaptureQueriesContext(connection) as few:
            values_of(some)
        again = Integration.objects.filter(pk__in=[one.pk for one in some])
        with CaptureQueriesContext(connection) as rows:
            rows_of(list(again.prefetch_related("secrets")), licensed=True)
        counts.append((len(few), len(rows)))
    assert counts[0] == counts[1]


def test_each_organization_has_its_own_and_a_moved_secret_does_not_open(boss: Client, chain: Integration) -> None:
    boss.post(configure(chain), form())
    foreign = IntegrationFactory.create(provider_slug="chain")
    assert "client_id" not in values_of([foreign])[foreign.pk]
    brand = BrandSettings.objects.create(organization=foreign.store.organization, provider_slug="chain")
    BrandSecret.objects.update(brand=brand)
    with pytest.raises(DecryptionError):
        values_of([foreign])


def test_endpoints_hear_of_it_once(boss: Client, chain: Integration, sibling: Integration) -> None:
    boss.post(configure(sibling), form())
    boss.post(configure(chain), form(1, client_id="newer"))
    heard: list[Any] = []

    def follower(integration: Integration, by: object) -> None:
        heard.append(integration.pk)

    on_integration_changed(follower)
    try:
        follow_all(timezone.now())
        assert set(heard) == {chain.pk, sibling.pk}
        follow_all(timezone.now())
        assert len(heard) == 2
    finally:
        subscribers._changed.remove(follower)


def test_one_that_cannot_follow_holds_up_nobody_and_is_tried_again_after_an_hour(
    boss: Client, chain: Integration, sibling: Integration, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither its sibling nor, as that is later, the change of another organization."""
    boss.post(configure(chain), form())
    elsewhere = IntegrationFactory.create(provider_slug="chain", settings_saved_at=timezone.now())
    BrandSettings.objects.create(organization=elsewhere.store.organization, provider_slug="chain", to_follow=True)
    Integration.objects.filter(pk=sibling.pk).update(settings_saved_at=timezone.now())
    heard: list[Any] = []
    in_trouble = {chain.pk}

    def follower(integration: Integration, by: object) -> None:
        if integration.pk in in_trouble:
            raise RuntimeError("a secret cannot be read")
        heard.append(integration.pk)

    on_integration_changed(follower)
    try:
        now = timezone.now()
        follow_all(now)
        assert heard == [sibling.pk, elsewhere.pk]
        assert [brand.organization_id for brand in BrandSettings.objects.filter(to_follow=True)] == [
            chain.store.organization_id
        ]
        assert chain.public_id in caplog.text
        in_trouble.clear()
        follow_all(now + timedelta(minutes=59, seconds=59))
        assert heard == [sibling.pk, elsewhere.pk]
        follow_all(now + timedelta(hours=1))
        assert sorted(heard[2:]) == sorted([chain.pk, sibling.pk])
        assert not BrandSettings.objects.filter(to_follow=True).exists()
    finally:
        subscribers._changed.remove(follower)


@pytest.mark.django_db(transaction=True)
def test_a_change_is_followed_by_one_worker_at_a_time_and_others_meanwhile(chain: Integration) -> None:
    """A pass may last longer than beat waits: the next one finds what is being followed, leaves it, and does the rest."""
    elsewhere = IntegrationFactory.create(provider_slug="chain", settings_saved_at=timezone.now())
    Integration.objects.filter(pk=chain.pk).update(settings_saved_at=timezone.now())
    for integration in (chain, elsewhere):
        BrandSettings.objects.create(organization=integration.store.organization, provider_slug="chain", to_follow=True)
    at_it, go_on = threading.Event(), threading.Event()
    heard: list[tuple[str, Any]] = []

    def follower(integration: Integration, by: object) -> None:
        heard.append((threading.current_thread().name, integration.pk))
        if threading.current_thread().name == "slow":
            at_it.set()
            assert go_on.wait(20)

    def slow() -> None:
        try:
            follow_all(timezone.now())
        finally:
            connections.close_all()

    on_integration_changed(follower)
    thread = threading.Thread(target=slow, name="slow")
    try:
        thread.start()
        assert at_it.wait(20)
        follow_all(timezone.now())
        here = threading.current_thread().name
        assert heard == [("slow", chain.pk), (here, elsewhere.pk)]
        go_on.set()
        thread.join()
        assert heard == [("slow", chain.pk), (here, elsewhere.pk)]
        assert not BrandSettings.objects.filter(to_follow=True).exists()
        BrandSettings.objects.update(to_follow=True)
        follow_all(timezone.now())
        assert heard[2:] == [(here, chain.pk), (here, elsewhere.pk)]
    finally:
        go_on.set()
        thread.join()
        subscribers._changed.remove(follower)


def test_a_newer_change_does_not_wait_for_the_pause_of_the_one_before(
    boss: Client, chain: Integration, sibling: Integration
) -> None:
    boss.post(configure(chain), form())
    in_trouble, heard = [True], list[Any]()

    def follower(integration: Integration, by: object) -> None:
        if in_trouble:
            raise RuntimeError("a secret cannot be read")
        heard.append(integration.pk)

    on_integration_changed(follower)
    try:
        follow_all(timezone.now())
        in_trouble.clear()
        boss.post(configure(chain), form(1, client_id="newer"))
        heard.clear()
        follow_all(timezone.now())
        assert heard == [chain.pk]
        assert not BrandSettings.objects.filter(to_follow=True).exists()
    finally:
        subscribers._changed.remove(follower)


def test_a_pass_that_no_worker_took_in_time_is_dropped() -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["follow brand settings"]
    assert (entry["schedule"], entry["options"]) == (15.0, {"expires": 15})
