"""Statements that each order runs are planned once a connection, and the plan stays right as tables fill."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from backoffice.database.identifiers import uuid7
from backoffice.tenancy.models import Store
from tests.factories.licensing import LicensedStoreFactory
from tests.webhooks.orders import smallest_order
from webhooks.canonical.order import Order
from webhooks.ingest import Post, ingest
from webhooks.models import IdempotencyKey

KEYS_OF_THE_STORE = 300


def _post(store: Store) -> None:
    order = Order.model_construct(**smallest_order())
    post = Post("order.opened", order, '{"id":"ord_1"}', idempotency_key=uuid7().hex)
    ingest(store=store, api_key=None, post=post)


def _keys_read() -> int:
    """Rows of idempotency keys that this transaction has fetched, by an index or without."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(idx_tup_fetch, 0) + seq_tup_read FROM pg_stat_xact_user_tables "
            "WHERE relname = 'webhooks_idempotencykey'"
        )
        return int(cursor.fetchone()[0])


@pytest.mark.django_db
def test_a_post_looks_up_its_own_idempotency_key_alone() -> None:
    """The plan is made while there are no keys, as after an installation, and is kept."""
    with connection.cursor() as cursor:
        # What autovacuum has learnt of a table that other tests emptied is forgotten, and it learns nothing until the test ends.
        cursor.execute("TRUNCATE webhooks_idempotencykey")
    store = LicensedStoreFactory.create()
    _post(store)
    IdempotencyKey.objects.bulk_create(
        IdempotencyKey(
            store=store,
            key=f"key-{number}",
            body_sha256=b"x" * 32,
            answer="{}",
            created_at=timezone.now() - timedelta(hours=1),
        )
        for number in range(KEYS_OF_THE_STORE)
    )
    before = _keys_read()
    _post(store)
    assert _keys_read() - before <= 1


@pytest.mark.django_db
@pytest.mark.parametrize("function", ["webhooks_ingest", "webhooks_mark_lanes"])
def test_other_values_need_no_other_plan(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT proconfig FROM pg_proc WHERE proname = %s", [function])
        ((settings,),) = cursor.fetchall()
    assert "plan_cache_mode=force_generic_plan" in settings
