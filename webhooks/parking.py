"""Parked deliveries come back when what stopped them is over."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef

from backoffice.accounts.models import User
from backoffice.tenancy.models import Store
from licensing.entitlements import licensed_stores
from webhooks.models import Delivery, Endpoint
from webhooks.outbox import announce

#: What one statement makes due. The sweeper does what is left over.
MOST_AT_A_TIME = 5000
#: Statements of one look for what was forgotten.
MOST_STATEMENTS = 20

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
    of_organizations = Endpoint.objects.callable().filter(organization__in={store.organization_id for store in stores})
    unpark(list(of_organizations.values_list("pk", flat=True)), stores=[store.pk for store in stores])


def unpark_provider(slug: str) -> None:
    """A provider was switched on again: what its enabled endpoints missed is due again."""
    unpark(list(Endpoint.objects.callable().filter(integration__provider_slug=slug).values_list("pk", flat=True)))


def unpark_forgotten() -> int:
    """Make due what is parked though nothing stops it: more than one statement takes, or stored while its endpoint was resumed."""
    parked = Delivery.objects.filter(endpoint=OuterRef("pk"), state=Delivery.State.PARKED)
    with_parked = Endpoint.objects.callable().filter(Exists(parked))
    found = dict(with_parked.filter(store__isnull=False).values_list("pk", "store_id"))
    licensed = licensed_stores(found.values()) if found else set()
    free = [endpoint for endpoint, store in found.items() if store in licensed]
    total = sum(_unpark_shared(endpoint) for endpoint in with_parked.filter(store__isnull=True))
    for _statement in range(MOST_STATEMENTS):
        unparked = unpark(free)
        total += unparked
        if unparked < MOST_AT_A_TIME:
            break
    return total


def _unpark_shared(endpoint: Endpoint) -> int:
    """What an organization's endpoint has parked for stores that have a license."""
    parked = Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.PARKED)
    stores = parked.order_by("store_id").values_list("store_id", flat=True).distinct()
    licensed = licensed_stores(stores)
    return unpark([endpoint.pk], stores=licensed) if licensed else 0
