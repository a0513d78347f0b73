"""Parked deliveries come back when what stopped them is over."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef

from backoffice.accounts.models import User
from backoffice.tenancy.models import Store
from licensing.entitlements import enterprise_organizations, has_hub_sql, licensed_stores
from webhooks.models import Delivery, Endpoint
from webhooks.outbox import announce

#: What one statement makes due. The sweeper does what is left over.
MOST_AT_A_TIME = 5000
#: Statements of one look for what was forgotten.
MOST_STATEMENTS = 20
#: Stores with something parked at an endpoint that one look asks about.
STORES_AT_A_LOOK = 1000

_UNPARK_STORES = """
UPDATE webhooks_delivery SET state = 'due', due_at = statement_timestamp(), last_error = '', last_error_detail = ''
WHERE state = 'parked' AND id = ANY(ARRAY(
    SELECT id FROM webhooks_delivery
    WHERE endpoint_id = ANY(%(endpoints)s) AND state = 'parked' AND store_id = ANY(%(stores)s) LIMIT %(most)s
    FOR NO KEY UPDATE SKIP LOCKED
))
RETURNING lane_id
"""

_UNPARK = """
UPDATE webhooks_delivery SET state = 'due', due_at = statement_timestamp(), last_error = '', last_error_detail = ''
WHERE state = 'parked' AND id = ANY(ARRAY(
    SELECT id FROM webhooks_delivery WHERE endpoint_id = ANY(%(endpoints)s) AND state = 'parked' LIMIT %(most)s
    FOR NO KEY UPDATE SKIP LOCKED
))
RETURNING lane_id
"""

# A probe of the index for each store, however much each has parked.
_WAITING_STORES = f"""
WITH RECURSIVE waiting AS (
    SELECT 1 AS number, (
        SELECT store_id FROM webhooks_delivery
        WHERE endpoint_id = %(endpoint)s AND state = 'parked' AND store_id > %(after)s ORDER BY store_id LIMIT 1
    ) AS store_id
    UNION ALL
    SELECT number + 1, (
        SELECT d.store_id FROM webhooks_delivery d
        WHERE d.endpoint_id = %(endpoint)s AND d.state = 'parked' AND d.store_id > waiting.store_id ORDER BY d.store_id LIMIT 1
    )
    FROM waiting WHERE waiting.store_id IS NOT NULL AND number < %(most)s
)
SELECT store_id, {has_hub_sql("waiting.store_id")} FROM waiting WHERE store_id IS NOT NULL ORDER BY store_id
"""  # noqa: S608  # nothing but constants is put in
_FIRST = UUID(int=0)


def unpark(endpoints: Collection[UUID], *, stores: Collection[UUID] | None = None) -> int:
    """Make what is parked for these endpoints due, some thousands of it; returns how many. Whatever may not be sent is parked again.

    With `stores`, only what is theirs: an endpoint of an organization has several. Rows that somebody else has in hand are left to them, so that two who unpark never wait for each other.
    """
    if not endpoints:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            _UNPARK if stores is None else _UNPARK_STORES,
            {"endpoints": list(endpoints), "stores": list(stores or ()), "most": MOST_AT_A_TIME},
        )
        lanes = [lane for (lane,) in cursor.fetchall()]
    announce(lanes)
    return len(lanes)


def unpark_stores(stores: Sequence[Store], by: User | None) -> None:
    """The stores' hubs were licensed: what their enabled endpoints missed is due again."""
    del by
    unpark(list(Endpoint.objects.callable().filter(store__in=stores).values_list("pk", flat=True)))
    organizations = enterprise_organizations({store.organization_id for store in stores})
    of_organizations = Endpoint.objects.callable().filter(organization__in=organizations)
    unpark(list(of_organizations.values_list("pk", flat=True)), stores=[store.pk for store in stores])


def unpark_provider(slug: str) -> None:
    """A provider was switched on again: what its enabled endpoints missed is due again."""
    unpark(list(Endpoint.objects.callable().filter(integration__provider_slug=slug).values_list("pk", flat=True)))


class Forgotten:
    """Looks for what is parked though nothing stops it: more than one statement takes, stored while its endpoint was resumed, or
    waiting for a level that the organization has again."""

    def __init__(self) -> None:
        #: By shared endpoint, the store behind which the next look begins, so that no look grows with the number of stores.
        self._after: dict[UUID, UUID] = {}

    def unpark(self) -> int:
        """Make it due, and return how much it was; the next look finds what is left over."""
        parked = Delivery.objects.filter(endpoint=OuterRef("pk"), state=Delivery.State.PARKED)
        with_parked = Endpoint.objects.callable().filter(Exists(parked))
        owners = dict(with_parked.filter(store__isnull=False).values_list("pk", "store_id"))
        licensed = licensed_stores(owners.values()) if owners else set()
        total = _unpark_all([endpoint for endpoint, store in owners.items() if store in licensed])
        shared = dict(with_parked.filter(store__isnull=True).values_list("pk", "organization_id"))
        enterprise = enterprise_organizations(shared.values()) if shared else set()
        for endpoint, organization in shared.items():
            if organization in enterprise and (stores := self._licensed_of(endpoint)):
                total += _unpark_all([endpoint], stores=stores)
        return total

    def _licensed_of(self, endpoint: UUID) -> list[UUID]:
        """Of the next stores for which the endpoint has something parked, those with a license."""
        with connection.cursor() as cursor:
            cursor.execute(
                _WAITING_STORES,
                {"endpoint": endpoint, "after": self._after.pop(endpoint, _FIRST), "most": STORES_AT_A_LOOK},
            )
            found = cursor.fetchall()
        if len(found) == STORES_AT_A_LOOK:
            self._after[endpoint] = found[-1][0]
        return [store for store, licensed in found if licensed]


def _unpark_all(endpoints: Collection[UUID], *, stores: Collection[UUID] | None = None) -> int:
    total = 0
    for _statement in range(MOST_STATEMENTS):
        unparked = unpark(endpoints, stores=stores)
        total += unparked
        if unparked < MOST_AT_A_TIME:
            break
    return total
