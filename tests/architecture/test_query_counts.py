"""How many queries each page makes: recorded, and the same however many rows it lists."""

import json
import os
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.tenancy.audit import record
from backoffice.tenancy.models import Store
from tests.factories.integrations import ApiKeyFactory, IntegrationFactory
from tests.factories.licensing import LicensedStoreFactory, OrderFactory
from tests.factories.tenancy import MemberFactory, StoreFactory
from tests.factories.webhooks import AttemptFactory, DeliveryFactory, EndpointFactory
from tests.routes import Route, tenant_routes
from tests.tenancy.test_every_url import MAKERS

pytestmark = pytest.mark.django_db

BASELINE = Path(__file__).parents[1] / "query_counts.json"
# The stores here have many integrations of the other provider already, to which this page leads then.
OTHER_PARAMETERS = {"integrations:disclaimer": {"provider": "slack"}}
PAGES = [route for route in tenant_routes() if route.access and "GET" in route.access.methods]


def fill(store: Store, rows: int) -> None:
    """More of everything a page could list."""
    for number in range(store.integrations.count(), store.integrations.count() + rows):
        StoreFactory.create(organization=store.organization)
        ApiKeyFactory.create(store=store, name=f"Till {number}")
        IntegrationFactory.create(store=store, slot=number + 10)
        endpoint = EndpointFactory.create(store=store)
        delivery = DeliveryFactory.create(exhausted=True, event__store=store, endpoint=endpoint)
        AttemptFactory.create(delivery=delivery)
        record(action="store.renamed", by=None, store=store, target=store)
        order = OrderFactory.create(organization=store.organization)
        record(action="order.created", by=None, organization=store.organization, target=order)


def count(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code in {200, 302}
    return len(captured)


def measure(route: Route) -> tuple[int, int]:
    """Queries with few rows, and with ten times as many."""
    store = LicensedStoreFactory.create()
    client = Client()
    client.force_login(MemberFactory.create(owner=True, organization=store.organization).user)
    made = {name: MAKERS[name](store) for name in route.parameters}
    url = reverse(route.name, kwargs=made | OTHER_PARAMETERS.get(route.name, {}))
    fill(store, 2)
    few = count(client, url)
    fill(store, 20)
    return few, count(client, url)


@pytest.mark.parametrize("route", PAGES, ids=lambda route: route.name)
def test_queries_do_not_grow_with_rows(route: Route) -> None:
    few, many = measure(route)
    assert few == many


@pytest.mark.parametrize("route", PAGES, ids=lambda route: route.name)
def test_queries_are_as_recorded(route: Route) -> None:
    """Record a change that is meant with `RECORD_QUERY_COUNTS=1 make test ARGS="-k query_counts"`; the diff shows it."""
    _, many = measure(route)
    recorded = json.loads(BASELINE.read_text()) if BASELINE.is_file() else {}
    if os.environ.get("RECORD_QUERY_COUNTS"):
        BASELINE.write_text(json.dumps(dict(sorted({**recorded, route.name: many}.items())), indent=2) + "\n")
        return
    assert many == recorded.get(route.name), (
        f"{route.name} makes {many} queries; tests/query_counts.json says otherwise."
    )


def test_the_record_names_no_page_that_is_gone() -> None:
    assert set(json.loads(BASELINE.read_text())) == {route.name for route in PAGES}
