"""The deliveries page: filters in the address, keyset pages, live, and never another store's rows."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.database.identifiers import uuid7_floor
from backoffice.tenancy.models import Store
from licensing.models import Assignment, Subscription
from tests.factories.tenancy import Personas
from tests.factories.webhooks import DeliveryFactory, EndpointFactory, OrderEventFactory
from webhooks.models import Delivery

pytestmark = pytest.mark.django_db

Address = Callable[..., str]
HTMX = {"HX-Request": "true"}


def make(store: Store, **traits: object) -> Delivery:
    made: Delivery = DeliveryFactory.create(event__store=store, **traits)
    return made


def fingerprint_of(html: str) -> str:
    found = re.search(r'"X-Shown": "([0-9a-f]+)"', html)
    assert found
    return found[1]


def test_rows_say_state_event_order_endpoint_attempts_and_next_try(
    owner: Client, store: Store, address: Address
) -> None:
    endpoint = EndpointFactory.create(store=store, description="Kitchen screens")
    make(store, delivered=True, endpoint=endpoint, event__order_number="1042")
    make(store, exhausted=True, endpoint=endpoint)
    make(store, attempt_count=2, last_status=503, due_at=timezone.now() + timedelta(minutes=31), endpoint=endpoint)
    make(store, state="parked", due_at=None, endpoint=endpoint)
    make(store, state="cancelled", due_at=None, endpoint=endpoint)
    make(store, endpoint=endpoint)
    page = owner.get(address("deliveries"))
    assert page["Cache-Control"] == "no-store"
    for words in (
        "Delivered",
        "Failed",
        "Retrying",
        "Parked",
        "Stopped",
        "Waiting",
        "Kitchen screens",
        "Close Order #1042",
    ):
        assert words in page.text
    assert "The receiver answered 503 Service Unavailable." in page.text
    assert re.search(r"in 30\s+minutes", page.text)


def test_no_other_stores_deliveries_are_listed(owner: Client, store: Store, address: Address) -> None:
    foreign = DeliveryFactory.create(exhausted=True)
    make(store)
    assert foreign.public_id not in owner.get(address("deliveries")).text
    other_endpoint = owner.get(address("deliveries") + f"?endpoint={foreign.endpoint.public_id}").text
    assert foreign.public_id not in other_endpoint
    assert "No delivery matches" in other_endpoint
    assert foreign.public_id not in owner.get(address("deliveries") + f"?order={foreign.order_id}").text


@pytest.mark.parametrize("name", ["state", "event", "endpoint", "order", "since", "after"])
def test_each_filter_narrows(owner: Client, store: Store, address: Address, name: str) -> None:
    now = timezone.now()
    old = uuid7_floor(now - timedelta(hours=3))
    wanted_event = OrderEventFactory.create(store=store, type="order.voided", order_id="ord-77")
    wanted = DeliveryFactory.create(exhausted=True, event=wanted_event)
    other = make(store, id=old, delivered=True)
    value = {
        "state": "exhausted",
        "event": "order.voided",
        "endpoint": wanted.endpoint.public_id,
        "order": "ord-77",
        "since": "1h",
        "after": timezone.localtime(now - timedelta(hours=1), ZoneInfo(store.timezone)).strftime("%Y-%m-%dT%H:%M"),
    }[name]
    page = owner.get(address("deliveries"), {name: value}).text
    assert f'id="{wanted.public_id}"' in page
    assert f'id="{other.public_id}"' not in page
    assert "Clear filters" in page


def test_a_stretch_of_time_is_typed_by_the_stores_clock(owner: Client, store: Store, address: Address) -> None:
    Store.objects.filter(pk=store.pk).update(timezone="Asia/Tokyo")
    tokyo = ZoneInfo("Asia/Tokyo")
    day = timezone.localdate(timezone=tokyo) - timedelta(days=1)
    early, wanted, late = (
        make(store, delivered=True, id=uuid7_floor(datetime(day.year, day.month, day.day, hour, 30, tzinfo=tokyo)))
        for hour in (8, 9, 10)
    )
    page = owner.get(address("deliveries"), {"after": f"{day}T09:00", "before": f"{day}T10:00"}).text
    shown = [one for one in (early, wanted, late) if f'id="{one.public_id}"' in page]
    assert shown == [wanted]
    assert re.search(r'class="delivery-times"\s+open', page)
    assert f"{address('deliveries_csv')}?after={day}T09%3A00&amp;before={day}T10%3A00" in page


def test_a_value_no_filter_has_shows_nothing_rather_than_everything(
    owner: Client, store: Store, address: Address
) -> None:
    made = make(store)
    page = owner.get(address("deliveries"), {"state": "nonsense"}).text
    assert made.public_id not in page
    assert "No delivery matches" in page


def test_a_deleted_endpoints_deliveries_can_still_be_listed(owner: Client, store: Store, address: Address) -> None:
    endpoint = EndpointFactory.create(store=store, deleted_at=timezone.now())
    made = make(store, endpoint=endpoint, delivered=True)
    page = owner.get(address("deliveries"), {"endpoint": endpoint.public_id}).text
    assert made.public_id in page
    assert "Deleted endpoint" in page


def test_empty_says_what_will_appear(owner: Client, address: Address) -> None:
    page = owner.get(address("deliveries")).text
    assert "No deliveries yet" in page
    assert "No delivery matches" not in page


def test_an_event_that_is_no_longer_kept_leaves_its_delivery(owner: Client, store: Store, address: Address) -> None:
    made = make(store, delivered=True)
    made.event.delete()
    assert made.public_id in owner.get(address("deliveries")).text


def test_a_poll_gets_the_rows_only_when_something_changed(owner: Client, store: Store, address: Address) -> None:
    made = make(store)
    shown = fingerprint_of(owner.get(address("deliveries")).text)
    same = owner.get(address("deliveries"), headers={**HTMX, "X-Shown": shown})
    assert (same.status_code, same.content) == (204, b"")
    Delivery.objects.filter(pk=made.pk).update(state="delivered", due_at=None, attempt_count=1, last_status=200)
    changed = owner.get(address("deliveries"), headers={**HTMX, "X-Shown": shown})
    assert changed.status_code == 200
    assert re.match(r'\s*<div\s+id="results"\s+data-poll', changed.text)
    assert "Delivered" in changed.text
    assert fingerprint_of(changed.text) != shown


def test_what_a_poll_gives_equals_the_page_loaded_fresh(owner: Client, store: Store, address: Address) -> None:
    make(store, exhausted=True)
    url = address("deliveries") + "?state=exhausted"
    part = owner.get(url, headers=HTMX).text.strip()
    assert part in owner.get(url).text


def test_a_page_holds_fifty_and_the_next_holds_the_rest(owner: Client, store: Store, address: Address) -> None:
    endpoint = EndpointFactory.create(store=store)
    made = [make(store, delivered=True, endpoint=endpoint) for _number in range(52)]
    first = owner.get(address("deliveries")).text
    assert first.count('scope="row"') == 50
    following = re.search(r'rel="next"\s+href="([^"]+)"', first)
    assert following
    second = owner.get(following[1].replace("&amp;", "&")).text
    assert second.count('scope="row"') == 2
    assert made[0].public_id in second


def test_no_query_counts_rows_or_reads_orders(owner: Client, store: Store, address: Address) -> None:
    make(store)
    with CaptureQueriesContext(connection) as captured:
        owner.get(address("deliveries"), headers=HTMX)
    statements = [query["sql"] for query in captured]
    assert not [sql for sql in statements if "COUNT(" in sql.upper() or "order_json" in sql]


def test_who_may(people: Personas, signed_in: Callable[..., Client], address: Address) -> None:
    for insider in people.insiders():
        assert signed_in(insider).get(address("deliveries")).status_code == 200
    assert signed_in(people.stranger).get(address("deliveries")).status_code == 404
    assert signed_in(people.owner).post(address("deliveries")).status_code == 405


def test_an_unlicensed_store_is_led_to_upgrade(owner: Client, store: Store, address: Address) -> None:
    Assignment.objects.all().delete()
    answer = owner.get(address("deliveries"))
    assert (answer.status_code, answer["Location"].rstrip("/").rsplit("/", 1)[-1]) == (302, "upgrade")


@pytest.mark.parametrize(("level", "days"), [("pro", 30), ("enterprise", 90)])
def test_it_says_how_long_deliveries_are_kept(
    owner: Client, store: Store, address: Address, level: str, days: int
) -> None:
    Subscription.objects.filter(organization=store.organization).update(level=level)
    assert f"deliveries are kept for {days} days" in owner.get(address("deliveries")).text
