"""Keeping tables from growing without bound: old weeks are dropped, a shorter plan's rows deleted, expired keys forgotten.

What is still due is never removed, however old: its week stays until it was delivered, parked, stopped or given up.
"""

import logging
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic, sleep

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from backoffice.database.identifiers import uuid7_floor, uuid7_time
from backoffice.database.partitions import existing_weeks
from licensing.entitlements import LONGEST_RETENTION_DAYS, SHORTER_RETENTION_DAYS, stores_kept_for
from webhooks.delivery_log import CLOCKS_APART

logger = logging.getLogger(__name__)

WEEK = timedelta(weeks=1)
#: An idempotency key is remembered for so long.
KEYS_KEPT = timedelta(days=30)
#: Rows of one statement, so that no lock is held for long and nobody waits behind it.
ROWS_AT_A_TIME = 1000
STORES_AT_A_TIME = 500
#: A run ends after so many seconds; the next goes on where it stopped.
BUDGET_SECONDS = 600.0
#: A drop gives up waiting for its lock after a tenth of a second, so that ingest never waits behind it, and tries again.
LOCK_TRIES = 20
LOCK_PAUSE_SECONDS = 0.5

_DROP = "SELECT dropped, waiting FROM webhooks_drop_week(%s)"

_OLD_DELIVERIES = """
SELECT old.id FROM unnest(%(stores)s::uuid[]) AS store(id)
CROSS JOIN LATERAL (
    SELECT d.id FROM webhooks_delivery d
    WHERE d.store_id = store.id AND d.id < %(before)s::uuid AND d.state <> 'due'
    ORDER BY d.id DESC LIMIT %(most)s
) AS old LIMIT %(most)s
"""
# An attempt is no older than its delivery, but for clocks that differ, so older weeks are not looked into.
_DELETE_ATTEMPTS = "DELETE FROM webhooks_attempt WHERE delivery_id = ANY(%(ids)s::uuid[]) AND id >= %(oldest)s::uuid"
_DELETE_DELIVERIES = "DELETE FROM webhooks_delivery WHERE id = ANY(%(ids)s::uuid[]) AND state <> 'due'"
# A delivery's id begins as that of its event, or is younger.
_OLD_EVENTS = """
SELECT old.id FROM unnest(%(stores)s::uuid[]) AS store(id)
CROSS JOIN LATERAL (
    SELECT e.id FROM webhooks_orderevent e
    WHERE e.store_id = store.id AND e.id < %(before)s::uuid
      AND NOT EXISTS (
          SELECT FROM webhooks_delivery d
          WHERE d.event_id = e.id AND d.id >= (left(e.id::text, 18) || '-0000-000000000000')::uuid AND d.state = 'due'
      )
    ORDER BY e.id DESC LIMIT %(most)s
) AS old LIMIT %(most)s
"""
_DELETE_EVENTS = "DELETE FROM webhooks_orderevent WHERE id = ANY(%(ids)s::uuid[])"
_DELETE_KEYS = """
DELETE FROM webhooks_idempotencykey WHERE id = ANY(ARRAY(
    SELECT id FROM webhooks_idempotencykey WHERE created_at < %(before)s ORDER BY created_at LIMIT %(most)s
))
"""
_DELETE_FIGURES = """
DELETE FROM webhooks_hourlyfigures WHERE id = ANY(ARRAY(
    SELECT id FROM webhooks_hourlyfigures WHERE hour < %(before)s ORDER BY hour LIMIT %(most)s
))
"""


@dataclass(slots=True)
class Kept:
    """What a run did. `held` are weeks past their time that something still waits in, `locked` those that were in use."""

    dropped: list[str] = field(default_factory=list)
    held: list[datetime] = field(default_factory=list)
    locked: list[datetime] = field(default_factory=list)
    deliveries: int = 0
    events: int = 0
    keys: int = 0
    figures: int = 0


def keep(*, now: datetime, budget_seconds: float = BUDGET_SECONDS) -> Kept:
    """Remove what is past its time at `now`. May be run again at any moment, and by several at once."""
    until = monotonic() + budget_seconds
    kept = Kept()
    longest = timedelta(days=LONGEST_RETENTION_DAYS)
    _drop_weeks(kept, before=now - longest)
    for days in SHORTER_RETENTION_DAYS:
        _delete_of_plans(kept, days, before=uuid7_floor(now - timedelta(days=days)), until=until)
    kept.keys = _delete_in_batches(_DELETE_KEYS, before=now - KEYS_KEPT, until=until)
    kept.figures = _delete_in_batches(_DELETE_FIGURES, before=now - longest, until=until)
    logger.info("Retention: %s", kept)
    if kept.held:
        logger.warning("Weeks past their time are kept, since something in them is still due: %s", kept.held)
    return kept


def _drop_weeks(kept: Kept, *, before: datetime) -> None:
    weeks = {week for weeks in existing_weeks().values() for week in weeks}
    for week in sorted(week for week in weeks if week + WEEK <= before):
        try:
            dropped, waiting = _drop_one(week)
            while dropped:
                kept.dropped.append(dropped)
                dropped, waiting = _drop_one(week)
            if waiting:
                kept.held.append(week)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            kept.locked.append(week)
            logger.warning("The week of %s is in use and was not dropped; the next run tries again.", week.date())


def _drop_one(week: datetime) -> tuple[str | None, bool]:
    """Drops the next partition of the week, in a transaction of its own: its name, or None and whether something waits in the week."""
    tries = 0
    while True:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(_DROP, [week])
                found: tuple[str | None, bool] = cursor.fetchone()
                return found
        except OperationalError as error:
            tries += 1
            if tries == LOCK_TRIES or not isinstance(error.__cause__, LockNotAvailable):
                raise
        sleep(LOCK_PAUSE_SECONDS)


def _delete_of_plans(kept: Kept, days: int, *, before: uuid.UUID, until: float) -> None:
    """Rows of the stores whose plan keeps them for fewer days than their week is kept."""
    last = uuid.UUID(int=0)
    while stores := list(
        stores_kept_for(days).filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:STORES_AT_A_TIME]
    ):
        last = stores[-1]
        while (deleted := _delete_deliveries(stores, before)) and monotonic() < until:
            kept.deliveries += deleted
        kept.deliveries += deleted
        while (deleted := _delete_events(stores, before)) and monotonic() < until:
            kept.events += deleted
        kept.events += deleted
        if monotonic() >= until:
            return


def _delete_deliveries(stores: list[uuid.UUID], before: uuid.UUID) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        ids = _found(_OLD_DELIVERIES, stores, before)
        if ids:
            oldest = uuid7_floor(uuid7_time(min(ids)) - CLOCKS_APART)
            cursor.execute(_DELETE_ATTEMPTS, {"ids": ids, "oldest": oldest})
            cursor.execute(_DELETE_DELIVERIES, {"ids": ids})
        return len(ids)


def _delete_events(stores: list[uuid.UUID], before: uuid.UUID) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        ids = _found(_OLD_EVENTS, stores, before)
        if ids:
            cursor.execute(_DELETE_EVENTS, {"ids": ids})
        return len(ids)


def _found(query: str, stores: list[uuid.UUID], before: uuid.UUID) -> list[uuid.UUID]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"stores": stores, "before": before, "most": ROWS_AT_A_TIME})
        return [row[0] for row in cursor.fetchall()]


def _delete_in_batches(statement: str, *, before: datetime, until: float) -> int:
    total = 0
    while monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"before": before, "most": ROWS_AT_A_TIME})
            total += cursor.rowcount
            if cursor.rowcount < ROWS_AT_A_TIME:
                break
    return total
