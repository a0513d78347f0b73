"""Endpoints that several stores share: what reaches them, what waits for a license, and what is sent again."""

import json
from collections.abc import Callable
from datetime import timedelta
from time import sleep

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.tenancy.models import AuditEntry, Mail, Organization, Store
from licensing import assignments
from licensing.models import Assignment
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import make_personas
from tests.load.services import Receiver
from tests.webhooks.orders import smallest_order
from webhooks import endpoints, parking, recovery, signing_keys
from webhooks.canonical.order import Order
from webhooks.event_types import ORDER_EVENT_TYPES
from webhooks.ingest import Post, ingest
from webhooks.models import Delivery, Endpoint
from webhooks.organization_endpoints import change_stores
from webhooks.sample_event import NoStoreError
from webhooks.wishes import Wishes

pytestmark = pytest.mark.django_db(transaction=True)

Run = Callable[[], None]


@pytest.fixture
def store() -> Store:
    made: Store = LicensedStoreFactory.create()
    return made


@pytest.fixture
def sibling(store: Store) -> Store:
    made: Store = LicensedStoreFactory.create(organization=store.organization)
    return made


@pytest.fixture
def share(open_loopback: None, receiver: Receiver, store: Store) -> Callable[..., Endpoint]:
    """Makes an endpoint of the store's organization, for `stores` or for every one."""

    def make(*, organization: Organization | None = None, stores: list[Store] | None = None) -> Endpoint:
        return endpoints.create(
            organization=organization or store.organization,
            stores=stores,
            wishes=Wishes(url=receiver.url("ok/0"), event_types=ORDER_EVENT_TYPES),
            by=None,
            greet=False,
        )[0]

    return make


def post(store: Store) -> int:
    order = Order.model_validate(smallest_order())
    text = json.dumps(smallest_order())
    return int(ingest(store=store, api_key=None, post=Post("order.closed", order, text)).content["deliveries"])


def states(endpoint: Endpoint) -> dict[Store, str]:
    return {row.store: row.state for row in Delivery.objects.filter(endpoint=endpoint).select_related("store")}


def test_it_gets_the_events_of_every_store_of_its_organization(
    share: Callable[..., Endpoint], store: Store, sibling: Store, run_until_idle: Run
) -> None:
    foreign = LicensedStoreFactory.create()
    endpoint = share()
    assert [post(each) for each in (store, sibling, foreign)] == [1, 1, 0]
    assert post(LicensedStoreFactory.create(organization=store.organization)) == 1
    run_until_idle()
    found = states(endpoint)
    assert (len(found), set(found.values())) == (3, {"delivered"})


def test_it_gets_the_events_of_chosen_stores(share: Callable[..., Endpoint], store: Store, sibling: Store) -> None:
    """Another organization's store is never chosen, whoever asks."""
    foreign = LicensedStoreFactory.create()
    endpoint = share(stores=[store, foreign])
    assert [post(each) for each in (store, sibling, foreign)] == [1, 0, 0]
    change_stores(endpoint=endpoint, stores=[sibling], by=None)
    assert [post(each) for each in (store, sibling)] == [0, 1]
    change_stores(endpoint=endpoint, stores=None, by=None)
    assert [post(each) for each in (store, sibling)] == [1, 1]
    entry = AuditEntry.objects.filter(action="endpoint.stores_changed").order_by("pk").first()
    assert entry is not None
    assert (entry.organization, entry.store) == (store.organization, None)
    assert entry.changes == {"stores": [[store.code], [sibling.code]]}


def test_ingest_asks_in_the_same_statement(share: Callable[..., Endpoint], store: Store) -> None:
    post(store)
    with CaptureQueriesContext(connection) as before:
        post(store)
    share()
    share(stores=[store])
    with CaptureQueriesContext(connection) as after:
        assert post(store) == 2
    asked = [[query for query in found if "webhooks_ingest" in query["sql"]] for found in (before, after)]
    assert [len(found) for found in asked] == [1, 1]


def test_what_is_a_store_without_a_licenses_waits_alone(
    share: Callable[..., Endpoint], store: Store, sibling: Store, run_until_idle: Run
) -> None:
    endpoint = share()
    post(store)
    post(sibling)
    license = Assignment.objects.get(store=sibling).license
    assignments.unassign(license=license, stores=[sibling], by=None)
    run_until_idle()
    assert states(endpoint) == {store: "delivered", sibling: "parked"}
    assert Delivery.objects.get(store=sibling).last_error == "unlicensed"
    assert parking.Forgotten().unpark() == 0
    assignments.assign(license=license, stores=[sibling], by=None)
    sleep(1.1)  # an answer about a license is used again for a second
    run_until_idle()
    assert states(endpoint) == {store: "delivered", sibling: "delivered"}


def test_what_was_forgotten_comes_back(share: Callable[..., Endpoint], store: Store) -> None:
    endpoint = share()
    post(store)
    Delivery.objects.update(state="parked", due_at=None)
    assert parking.Forgotten().unpark() == 1
    assert states(endpoint) == {store: "due"}


def test_recovering_sends_again_what_each_store_missed(
    share: Callable[..., Endpoint], store: Store, sibling: Store, run_until_idle: Run
) -> None:
    foreign = LicensedStoreFactory.create()
    for each in (store, sibling, foreign):
        post(each)
    endpoint = share()
    since = timezone.now() - timedelta(hours=1)
    assert recovery.preview(endpoint, since=since).missing == 2
    assert recovery.recover(endpoint=endpoint, since=since, by=None).sent_again == 2
    run_until_idle()
    assert states(endpoint) == {store: "delivered", sibling: "delivered"}


def test_secrets_are_sealed_for_the_organization(share: Callable[..., Endpoint], store: Store) -> None:
    endpoint = share()
    rolled = signing_keys.roll(endpoint=endpoint, by=None)
    assert signing_keys.reveal(endpoint=endpoint, by=None) == rolled.secret
    assert {entry.store for entry in AuditEntry.objects.filter(target_id=str(endpoint.pk))} == {None}
    assert {entry.organization for entry in AuditEntry.objects.filter(target_id=str(endpoint.pk))} == {
        store.organization
    }


def test_a_test_is_a_licensed_stores(share: Callable[..., Endpoint], store: Store, run_until_idle: Run) -> None:
    endpoint = share()
    delivery = endpoints.send_test(endpoint=endpoint, by=None)
    assert delivery.store == store
    run_until_idle()
    delivery.refresh_from_db()
    assert delivery.state == "delivered"
    Assignment.objects.all().delete()
    with pytest.raises(NoStoreError):
        endpoints.send_test(endpoint=endpoint, by=None)


def test_who_runs_the_organization_hears_of_it(share: Callable[..., Endpoint], store: Store) -> None:
    people = make_personas(store)
    endpoints.disable(endpoint_id=share().pk, reason="The receiver answered 410 Gone.")
    told = set(Mail.objects.values_list("user", flat=True))
    assert told >= {people.owner.pk, people.enterprise_admin.pk}
    assert not told & {people.store_owner.pk, people.viewer.pk}
