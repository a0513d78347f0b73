"""Two calls with the same idempotency keys at a time: each post has its outcome, and each order is stored once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep
from typing import cast

import pytest
from django.db import connection

from tests.factories.licensing import LicensedStoreFactory
from tests.webhooks.orders import smallest_order
from webhooks.canonical.order import Order
from webhooks.ingest import Answer, IdempotencyKeyReusedError, Post, ingest_all
from webhooks.ingest_functions import COMPRESS_ORDERS, INGEST
from webhooks.models import IdempotencyKey, OrderEvent

pytestmark = pytest.mark.django_db(transaction=True)

_LOOKED_UP = "    IF known_ids IS NOT NULL THEN\n"
_PAUSE = "    IF 'slow' = ANY (SELECT (unnest(fresh)).key) THEN PERFORM pg_sleep(1); END IF;\n"


@pytest.fixture
def _slow_after_looking_up() -> Iterator[None]:
    """A call with the key `slow` waits for a second between looking keys up and storing."""
    assert INGEST.count(_LOOKED_UP) == 1
    with connection.cursor() as cursor:
        cursor.execute(INGEST.replace(_LOOKED_UP, _PAUSE + _LOOKED_UP))
    yield
    with connection.cursor() as cursor:
        cursor.execute(INGEST)
        cursor.execute(COMPRESS_ORDERS)


def _post(key: str) -> Post:
    return Post("order.opened", Order.model_construct(**smallest_order()), '{"id":"ord_1"}', idempotency_key=key)


def _sleeping() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database())"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.usefixtures("_slow_after_looking_up")
def test_a_key_that_is_committed_after_it_was_looked_up_beside_one_that_was_known() -> None:
    store = LicensedStoreFactory.create()

    def take_in(*keys: str) -> list[Answer | IdempotencyKeyReusedError]:
        return ingest_all(store=store, api_key=None, posts=[_post(key) for key in keys])

    def take_in_beside() -> list[Answer | IdempotencyKeyReusedError]:
        try:
            return take_in("before", "meanwhile", "slow")
        finally:
            connection.close()

    (before,) = cast("list[Answer]", take_in("before"))
    with ThreadPoolExecutor(1) as threads:
        beside = threads.submit(take_in_beside)
        until = monotonic() + 10
        while not _sleeping():
            assert monotonic() < until
            sleep(0.02)
        (meanwhile,) = cast("list[Answer]", take_in("meanwhile"))
        known, late, own = cast("list[Answer]", beside.result(timeout=20))

    assert known == Answer(before.content, replayed=True)
    assert late == Answer(meanwhile.content, replayed=True)
    assert not own.replayed
    assert (OrderEvent.objects.count(), IdempotencyKey.objects.count()) == (3, 3)
