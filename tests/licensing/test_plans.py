"""How PostgreSQL reads the License page's tables at size: by index, and no more of them than a page shows."""

import re

import pytest
from django.db import connection
from django.db.models import QuerySet

from backoffice.tenancy.models import Organization, Store
from backoffice.web.lists import keyset_page
from licensing.drafts import Column, columns
from licensing.license_rows import table
from licensing.models import Assignment, License
from licensing.store_filter import ASSIGNED, UNASSIGNED, StoreFilter
from tests.factories.licensing import LicenseFactory
from tests.factories.tenancy import OrganizationFactory

pytestmark = pytest.mark.django_db
STORES = 10_000


@pytest.fixture
def license() -> License:
    """10,000 stores, every second with a seat, beside another organization as large."""
    made: License = LicenseFactory.create(quantity=STORES)
    for organization in (made.organization, OrganizationFactory.create()):
        Store.objects.bulk_create(
            Store(organization=organization, code=f"S{n:05}", name=f"Store {n:05}", timezone="UTC", currency="USD")
            for n in range(STORES)
        )
    seats = made.organization.stores.order_by("name")[::2]
    Assignment.objects.bulk_create(Assignment(license=made, store=store) for store in seats)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tenancy_store, licensing_assignment")
    return made


def page_plan(stores: QuerySet[Store]) -> str:
    return stores.order_by("name", "pk")[:51].explain(analyze=True, buffers=False, timing=False)


def rows_read(plan: str) -> int:
    """The most rows that one node of the plan put out, all its loops together."""
    found = re.findall(r"actual rows=(\d+)(?:\.\d+)? loops=(\d+)", plan)
    return max(int(rows) * int(loops) for rows, loops in found)


def stores_of(organization: Organization) -> QuerySet[Store]:
    return Store.objects.filter(organization=organization)


def test_a_page_is_read_from_the_index_in_its_order(license: License) -> None:
    plan = page_plan(stores_of(license.organization))
    assert "tenancy_store_by_name" in plan
    assert "Seq Scan" not in plan
    assert rows_read(plan) <= 51


def test_a_page_far_down_reads_no_more(license: License) -> None:
    cursor = None
    for _ in range(100):
        cursor = keyset_page(stores_of(license.organization), order_by=["name"], cursor=cursor).next_cursor
    plan = page_plan(stores_of(license.organization).filter(name__gt="Store 09000"))
    assert "tenancy_store_by_name" in plan
    assert rows_read(plan) <= 51
    (first, *_rest) = keyset_page(stores_of(license.organization), order_by=["name"], cursor=cursor).items
    assert first.name == "Store 05000"


@pytest.mark.parametrize("state", [ASSIGNED, UNASSIGNED])
def test_a_filtered_page_stops_when_it_is_full(license: License, state: str) -> None:
    held = columns(license.organization, None)
    plan = page_plan(StoreFilter(state=state).stores(stores_of(license.organization), held))
    assert "Seq Scan on tenancy_store" not in plan
    assert rows_read(plan) <= STORES // 2


def test_the_seats_of_a_page_are_looked_up_one_by_one_in_an_index(license: License) -> None:
    found = keyset_page(stores_of(license.organization), order_by=["name"])
    rows = table(found, [Column(license)], None)
    assert sum(row.cells[0].on for row in rows) == len(rows) // 2
    seats = Assignment.objects.filter(license__in=[license], store__in=[store.pk for store in found.items])
    plan = seats.explain(analyze=True, timing=False)
    assert "Seq Scan" not in plan
    assert rows_read(plan) <= 60
