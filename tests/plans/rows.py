"""Enough rows for the planner to care: a season of deliveries over every week's partition, and the tables around them."""

import uuid
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import connection
from django.db.models import Model
from django.utils import timezone

from backoffice.database.partitions import WEEKS_AHEAD, ensure_partitions, existing_weeks, week_of
from backoffice.tenancy.models import Store
from integrations.models import ActionSchedule, ApiKey, Integration
from tests.factories.integrations import ApiKeyFactory, IntegrationFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import MemberFactory
from tests.factories.webhooks import AttemptFactory, EndpointFactory
from webhooks.models import Attempt, Delivery, Endpoint, EngineTotals, HourlyFigures, IdempotencyKey, Lane, OrderEvent

WEEKS_BACK = 12
PER_WEEK = 8_000
STORES = 10_000
STORES_WITH_FIGURES = 400
HOURS = 72


@dataclass(frozen=True, slots=True)
class Sample:
    """One store among the many, with what belongs to it."""

    store: Store
    endpoint: Endpoint
    lane: Lane
    delivery: Delivery
    event: OrderEvent
    key: str
    user: object
    integration: Integration
    #: Of the store's organization, for every one of its stores.
    shared: Endpoint


def build() -> Sample:
    """Rows by the hundred thousand, made of one of each by the database itself; in the caller's transaction."""
    _start_from_nothing()
    store = LicensedStoreFactory.create()
    key = ApiKeyFactory.create(store=store)
    user = MemberFactory.create(owner=True, organization=store.organization).user
    attempt = AttemptFactory.create(delivery__event__store=store)
    delivery = attempt.delivery
    endpoint, lane = delivery.endpoint, delivery.lane
    HourlyFigures.objects.create(endpoint=endpoint, hour=timezone.now(), latency_buckets=[1] * 17)
    IdempotencyKey.objects.create(store=store, key="first", body_sha256=b"x" * 32, answer="{}")
    EngineTotals.objects.create(slot=0, latency_buckets=[1] * 17, flush_buckets=[1] * 10)
    integration = IntegrationFactory.create(store=store)
    _around(store, endpoint, lane)
    _scheduled(integration)
    Endpoint.objects.filter(pk=endpoint.pk).update(integration=integration)
    _season(store, delivery, attempt)
    shared = _share(store)
    _analyze()
    own = Delivery.objects.filter(store=store, state="delivered").order_by("-id")[0]
    return Sample(store, endpoint, lane, own, own.event, key.text, user, integration, shared)  # type: ignore[attr-defined]


def _around(store: Store, endpoint: Endpoint, lane: Lane) -> None:
    """As many stores as a large customer has, each with an endpoint, a lane and an API key, some hours of figures and keys of posts."""
    other = "md5('store' || n)::uuid"
    _multiply(Store, store.pk, f"generate_series(1, {STORES}) n", id=other, code="'M' || n", name="'Store ' || n")
    _multiply(Endpoint, endpoint.pk, f"generate_series(1, {STORES}) n", id="md5('endpoint' || n)::uuid", store_id=other)
    _multiply(
        Lane,
        lane.pk,
        f"generate_series(1, {STORES}) n",
        id="1000000 + n",
        endpoint_id="md5('endpoint' || n)::uuid",
        next_due_at="CASE WHEN n % 100 = 0 THEN now() - n * interval '1 second' END",
        lease_until="CASE WHEN n % 200 = 1 THEN now() + interval '30 seconds' END",
    )
    key = ApiKey.objects.get(store=store)
    _multiply(
        ApiKey,
        key.pk,
        f"generate_series(1, {STORES}) n",
        id="md5('key' || n)::uuid",
        store_id=other,
        lookup_hash="sha256(n::text::bytea)",
    )
    figures = HourlyFigures.objects.get(endpoint=endpoint)
    _multiply(
        HourlyFigures,
        figures.pk,
        f"generate_series(1, {STORES_WITH_FIGURES}) n, generate_series(1, {HOURS}) h",
        id=f"1000000 + n * {HOURS} + h",
        endpoint_id="md5('endpoint' || n)::uuid",
        hour="date_trunc('hour', now()) - h * interval '1 hour'",
    )
    first = IdempotencyKey.objects.get(store=store)
    _multiply(
        IdempotencyKey,
        first.pk,
        "generate_series(1, 30000) n",
        id="md5('post' || n)::uuid",
        store_id=f"md5('store' || n % {STORES} + 1)::uuid",
        key="'key-' || n",
        created_at="now() - n * interval '1 minute'",
    )


def _scheduled(integration: Integration) -> None:
    """An integration with a daily action in each of the stores; of a thousand one is due, and the others tomorrow."""
    now = timezone.now()
    schedule = ActionSchedule.objects.create(
        integration=integration,
        action="pull",
        every="daily",
        at=time(5),
        timezone=integration.store.timezone,
        next_due_at=now,
    )
    stores = f"generate_series(1, {STORES}) n"
    one = "md5('integration' || n)::uuid"
    _multiply(Integration, integration.pk, stores, id=one, store_id="md5('store' || n)::uuid")
    later = "CASE WHEN n % 1000 = 0 THEN now() ELSE now() + interval '1 day' END"
    _multiply(ActionSchedule, schedule.pk, stores, id=one, integration_id=one, next_due_at=later)


def _share(store: Store) -> Endpoint:
    """An endpoint of the organization, for which other stores have something parked."""
    shared: Endpoint = EndpointFactory.create(store=None, organization=store.organization, every_store=True)
    parked = Delivery.objects.filter(state=Delivery.State.PARKED).exclude(store=store).order_by("-id")
    Delivery.objects.filter(pk__in=list(parked.values_list("pk", flat=True)[:500])).update(endpoint=shared)
    return shared


def _season(store: Store, delivery: Delivery, attempt: Attempt) -> None:
    """Each week gets as many rows, evenly spread over its days and the stores; the sample's store gets every hundredth."""
    weeks = _own_weeks()
    for number, week in enumerate(weeks):
        rows = f"generate_series({number * PER_WEEK + 1}, {(number + 1) * PER_WEEK}) n"
        key = _key(week)
        own = "n % 100 = 0"
        place = f"(n % {STORES} + 1)"
        store_id = f"CASE WHEN {own} THEN '{store.pk}'::uuid ELSE md5('store' || {place})::uuid END"
        _multiply(
            OrderEvent,
            delivery.event_id,
            rows,
            id=key,
            store_id=store_id,
            order_id="'order-' || n / 3",
            order_number="(n / 3)::text",
        )
        running = week <= timezone.now()
        state = "'delivered'"
        if running and week >= week_of(timezone.now()) - timedelta(weeks=1):
            state = "CASE WHEN n % 40 = 7 THEN 'due' WHEN n % 200 = 9 THEN 'parked' ELSE 'delivered' END"
        state = f"CASE WHEN n % 50 = 0 THEN 'exhausted' ELSE {state} END"
        _multiply(
            Delivery,
            delivery.pk,
            rows,
            id=key,
            event_id=key,
            store_id=store_id,
            endpoint_id=f"CASE WHEN {own} THEN '{delivery.endpoint_id}'::uuid ELSE md5('endpoint' || {place})::uuid END",
            lane_id=f"CASE WHEN {own} THEN {delivery.lane_id} ELSE 1000000 + {place} END",
            event_type="CASE WHEN n % 300 = 0 THEN 'order.voided' WHEN n % 2 = 0 THEN 'order.closed' ELSE 'order.updated' END",
            order_id="'order-' || n / 3",
            state=state,
            due_at=f"CASE WHEN {state} = 'due' THEN now() - n * interval '1 millisecond' END",
            attempt_count=f"CASE WHEN {state} = 'due' THEN n % 3 ELSE 1 END",
        )
        _multiply(Attempt, attempt.pk, rows, id=key, delivery_id=key)


def _own_weeks() -> list[datetime]:
    """Of each partitioned table the same weeks whenever this runs: those that other tests have made are gone for this transaction."""
    first = week_of(timezone.now()) - timedelta(weeks=WEEKS_BACK)
    own = [first + timedelta(weeks=week) for week in range(WEEKS_BACK + WEEKS_AHEAD + 1)]
    ensure_partitions(first, weeks=len(own) - 1)
    with connection.cursor() as cursor:
        for table, weeks in existing_weeks().items():
            for week in set(weeks) - set(own):
                cursor.execute(f"DROP TABLE {table}_{week:%Y%m%d}")
    return own


def _key(week: datetime) -> str:
    """A UUIDv7 of the week for row `n`."""
    step = timedelta(weeks=1) / PER_WEEK
    moment = f"('{week.isoformat()}'::timestamptz + (n % {PER_WEEK}) * interval '{step.total_seconds()} seconds')"
    return f"(left(backoffice_uuid7_floor({moment})::text, 24) || lpad(to_hex(n), 12, '0'))::uuid"


def _multiply(model: type[Model], pk: uuid.UUID | int, rows: str, **columns: str) -> None:
    """One more row like the given one for each of `rows`, but for these columns, given as SQL."""
    table = model._meta.db_table
    names = [str(field.column) for field in model._meta.concrete_fields]
    values = [columns.get(name, f'like_this."{name}"') for name in names]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} FROM {table} like_this, {rows} "
            f"WHERE like_this.id = '{pk}'"
        )


def _start_from_nothing() -> None:
    """What tests before have left in the files of the tables counts in the planner's costs: take new files, for this transaction."""
    tables = (Store, Endpoint, Lane, ApiKey, HourlyFigures, IdempotencyKey, OrderEvent, Delivery, Attempt)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(model._meta.db_table for model in tables)} CASCADE")


def _analyze() -> None:
    """Every row is in the sample, so that the same rows have the same plans."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL default_statistics_target = 600")
        cursor.execute("ANALYZE")
