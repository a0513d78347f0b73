"""The end of a closed store: once it cannot be opened again, nothing of its keys and secrets is left, and nobody else's are touched."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from backoffice.database.roles import WORKER
from backoffice.tenancy.models import AuditEntry, Store
from integrations.api_keys import authenticate, text_of
from integrations.models import ApiKey, Integration, IntegrationSecret, OAuthGrant, Revocation
from integrations.oauth.grants import connect
from integrations.oauth.tokens import Tokens
from integrations.values import keep_secret
from licensing import ending
from licensing.closing import TooLateError, close_store, reopen_store
from licensing.models import Subscription
from licensing.subscribers import store_ended
from licensing.tasks import end_closed_stores
from tests.factories.accounts import UserFactory
from tests.factories.integrations import ApiKeyFactory, IntegrationFactory, OrganizationKeyFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import MemberFactory
from tests.integrations.accounts import Ledger, books, ledger, server
from webhooks import endpoints
from webhooks.models import Endpoint, SigningKey
from webhooks.wishes import Wishes

__all__ = ["books", "ledger", "server"]
pytestmark = pytest.mark.django_db

KEPT = timedelta(days=90)
MOMENT = timedelta(seconds=1)


@pytest.fixture
def store() -> Store:
    """What `books` belongs to."""
    made: Store = LicensedStoreFactory.create()
    return made


@contextmanager
def as_worker() -> Iterator[None]:
    """Tasks log in as the worker, who owns nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', %s, false)", [WORKER])
        yield
        cursor.execute("SELECT set_config('role', 'none', false)")


def furnished() -> Store:
    """A store with a key of each kind of state, an endpoint with a header, one that was deleted, and an integration with a secret."""
    store: Store = LicensedStoreFactory.create()
    ApiKeyFactory.create(store=store)
    ApiKeyFactory.create(store=store, revoked_at=timezone.now())
    wishes = Wishes(url="https://shop.example/hooks", event_types=["order.closed"], headers={"x-token": "canary"})
    for _ in range(2):
        endpoint, _secret = endpoints.create(store=store, wishes=wishes, by=None, greet=False)
    endpoints.delete(endpoint=endpoint, by=None)
    integration = IntegrationFactory.create(
        store=store, notification_email="owner@example.com", inbound_token=uuid4().hex
    )
    keep_secret(integration, "token", "canary", by=None)
    return store


def closed(store: Store, *, ago: timedelta) -> Store:
    close_store(store=store, by=None)
    Store.objects.filter(pk=store.pk).update(closed_at=timezone.now() - ago)
    store.refresh_from_db()
    return store


def held(store: Store) -> tuple[int, int, int, int]:
    """Usable keys, keys that can be shown, signing secrets and secrets of integrations."""
    return (
        ApiKey.objects.usable().filter(store=store).count(),
        ApiKey.objects.filter(store=store).exclude(ciphertext=b"").count(),
        SigningKey.objects.filter(endpoint__store=store).count(),
        IntegrationSecret.objects.filter(integration__store=store).count(),
    )


def test_nothing_of_its_secrets_is_left_and_it_is_recorded() -> None:
    store, open_one, fresh = furnished(), furnished(), furnished()
    closed(store, ago=KEPT + MOMENT)
    closed(fresh, ago=KEPT - timedelta(minutes=1))
    key = ApiKey.objects.usable().get(store=store)
    shared = OrganizationKeyFactory.create(organization=store.organization)
    text = text_of(key)
    before = held(store)
    assert before == held(fresh) == held(open_one)
    assert before == (1, 2, 2, 1)
    with as_worker():
        end_closed_stores()
    assert held(store) == (0, 0, 0, 0)
    assert held(fresh) == held(open_one) == before
    assert authenticate(text) is None
    shared.refresh_from_db()
    assert shared.usable
    assert bytes(shared.ciphertext) != b""
    assert not Endpoint.objects.listed().filter(store=store).exists()
    assert not Endpoint.objects.filter(store=store, headers_ciphertext__isnull=False).exists()
    assert Endpoint.objects.filter(store=fresh, headers_ciphertext__isnull=False).count() == 2
    integration = Integration.objects.get(store=store)
    assert integration.deactivated_at is not None
    assert (integration.inbound_token, integration.notification_email) == (None, "")
    store.refresh_from_db()
    assert store.ended_at is not None
    (entry,) = AuditEntry.objects.filter(action="store.ended")
    assert (entry.store, entry.actor) == (store, None)
    assert entry.changes == {
        "keys_revoked": 1, "integration_secrets_destroyed": 1, "endpoints_deleted": 1,
        "signing_secrets_destroyed": 2, "endpoints_headers_destroyed": 2,
    }  # fmt: skip
    of_store = AuditEntry.objects.filter(store=store, actor=None)
    assert of_store.filter(action="api_key.revoked").count() == 1
    assert of_store.filter(action="integration.deactivated").count() == 1


def test_a_second_run_finds_nothing_and_a_larger_plan_brings_nothing_back() -> None:
    store = closed(furnished(), ago=KEPT + MOMENT)
    end_closed_stores()
    Store.objects.filter(pk=store.pk).update(closed_at=timezone.now())
    with pytest.raises(TooLateError, match="Add it as a new store"):
        reopen_store(store=store, by=None)
    end_closed_stores()
    assert AuditEntry.objects.filter(action="store.ended").count() == 1


def test_its_plan_says_when() -> None:
    store = closed(furnished(), ago=timedelta(days=40))
    assert ending.end_closed_stores(timezone.now()) == 0
    Subscription.objects.filter(organization=store.organization).update(level="starter")
    assert ending.end_closed_stores(timezone.now()) == 1


def test_one_that_is_opened_meanwhile_keeps_all(monkeypatch: pytest.MonkeyPatch) -> None:
    store = closed(furnished(), ago=KEPT + MOMENT)
    before = held(store)
    monkeypatch.setattr(ending, "_over", lambda _now: iter([store]))
    with time_machine.travel(timezone.now() - timedelta(minutes=1)):
        reopen_store(store=Store.objects.get(pk=store.pk), by=None)
    assert ending.end_closed_stores(timezone.now()) == 0
    assert held(store) == before
    assert not AuditEntry.objects.filter(action="store.ended").exists()


def test_so_many_a_day_the_longest_closed_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "MOST_A_DAY", 1)
    younger, older = (closed(furnished(), ago=KEPT + timedelta(days=days)) for days in (1, 2))
    assert ending.end_closed_stores(timezone.now()) == 1
    assert [bool(Store.objects.get(pk=one.pk).ended_at) for one in (younger, older)] == [False, True]
    assert ending.end_closed_stores(timezone.now()) == 1


def test_one_that_fails_is_as_it_was_and_holds_no_other_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken, other = (closed(furnished(), ago=KEPT + timedelta(days=days)) for days in (2, 1))
    before = held(broken)

    def fails_for_one(store: Store) -> dict[str, int]:
        destroyed = store_ended(store)
        if store == broken:
            raise RuntimeError
        return destroyed

    monkeypatch.setattr(ending, "store_ended", fails_for_one)
    assert ending.end_closed_stores(timezone.now()) == 1
    assert held(broken) == before
    assert held(other) == (0, 0, 0, 0)
    assert [each.getMessage() for each in caplog.records if each.levelname == "ERROR"] == [
        f"The store {broken.public_id} could not be ended; the next run tries again."
    ]


@pytest.mark.parametrize("readable", [True, False])
def test_the_service_is_asked_to_end_its_access(books: Integration, ledger: Ledger, readable: bool) -> None:
    given = Tokens("access", "refresh", 3600)
    connect(integration=books, provider=ledger, given=given, kept={"realmId": "1"}, by=UserFactory.create())
    if not readable:
        IntegrationSecret.objects.filter(integration=books).update(ciphertext=b"no ciphertext")
    closed(books.store, ago=KEPT + MOMENT)
    end_closed_stores()
    assert Revocation.objects.filter(integration=books).count() == (1 if readable else 0)
    assert not OAuthGrant.objects.filter(integration=books).exists()
    assert not IntegrationSecret.objects.filter(integration=books).exists()


def test_only_a_closed_store_can_have_ended() -> None:
    store = LicensedStoreFactory.create()
    with pytest.raises(IntegrityError, match="tenancy_store_ended_is_closed"), transaction.atomic():
        Store.objects.filter(pk=store.pk).update(ended_at=datetime(2026, 1, 1, tzinfo=timezone.get_current_timezone()))


def test_its_home_page_says_so_and_offers_no_way_back(client: Client) -> None:
    store = closed(LicensedStoreFactory.create(), ago=KEPT + MOMENT)
    client.force_login(MemberFactory.create(owner=True, organization=store.organization).user)
    assert "Open again" in client.get(store.get_absolute_url()).text
    end_closed_stores()
    page = client.get(store.get_absolute_url()).text
    assert "its API keys were revoked for good" in " ".join(page.split())
    assert "Open again" not in page
    assert "can open it again" not in page
