"""Reading a store's deliveries: filters that stand in an address, and the queries that the indexes answer."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from backoffice.database.identifiers import uuid7_floor, uuid7_time
from backoffice.tenancy.models import Store
from webhooks.models import Attempt, Delivery, Endpoint, OrderEvent

#: Clocks of the machines that run the product are never further apart.
CLOCKS_APART = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class DeliveryFilters:
    """What a list of deliveries is narrowed to; an empty field narrows nothing."""

    state: str = ""
    event_type: str = ""
    endpoint_id: uuid.UUID | None = None
    order: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def any(self) -> bool:
        return self != DeliveryFilters()


def of_store(store: Store) -> QuerySet[Delivery]:
    """Every delivery of the store. `store` is a column of the row itself: no join decides whose it is."""
    return Delivery.objects.filter(store_id=store.pk)


def filtered(store: Store, filters: DeliveryFilters) -> QuerySet[Delivery]:
    """The store's deliveries narrowed by `filters`, for keyset pages over `-id`: no filter makes the database count.

    `order` is an order's id or the number on its receipt. It is looked up among the events, whose index leads with the order,
    and only then among deliveries.
    """
    rows = of_store(store)
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.event_type:
        rows = rows.filter(event_type=filters.event_type)
    if filters.endpoint_id:
        rows = rows.filter(endpoint_id=filters.endpoint_id)
    if filters.since:
        rows = rows.filter(pk__gte=uuid7_floor(filters.since))
    if filters.until:
        rows = rows.filter(pk__lt=uuid7_floor(filters.until))
    if filters.order:
        rows = rows.filter(event_id__in=_events_of_order(store, filters.order))
    return rows


#: An order with more events than this is shown by its newest ones.
EVENTS_OF_ONE_ORDER = 500


def _events_of_order(store: Store, order: str) -> list[uuid.UUID]:
    events = OrderEvent.objects.filter(store_id=store.pk, order_id=order).order_by("-id")
    return list(events.values_list("pk", flat=True)[:EVENTS_OF_ONE_ORDER])


def with_names(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Adds what a row shows of its event and endpoint in one query each, without the orders themselves.

    Read them with `event_of` and `endpoint_of`.
    """
    events = OrderEvent.objects.only("id", "order_number", "channel", "order_id")
    endpoints = Endpoint.objects.only("id", "url", "description", "integration_id", "deleted_at")
    return rows.prefetch_related(Prefetch("event", events), Prefetch("endpoint", endpoints))


def event_of(delivery: Delivery) -> OrderEvent | None:
    """The delivery's event; None once retention has dropped it, since no foreign key holds it."""
    try:
        return delivery.event
    except OrderEvent.DoesNotExist:
        return None


def endpoint_of(delivery: Delivery) -> Endpoint | None:
    """The delivery's endpoint, which may be deleted, or gone altogether."""
    try:
        return delivery.endpoint
    except Endpoint.DoesNotExist:
        return None


def latest_of_endpoints(endpoint_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Delivery]:
    """The newest delivery of each endpoint, by endpoint: one index probe an endpoint, in one query."""
    newest = Delivery.objects.filter(endpoint_id=OuterRef("pk")).order_by("-id").values("pk")[:1]
    found = Endpoint.objects.filter(pk__in=list(endpoint_ids)).order_by("pk").values_list(Subquery(newest), flat=True)
    ids = [pk for pk in found if pk is not None]
    return {delivery.endpoint_id: delivery for delivery in Delivery.objects.filter(pk__in=ids).order_by("pk")}


def attempts_of(delivery: Delivery) -> QuerySet[Attempt]:
    """The delivery's attempts, newest first. None is older than the delivery, but for clocks that differ: older weeks are left out."""
    oldest = uuid7_floor(uuid7_time(delivery.pk) - CLOCKS_APART)
    return Attempt.objects.filter(delivery_id=delivery.pk, pk__gte=oldest).order_by("-number", "-id")


def has_any(store: Store) -> bool:
    """Asked by its index: for a store with many deliveries the planner would read some week from its beginning."""
    return bool(of_store(store).order_by("-pk").values_list("pk", flat=True)[:1])


def fingerprint(parts: Iterable[object]) -> str:
    """Changes when anything in `parts` does; a poll that already shows it is answered with nothing."""
    return sha256("|".join(map(str, parts)).encode()).hexdigest()[:20]


def row_fingerprint(delivery: Delivery) -> tuple[object, ...]:
    return (
        delivery.pk,
        delivery.state,
        delivery.attempt_count,
        delivery.due_at,
        delivery.last_status,
        delivery.last_error,
    )
