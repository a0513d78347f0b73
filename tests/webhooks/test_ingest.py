"""Taking in an order event: one transaction, or nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event
from time import sleep
from typing import Any, cast

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.database.partitions import week_of
from backoffice.tenancy.models import Store
from tests.factories.integrations import ApiKeyFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.webhooks import EndpointFactory
from tests.webhooks.keys import text_of
from tests.webhooks.orders import smallest_order
from webhooks import ingest as module
from webhooks.canonical.order import Order
from webhooks.ingest import (
    Answer,
    IdempotencyKeyReusedError,
    Post,
    ingest,
    ingest_all,
    occurred_at,
)
from webhooks.models import Delivery, IdempotencyKey, OrderEvent

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def store(db: None) -> Store:
    made: Store = LicensedStoreFactory.create()
    return made


def post(**changes: Any) -> Post:
    order = Order.model_construct(**smallest_order())
    return Post(**{"type": "order.opened", "order": order, "order_json": '{"id":"ord_1"}', **changes})


def take_in(store: Store, **changes: Any) -> Answer:
    return ingest(store=store, api_key=None, post=post(**changes))


def test_the_system_may_post_too(store: Store) -> None:
    answer = take_in(store)
    event = OrderEvent.objects.get()
    assert event.api_key_id is None
    assert event.order_json == '{"id":"ord_1"}'
    assert answer == Answer(
        {
            "event": {"id": event.public_id, "type": "order.opened", "order_id": "ord_1", "test": False},
            "deliveries": 0,
        },
        replayed=False,
    )


@pytest.mark.django_db(transaction=True)
def test_nothing_is_kept_if_deliveries_cannot_be_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of a transaction the statement is one of its own."""
    announced: list[set[int]] = []
    monkeypatch.setattr(module, "announce", announced.append)
    store = LicensedStoreFactory.create()
    EndpointFactory.create(store=store)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE webhooks_delivery ADD CONSTRAINT none_at_all CHECK (false) NOT VALID")
    try:
        with pytest.raises(IntegrityError, match="none_at_all"):
            take_in(store, idempotency_key="k")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE webhooks_delivery DROP CONSTRAINT none_at_all")
    assert not OrderEvent.objects.exists()
    assert not IdempotencyKey.objects.exists()
    assert announced == []


def test_the_tenant_is_named(store: Store) -> None:
    take_in(store)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('backoffice.organization')")
        assert cursor.fetchone() == (str(store.organization_id),)


def test_a_rolled_back_transaction_leaves_no_event_and_wakes_nobody(
    store: Store, django_capture_on_commit_callbacks: Any
) -> None:
    EndpointFactory.create(store=store)
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        assert take_in(store).content["deliveries"] == 1
        transaction.set_rollback(True)
    assert callbacks == []
    assert not OrderEvent.objects.exists()
    assert not Delivery.objects.exists()


def test_a_known_key_with_other_content(store: Store) -> None:
    first = take_in(store, idempotency_key="k")
    assert take_in(store, idempotency_key="k") == Answer(first.content, replayed=True)
    assert list(take_in(store, idempotency_key="k").content) == list(first.content)
    with pytest.raises(IdempotencyKeyReusedError):
        take_in(store, idempotency_key="k", type="order.closed")
    with pytest.raises(IdempotencyKeyReusedError):
        take_in(store, idempotency_key="k", order_json="{}")


@pytest.mark.django_db(transaction=True)
def test_a_key_that_is_committed_meanwhile() -> None:
    """It was not there when it was looked for, and is there when ours is to be kept: the answer is the other post's."""
    store = LicensedStoreFactory.create()
    EndpointFactory.create(store=store)
    started = Event()

    def post_too() -> Answer:
        started.set()
        try:
            return take_in(store, idempotency_key="k")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            first = take_in(store, idempotency_key="k")
            second = threads.submit(post_too)
            started.wait(timeout=10)
            sleep(0.3)
            assert not second.done()
        assert second.result(timeout=10) == Answer(first.content, replayed=True)
    assert (OrderEvent.objects.count(), Delivery.objects.count(), IdempotencyKey.objects.count()) == (1, 1, 1)


def test_posts_of_one_call(store: Store) -> None:
    """New, known, repeated and reused keys side by side: each post has its own outcome, in the order of the posts."""
    lane = EndpointFactory.create(store=store, event_types=["order.opened"]).lanes.get()
    before = take_in(store, idempotency_key="before")
    outcomes = ingest_all(
        store=store,
        api_key=None,
        posts=[
            post(),
            post(idempotency_key="before"),
            post(idempotency_key="new"),
            post(idempotency_key="new"),
            post(idempotency_key="new", order_json="{}"),
            post(idempotency_key="before", order_json="{}"),
            post(type="order.closed"),
        ],
    )
    assert [isinstance(outcome, IdempotencyKeyReusedError) for outcome in outcomes] == [False] * 4 + [True] * 2 + [
        False
    ]
    plain, known, new, repeated, _, _, closed = cast("list[Answer]", outcomes)
    assert known == Answer(before.content, replayed=True)
    assert (plain.replayed, new.replayed, repeated) == (False, False, Answer(new.content, replayed=True))
    assert [answer.content["deliveries"] for answer in (plain, new, closed)] == [1, 1, 0]
    assert OrderEvent.objects.count() == 4
    stored = {event.public_id: event for event in OrderEvent.objects.all()}
    assert [stored[answer.content["event"]["id"]].type for answer in (plain, new, closed)] == [
        "order.opened",
        "order.opened",
        "order.closed",
    ]
    assert Delivery.objects.filter(lane=lane, state="due").count() == 3


def test_a_thousand_posts_are_as_many_statements_as_one(store: Store) -> None:
    for _ in range(3):
        EndpointFactory.create(store=store, event_types=["order.opened"])

    def statements(count: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            posts = [
                post(order_json=f'{{"id":"{number}"}}', idempotency_key=f"{count}-{number}") for number in range(count)
            ]
            outcomes = ingest_all(store=store, api_key=None, posts=posts)
        assert len(outcomes) == count
        return len(captured)

    assert statements(1) == statements(1000)
    assert Delivery.objects.count() == 3 * 1001
    assert OrderEvent.objects.filter(order_json='{"id":"999"}').count() == 1


def test_deliveries_are_in_the_order_of_their_events(store: Store) -> None:
    EndpointFactory.create(store=store, event_types=["order.opened"])
    ingest_all(store=store, api_key=None, posts=[post() for _ in range(50)])
    events = list(OrderEvent.objects.order_by("pk").values_list("pk", flat=True))
    assert list(Delivery.objects.order_by("pk").values_list("event_id", flat=True)) == events
    assert {delivery.version for delivery in Delivery.objects.values_list("pk", flat=True)} == {7}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["webhooks_orderevent", "webhooks_delivery"])
def test_a_missing_partition_is_made_on_the_spot(client: Client, table: str) -> None:
    key = ApiKeyFactory.create()
    EndpointFactory.create(store=key.store)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {table}_{week_of(timezone.now()):%Y%m%d}")
    response = client.post(
        "/api/v1/orders",
        {"type": "order.closed", "order": smallest_order()},
        content_type="application/json",
        headers={"apikey": text_of(key), "idempotency-key": "k"},
    )
    assert response.status_code == 202
    assert response.json()["deliveries"] == 1
    assert (OrderEvent.objects.count(), Delivery.objects.count(), IdempotencyKey.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize(
    ("event_type", "fields", "expected"),
    [
        ("order.opened", {"opened_at": NOW - timedelta(hours=1), "updated_at": NOW}, NOW - timedelta(hours=1)),
        ("order.closed", {"closed_at": NOW - timedelta(minutes=2), "opened_at": NOW}, NOW - timedelta(minutes=2)),
        ("order.voided", {"voided_at": NOW - timedelta(days=40)}, NOW - timedelta(days=40)),
        ("order.updated", {"updated_at": NOW - timedelta(seconds=1)}, NOW - timedelta(seconds=1)),
        ("order.refunded", {"updated_at": NOW - timedelta(seconds=1)}, NOW - timedelta(seconds=1)),
        ("order.closed", {"updated_at": NOW - timedelta(seconds=1)}, NOW - timedelta(seconds=1)),
        ("order.closed", {"closed_at": NOW}, NOW),
        ("order.closed", {"closed_at": NOW + timedelta(seconds=1)}, NOW),
        ("order.closed", {"closed_at": NOW - timedelta(days=3650)}, NOW),
        ("order.closed", {}, NOW),
    ],
)
def test_when_it_happened(event_type: str, fields: dict[str, datetime], expected: datetime) -> None:
    order = Order.model_construct(**smallest_order(**fields))
    assert occurred_at(event_type, order, NOW) == expected
