"""How many endpoints a store and an organization may have, counted while several are added at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from backoffice.tenancy.models import Organization, Store
from tests.factories.integrations import IntegrationFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.webhooks import EndpointFactory
from webhooks import endpoint_limits, endpoints
from webhooks.endpoint_limits import TooManyEndpointsError, check_room
from webhooks.models import Endpoint
from webhooks.wishes import Wishes

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 8
ROOM = 3


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(endpoint_limits, "MOST_ENDPOINTS", ROOM)
    made: Store = LicensedStoreFactory.create()
    return made


def add_at_once(*, store: Store | None = None, organization: Organization | None = None) -> int:
    """How many of the threads were refused."""
    barrier = Barrier(AT_ONCE)

    def add(number: int) -> bool:
        try:
            barrier.wait(10)
            endpoints.create(
                store=store,
                organization=organization,
                wishes=Wishes(url=f"https://hooks.example.com/{number}", event_types=["order.closed"]),
                by=None,
                greet=False,
            )
        except TooManyEndpointsError:
            return True
        finally:
            connection.close()
        return False

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(add, range(AT_ONCE)))


def test_a_store_gets_no_more_than_it_may(store: Store) -> None:
    assert add_at_once(store=store) == AT_ONCE - ROOM
    assert Endpoint.objects.filter(store=store).count() == ROOM


def test_nor_does_an_organization(store: Store) -> None:
    assert add_at_once(organization=store.organization) == AT_ONCE - ROOM
    assert Endpoint.objects.filter(organization=store.organization).count() == ROOM


def test_what_others_have_and_what_is_deleted_does_not_count(store: Store) -> None:
    EndpointFactory.create(store=store, integration=IntegrationFactory.create(store=store))
    EndpointFactory.create(store=LicensedStoreFactory.create(organization=store.organization))
    for _number in range(ROOM - 1):
        EndpointFactory.create(store=store)
    gone, _secret = endpoints.create(
        store=store, wishes=Wishes(url="https://hooks.example.com/", event_types=["order.closed"]), by=None, greet=False
    )
    with pytest.raises(TooManyEndpointsError, match="may have 3 endpoints of its own"):
        check_in_transaction(store)
    endpoints.delete(endpoint=gone, by=None)
    check_in_transaction(store)


def check_in_transaction(store: Store) -> None:
    with transaction.atomic():
        check_room(store=store, organization=None)
