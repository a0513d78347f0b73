"""Closing a store: everything of it stops at the next request, its seats are free, and it comes back while it is kept."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.tenancy.models import AuditEntry, Store
from integrations.catalog import provider
from integrations.runs.start import MayNotRun, start_run
from licensing.assignments import assign
from licensing.closing import TooLateError, close_store, kept_until, reopen_store
from licensing.entitlements import has_hub
from licensing.models import Assignment, DraftChange, License, LicenseDraft
from tests.factories.integrations import ApiKeyFactory, IntegrationFactory, OrganizationKeyFactory
from tests.factories.licensing import LicensedStoreFactory, LicenseFactory
from tests.factories.tenancy import MemberFactory, StoreFactory
from tests.routes import tenant_routes
from tests.tenancy.test_every_url import MAKERS
from tests.webhooks.keys import text_of
from tests.webhooks.orders import smallest_order
from webhooks.models import OrderEvent

pytestmark = pytest.mark.django_db

#: Pages that a closed store still has: its home, and what an owner may do with it.
OF_CLOSED_STORES = {"tenancy:store", "licensing:store_reopen", "webhooks:store_export"}


@pytest.fixture
def store() -> Store:
    made: Store = LicensedStoreFactory.create()
    return made


def license_of(store: Store) -> License:
    return License.objects.get(organization_id=store.organization_id)


def test_the_seat_is_free_and_it_is_recorded_once(store: Store) -> None:
    before = license_of(store).assigned
    assert close_store(store=store, by=None) == 1
    assert close_store(store=store, by=None) == 0
    store.refresh_from_db()
    assert store.closed_at is not None
    assert license_of(store).assigned == before - 1
    assert not has_hub(store.pk)
    (entry,) = AuditEntry.objects.filter(action="store.closed")
    assert (entry.store, entry.changes) == (store, {"seats_freed": 1})


def test_no_seat_is_given_to_it_by_anyone(store: Store) -> None:
    close_store(store=store, by=None)
    license = license_of(store)
    assert assign(license=license, stores=[store], by=None) == []
    with pytest.raises(IntegrityError, match="A closed store has no license"), transaction.atomic():
        Assignment.objects.create(license=license, store=store)
    assert license_of(store).assigned == 0


def test_what_was_staged_for_it_is_forgotten(store: Store) -> None:
    owner = MemberFactory.create(owner=True, organization=store.organization).user
    draft = LicenseDraft.objects.create(organization=store.organization, user=owner)
    DraftChange.objects.create(draft=draft, license=license_of(store), store=store, on=False)
    close_store(store=store, by=owner)
    assert not DraftChange.objects.exists()


def test_keys_get_a_problem_of_their_own_and_nothing_is_stored(client: Client, store: Store) -> None:
    key, shared = (
        ApiKeyFactory.create(store=store),
        OrganizationKeyFactory.create(organization=store.organization),
    )
    close_store(store=store, by=None)
    order = {"type": "order.closed", "order": smallest_order()}
    for headers in ({"apikey": text_of(key)}, {"apikey": text_of(shared), "x-store": store.code}):
        for answer in (
            client.get("/api/v1/store", headers=headers),
            client.post("/api/v1/orders", order, content_type="application/json", headers=headers),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "store_closed")
            assert answer.json()["type"].endswith("/docs#problem-store_closed")
    assert not OrderEvent.objects.exists()


def test_no_action_starts(store: Store) -> None:
    integration = IntegrationFactory.create(store=store, provider_slug="woocommerce", settings_saved_at=timezone.now())
    close_store(store=store, by=None)
    action = provider("woocommerce").actions[0]
    with pytest.raises(MayNotRun, match="does not have the Integration Hub"):
        start_run(integration=integration, action=action, parameters={}, dry_run=False, by=None)


def test_it_is_open_again_without_a_seat_and_recorded(store: Store) -> None:
    close_store(store=store, by=None)
    reopen_store(store=store, by=None)
    reopen_store(store=store, by=None)
    store.refresh_from_db()
    assert store.closed_at is None
    assert not has_hub(store.pk)
    assert AuditEntry.objects.filter(action="store.reopened", store=store).count() == 1


def test_after_its_data_is_gone_it_stays_closed(store: Store) -> None:
    close_store(store=store, by=None)
    store.refresh_from_db()
    until = kept_until(store)
    assert until is not None
    assert store.closed_at is not None
    assert until - store.closed_at == timedelta(days=90)
    with time_machine.travel(until + timedelta(seconds=1)), pytest.raises(TooLateError, match="Add it as a new store"):
        reopen_store(store=store, by=None)
    store.refresh_from_db()
    assert store.closed_at is not None


def test_every_page_of_it_leads_home_but_those_of_closed_stores(client: Client, store: Store) -> None:
    client.force_login(MemberFactory.create(owner=True, organization=store.organization).user)
    routes = [route for route in tenant_routes() if "store" in route.parameters]
    addresses = {
        route: reverse(route.name, kwargs={name: MAKERS[name](store) for name in route.parameters}) for route in routes
    }
    close_store(store=store, by=None)
    home = store.get_absolute_url()
    led_home = set()
    for route, address in addresses.items():
        assert route.access is not None
        answer = client.generic(route.access.methods[0], address)
        if (answer.status_code, answer.get("Location")) == (303, home):
            led_home.add(route.name)
    assert {route.name for route in routes} - led_home == OF_CLOSED_STORES
    page = client.get(home).text
    assert "This store is closed" in page
    assert "Integration Hub" not in page


def test_it_leaves_the_lists(client: Client, store: Store) -> None:
    other = StoreFactory.create(organization=store.organization, name="Still there")
    member = MemberFactory.create(owner=True, organization=store.organization)
    client.force_login(member.user)
    assert "Closed stores" not in client.get(store.organization.get_absolute_url()).text
    close_store(store=store, by=None)
    assert list(member.stores()) == [other]
    assert set(member.every_store_reached()) == {store, other}
    for name in ("tenancy:organization", "licensing:license"):
        page = client.get(reverse(name, args=[store.organization.slug])).text
        assert "Still there" in page
        assert f">{store.name}<" not in page
    closed = client.get(store.organization.get_absolute_url(), {"state": "closed"}).text
    assert f">{store.name}</a>" in closed
    assert 'href="' + other.get_absolute_url() + '">Still there</a>\n                            </th>' not in closed
    assert "No store matches" in client.get(store.organization.get_absolute_url(), {"state": "closed", "q": "zz"}).text


def test_a_closing_and_a_license_given_at_once_leave_no_seat(store: Store) -> None:
    """Whoever holds the license's lock goes first; the other finds what it left."""
    license = LicenseFactory.create()
    with transaction.atomic():
        close_store(store=store, by=None)
        assert assign(license=license_of(store), stores=[store], by=None) == []
    assert not Assignment.objects.filter(store=store).exists()
    assert license.assigned == 0
