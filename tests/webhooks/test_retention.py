"""What is past its time goes, plan by plan; what is still due stays, however old."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
import time_machine
from django.db import OperationalError, ProgrammingError, connection, connections, transaction
from django.utils import timezone

from backoffice.database.identifiers import uuid7_floor
from backoffice.database.partitions import ensure_partitions, existing_weeks, week_of
from backoffice.tenancy.models import Store
from licensing.models import PlanLevel, Subscription
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import StoreFactory
from tests.factories.webhooks import AttemptFactory, DeliveryFactory, OrderEventFactory
from webhooks import retention
from webhooks.models import Attempt, Delivery, HourlyFigures, IdempotencyKey, OrderEvent
from webhooks.tasks import keep_retention

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.fixture
def now(db: None) -> datetime:
    return timezone.now()


@pytest.fixture
def store(db: None) -> Store:
    """On Enterprise."""
    made: Store = LicensedStoreFactory.create()
    return made


@pytest.fixture
def pro_store(db: None) -> Store:
    made: Store = LicensedStoreFactory.create()
    Subscription.objects.filter(organization=made.organization).update(level=PlanLevel.PRO)
    return made


def row_of(moment: datetime, store: Store, **values: object) -> Delivery:
    """A delivery with its event and one attempt, all made at `moment`, in partitions of that week."""
    ensure_partitions(moment, weeks=0)
    key = uuid7_floor(moment)
    event = OrderEventFactory.create(id=key, store=store)
    delivery: Delivery = DeliveryFactory.create(id=key, event=event, **{"delivered": not values, **values})
    AttemptFactory.create(id=key, delivery=delivery)
    return delivery


def weeks_with_partitions() -> set[datetime]:
    return {week for weeks in existing_weeks().values() for week in weeks}


def rows() -> tuple[int, int, int]:
    return OrderEvent.objects.count(), Delivery.objects.count(), Attempt.objects.count()


def test_a_week_goes_once_all_of_it_is_past_the_longest_retention(now: datetime, store: Store) -> None:
    old = now - timedelta(days=100)
    row_of(old, store)
    week = week_of(old)
    end = week + timedelta(days=7 + 90)
    assert retention.keep(now=end - timedelta(seconds=1)).dropped == []
    assert rows() == (1, 1, 1)
    dropped = retention.keep(now=end).dropped
    assert dropped == [f"webhooks_{table}_{week:%Y%m%d}" for table in ("attempt", "delivery", "orderevent")]
    assert rows() == (0, 0, 0)
    assert week not in weeks_with_partitions()
    assert retention.keep(now=end).dropped == []


def test_the_task_goes_by_the_clock(now: datetime, store: Store) -> None:
    week = week_of(now - timedelta(days=120))
    row_of(week, store)
    with time_machine.travel(week + timedelta(days=96), tick=False):
        keep_retention()
    assert rows() == (1, 1, 1)
    with time_machine.travel(week + timedelta(days=98), tick=False):
        keep_retention()
        keep_retention()
    assert rows() == (0, 0, 0)


@pytest.mark.parametrize("attempts", [0, 3])
def test_a_week_in_which_something_is_due_stays_until_it_is_not(now: datetime, store: Store, attempts: int) -> None:
    old = now - timedelta(days=120)
    due = row_of(old, store, state="due", attempt_count=attempts, due_at=old)
    row_of(old + timedelta(seconds=1), store)
    kept = retention.keep(now=now)
    assert (kept.dropped, kept.held) == ([], [week_of(old)])
    assert rows() == (2, 2, 2)
    Delivery.objects.filter(pk=due.pk).update(state="exhausted", due_at=None)
    assert len(retention.keep(now=now).dropped) == 3
    assert rows() == (0, 0, 0)


def test_an_event_that_is_due_again_keeps_its_week(now: datetime, store: Store) -> None:
    old = now - timedelta(days=120)
    first = row_of(old, store)
    DeliveryFactory.create(event=first.event, replay_of=first.pk)
    kept = retention.keep(now=now)
    assert (kept.dropped, kept.held) == ([], [week_of(old)])


def test_a_shorter_plan_keeps_its_rows_for_a_shorter_time(now: datetime, store: Store, pro_store: Store) -> None:
    unsubscribed = StoreFactory.create()
    for days in (29, 31, 80):
        for number, each in enumerate((store, pro_store, unsubscribed)):
            row_of(now - timedelta(days=days, seconds=number), each)
    kept = retention.keep(now=now)
    assert (kept.deliveries, kept.events) == (4, 4)
    for model in (Delivery, OrderEvent):
        left = {each: model.objects.filter(store=each).count() for each in (store, pro_store, unsubscribed)}
        assert left == {store: 3, pro_store: 1, unsubscribed: 1}
    assert Attempt.objects.count() == 5


def test_it_works_in_batches_and_goes_on_where_it_stopped(
    now: datetime, pro_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "ROWS_AT_A_TIME", 2)
    for number in range(5):
        row_of(now - timedelta(days=40, seconds=number), pro_store)
    first = retention.keep(now=now, budget_seconds=0)
    assert (first.deliveries, first.events) == (2, 2)
    second = retention.keep(now=now)
    assert (second.deliveries, second.events) == (3, 3)
    assert rows() == (0, 0, 0)


def test_what_is_due_outlives_a_shorter_plan(now: datetime, pro_store: Store) -> None:
    old = now - timedelta(days=40)
    row_of(old, pro_store, state="due", due_at=old)
    kept = retention.keep(now=now)
    assert (kept.deliveries, kept.events) == (0, 0)
    assert rows() == (1, 1, 1)


def test_idempotency_keys_are_forgotten_after_thirty_days(now: datetime, store: Store) -> None:
    for days in (29, 31):
        key = IdempotencyKey.objects.create(store=store, key=f"{days}", body_sha256=b"", answer="{}")
        IdempotencyKey.objects.filter(pk=key.pk).update(created_at=now - timedelta(days=days))
    assert retention.keep(now=now).keys == 1
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["29"]


def test_figures_are_kept_as_long_as_the_longest_plan(now: datetime, store: Store) -> None:
    endpoint = DeliveryFactory.create(event__store=store).endpoint
    for days in (89, 91):
        HourlyFigures.objects.create(endpoint=endpoint, hour=now - timedelta(days=days))
    assert retention.keep(now=now).figures == 1
    assert HourlyFigures.objects.get().hour == now - timedelta(days=89)


def test_a_young_week_is_never_dropped_whoever_asks(now: datetime) -> None:
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SET LOCAL ROLE backoffice_worker")
        with pytest.raises(ProgrammingError, match="30 days after its end"), transaction.atomic():
            cursor.execute("SELECT webhooks_drop_week(%s)", [now - timedelta(days=20)])


def test_the_worker_may_drop_and_the_web_may_not(now: datetime, store: Store) -> None:
    week = week_of(now - timedelta(days=120))
    row_of(week, store)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE backoffice_web")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            cursor.execute("SELECT webhooks_drop_week(%s)", [week])
        cursor.execute("SET LOCAL ROLE backoffice_worker")
        assert len(retention.keep(now=now).dropped) == 3


@pytest.fixture
def old_week(transactional_db: None) -> Iterator[datetime]:
    """A week past its time, committed, for tests with several connections."""
    week = week_of(timezone.now() - timedelta(days=150))
    ensure_partitions(week, weeks=0)
    yield week
    retention.keep(now=timezone.now())
    assert week not in weeks_with_partitions()


def test_a_drop_gives_way_to_a_long_read(old_week: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "LOCK_TRIES", 2)
    monkeypatch.setattr(retention, "LOCK_PAUSE_SECONDS", 0.01)
    kept: list[retention.Kept] = []

    def run() -> None:
        try:
            kept.append(retention.keep(now=timezone.now()))
        finally:
            connections.close_all()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM webhooks_attempt")
        started = timezone.now()
        thread = Thread(target=run)
        thread.start()
        thread.join()
        assert timezone.now() - started < timedelta(seconds=5)
    assert (kept[0].dropped, kept[0].locked) == ([], [old_week])


def test_making_a_partition_waits_for_no_writer(old_week: datetime) -> None:
    """Somebody is storing an event, uncommitted, while the coming weeks are made."""
    made: list[int] = []

    def run() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'")
            made.append(ensure_partitions(old_week + timedelta(weeks=1), weeks=0))
        except OperationalError:
            made.append(-1)
        finally:
            connections.close_all()

    with transaction.atomic():
        OrderEventFactory.create(store=LicensedStoreFactory.create())
        thread = Thread(target=run)
        thread.start()
        thread.join()
    assert made == [3]
