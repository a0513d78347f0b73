"""Taking in an order event: one transaction, or nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from backoffice.database.partitions import week_of
from backoffice.tenancy.models import Store
from tests.factories.integrations import ApiKeyFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.webhooks import EndpointFactory
from tests.webhooks.keys import text_of
from tests.webhooks.orders import smallest_order
from webhooks import ingest as module
from webhooks import outbox
from webhooks.canonical.order import Order
from webhooks.ingest import (
    Answer,
    IdempotencyKeyReusedError,
    PostedMeanwhileError,
    TryAgainError,
    content_sha256,
    ingest,
    occurred_at,
)
from webhooks.models import Delivery, IdempotencyKey, OrderEvent

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def store(db: None) -> Store:
    made: Store = LicensedStoreFactory.create()
    return made


def take_in(store: Store, **changes: Any) -> Answer:
    order = Order.model_construct(**smallest_order())
    order_json = '{"id":"ord_1"}'
    arguments: dict[str, Any] = {
        "store": store,
        "api_key": None,
        "type": "order.opened",
        "order": order,
        "order_json": order_json,
        **changes,
    }
    if "idempotency_key" in changes:
        arguments["body_sha256"] = content_sha256(arguments["type"], arguments["order_json"])
    return ingest(**arguments)


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
def test_it_refuses_to_stand_outside_of_a_transaction() -> None:
    store = LicensedStoreFactory.create()
    with pytest.raises(transaction.TransactionManagementError):
        take_in(store)


def test_nothing_is_kept_if_deliveries_cannot_be_stored(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "add", mock.Mock(side_effect=IntegrityError("another constraint")))
    with pytest.raises(IntegrityError), transaction.atomic():
        take_in(store, idempotency_key="k")
    assert not OrderEvent.objects.exists()
    assert not IdempotencyKey.objects.exists()


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


def test_a_key_that_was_committed_meanwhile(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was not there when it was looked for, and is there when ours is to be kept: run again, and find it."""
    take_in(store, idempotency_key="k")
    with monkeypatch.context() as patch:
        patch.setattr(module, "_known_answer", lambda *_arguments: None)
        with pytest.raises(PostedMeanwhileError), transaction.atomic():
            take_in(store, idempotency_key="k")
    assert OrderEvent.objects.count() == 1
    assert issubclass(PostedMeanwhileError, TryAgainError)


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
