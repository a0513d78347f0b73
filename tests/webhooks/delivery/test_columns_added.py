"""A migration adds columns while processes run: what they have prepared goes on, for old code runs on the new schema."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.db import connection

from backoffice.database.identifiers import uuid7
from backoffice.tenancy.memberships import membership_transaction, memberships_of
from backoffice.tenancy.models import Member, Organization, Store
from integrations.api_keys import authenticate, open_store
from integrations.models import ApiKey, Integration
from tests.factories.integrations import ApiKeyFactory, OrganizationKeyFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import MemberFactory
from tests.load.services import Receiver
from tests.webhooks.orders import smallest_order
from webhooks import endpoints
from webhooks.canonical.order import Order
from webhooks.event_types import ORDER_EVENT_TYPES
from webhooks.ingest import Post, ingest
from webhooks.models import Attempt, Delivery, Endpoint, IdempotencyKey, Lane, OrderEvent
from webhooks.wishes import Wishes

pytestmark = pytest.mark.django_db(transaction=True)

#: What ingest, the engine and the look-ups before the tenant is known read and write.
MODELS = (
    Organization,
    Store,
    Member,
    ApiKey,
    Integration,
    Endpoint,
    Lane,
    OrderEvent,
    Delivery,
    Attempt,
    IdempotencyKey,
)


@pytest.fixture
def add_columns() -> Iterator[Callable[[], None]]:
    """Adds a column to each, from another connection; the test's own keeps what it has prepared."""
    parameters = connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}

    def alter(how: str) -> None:
        with psycopg.connect(**parameters, autocommit=True) as other:
            for model in MODELS:
                other.execute(f"ALTER TABLE {model._meta.db_table} {how}".encode())

    yield lambda: alter("ADD COLUMN added integer DEFAULT 5")
    alter("DROP COLUMN IF EXISTS added")


def test_orders_are_taken_in_and_delivered_before_and_after(
    receiver: Receiver, run_until_idle: Callable[[], None], add_columns: Callable[[], None]
) -> None:
    store = LicensedStoreFactory.create()
    endpoints.create(
        store=store,
        wishes=Wishes(url=receiver.url("ok/5"), event_types=ORDER_EVENT_TYPES),
        by=None,
        greet=False,
    )
    order = Order.model_construct(**smallest_order())

    def deliver() -> None:
        for _ in range(2):
            ingest(store=store, api_key=None, post=Post("order.opened", order, '{"id":"ord_1"}', uuid7().hex))
        run_until_idle()

    deliver()
    assert Delivery.objects.filter(state="delivered", attempt_count=1).count() == 2
    before = connection.connection
    add_columns()
    deliver()
    assert Delivery.objects.filter(state="delivered", attempt_count=1).count() == 4
    assert Attempt.objects.count() == 4
    assert connection.connection is before


def test_keys_and_memberships_are_found_before_and_after(add_columns: Callable[[], None]) -> None:
    member = MemberFactory.create()
    store = LicensedStoreFactory.create(organization=member.organization)
    key, organization_key = (
        ApiKeyFactory.create(store=store),
        OrganizationKeyFactory.create(organization=store.organization),
    )

    def found() -> list[object]:
        with membership_transaction(member.user_id, member.organization.slug) as entered:
            pass
        return [
            entered,
            memberships_of(member.user_id, most=5),
            authenticate(key.text),  # type: ignore[attr-defined]
            open_store(organization_key, store.code),
        ]

    expected = [member, [member], key, store]
    assert found() == expected
    before = connection.connection
    add_columns()
    assert found() == expected
    assert connection.connection is before
