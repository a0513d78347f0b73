"""The deliveries as CSV: what the filters leave, page by page, with no formula and no test order."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.database.identifiers import uuid7_floor
from backoffice.tenancy.models import Store
from tests.factories.tenancy import Personas
from tests.factories.webhooks import DeliveryFactory, EndpointFactory, OrderEventFactory
from webhooks import delivery_csv
from webhooks.models import Delivery

pytestmark = pytest.mark.django_db

Address = Callable[..., str]


def rows(client: Client, url: str, **filters: str) -> list[dict[str, str]]:
    answer = client.get(url, filters)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


def make(store: Store, **traits: object) -> Delivery:
    made: Delivery = DeliveryFactory.create(event__store=store, **traits)
    return made


def test_a_row_says_what_became_of_a_delivery(owner: Client, store: Store, address: Address) -> None:
    endpoint = EndpointFactory.create(store=store, url="https://hooks.example.com/kitchen")
    made = make(store, exhausted=True, endpoint=endpoint, event__order_number="1042", last_status=404)
    (row,) = rows(owner, address("deliveries_csv"))
    assert row["Delivery"] == made.public_id
    assert row["Webhook id"] == made.event.public_id
    assert (row["Event"], row["Order number"], row["State"]) == ("order.closed", "1042", "exhausted")
    assert row["Endpoint"] == "https://hooks.example.com/kitchen"
    assert (row["Attempts"], row["Last status"]) == ("10", "404")
    assert row["Created (UTC)"].endswith("+00:00")
    assert row["Next try (UTC)"] == ""


def test_the_filters_of_the_page_narrow_it(owner: Client, store: Store, address: Address) -> None:
    wanted = make(store, exhausted=True)
    make(store, delivered=True)
    make(store, exhausted=True, id=uuid7_floor(timezone.now() - timedelta(hours=3)))
    found = rows(owner, address("deliveries_csv"), state="exhausted", since="1h")
    assert [row["Delivery"] for row in found] == [wanted.public_id]
    assert rows(owner, address("deliveries_csv"), state="nonsense") == []


def test_test_orders_and_other_stores_are_left_out(owner: Client, store: Store, address: Address) -> None:
    make(store, test=True, delivered=True)
    DeliveryFactory.create(delivered=True)
    assert rows(owner, address("deliveries_csv")) == []


def test_no_cell_is_a_formula(owner: Client, store: Store, address: Address) -> None:
    event = OrderEventFactory.create(store=store, order_number="=1+1", order_id="@cmd")
    DeliveryFactory.create(event=event, delivered=True)
    (row,) = rows(owner, address("deliveries_csv"))
    assert (row["Order number"], row["Order id"]) == ("'=1+1", "'@cmd")


def test_it_is_read_page_by_page(
    owner: Client, store: Store, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_csv, "_ROWS_AT_ONCE", 2)
    endpoint = EndpointFactory.create(store=store)
    made = [make(store, delivered=True, endpoint=endpoint) for _number in range(5)]
    with CaptureQueriesContext(connection) as captured:
        found = rows(owner, address("deliveries_csv"))
    assert [row["Delivery"] for row in found] == [one.public_id for one in reversed(made)]
    reads = [query["sql"] for query in captured if 'FROM "webhooks_delivery"' in query["sql"]]
    assert len(reads) == 3
    assert all("LIMIT 2" in sql for sql in reads)


def test_who_may(people: Personas, signed_in: Callable[..., Client], address: Address) -> None:
    for insider in people.insiders():
        assert signed_in(insider).get(address("deliveries_csv")).status_code == 200
    assert signed_in(people.stranger).get(address("deliveries_csv")).status_code == 404
    assert signed_in(people.owner).post(address("deliveries_csv")).status_code == 405
