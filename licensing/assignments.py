"""Seats on stores, given and taken in sets: one transaction, one statement a table, and an audit row for each store."""

import uuid
from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVar

from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils.translation import ngettext

from backoffice.accounts.models import User
from backoffice.database.identifiers import uuid7
from backoffice.tenancy.audit import record_each
from backoffice.tenancy.models import Store
from licensing import subscribers
from licensing.models import INTEGRATION_HUB, Assignment, License

T = TypeVar("T")

TRIES = 4
#: deadlock_detected, serialization_failure: PostgreSQL undid one of two transactions, and it may be tried again.
_PASSING = {"40P01", "40001"}


class NotEnoughLicenses(Exception):
    """More stores were chosen than licenses were bought; the message says how many there are."""


def tried_again(write: Callable[[], T]) -> T:
    """What `write` gives, in a transaction of its own; again, up to TRIES times in all, where PostgreSQL broke a deadlock by undoing it."""
    for attempt in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                return write()
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) not in _PASSING or attempt == TRIES:
                raise
    raise AssertionError("unreachable")


def locked(licenses: Collection[uuid.UUID]) -> dict[uuid.UUID, License]:
    """These licenses, locked until the transaction ends, always in the order of their ids: two who lock several never wait for each other."""
    rows = License.objects.select_related("add_on", "organization").select_for_update(of=("self",))
    return {license.pk: license for license in rows.filter(pk__in=licenses).order_by("pk")}


def assign(*, license: License, stores: Sequence[Store], by: User | None) -> list[Assignment]:
    """Give each of the stores a seat, all or none; returns the new seats. Stores that have one already are left as they are.

    Raises NotEnoughLicenses where the seats do not suffice: the database counts them, whatever else runs at the same time.
    """

    def write() -> list[Assignment]:
        given = give(locked([license.pk])[license.pk], stores, by)
        return list(license.assignments.filter(store__in=given).order_by("pk"))

    return tried_again(write)


def unassign(*, license: License, stores: Sequence[Store], by: User | None) -> int:
    """Take the seat from each of the stores; returns how many had one. Their configuration stays."""
    return tried_again(lambda: take(locked([license.pk])[license.pk], stores, by))


def save_assignments(
    *, license: License, on: Sequence[Store], off: Sequence[Store], by: User | None
) -> tuple[int, int]:
    """Make the stores `on` have a seat and the stores `off` have none, all or nothing; other stores are left as they are.

    Returns how many were given a seat and how many lost it. Raises NotEnoughLicenses, and then nothing has changed. The license is
    locked, so one of two people saving at once waits.
    """

    def write() -> tuple[int, int]:
        held = locked([license.pk])[license.pk]
        taken = take(held, off, by)
        return len(give(held, on, by)), taken

    return tried_again(write)


_GIVE = """
    INSERT INTO licensing_assignment (id, license_id, store_id, assigned_at, assigned_by_id)
    SELECT each.id, %(license)s, each.store_id, statement_timestamp(), %(by)s
    FROM unnest(%(ids)s::uuid[], %(stores)s::uuid[]) AS each (id, store_id)
    JOIN tenancy_store store ON store.id = each.store_id AND store.closed_at IS NULL
    ON CONFLICT (license_id, store_id) DO NOTHING
    RETURNING id, store_id
"""
_TAKE = """
    DELETE FROM licensing_assignment WHERE license_id = %(license)s AND store_id = ANY(%(stores)s::uuid[])
    RETURNING id, store_id
"""


def give(license: License, stores: Sequence[Store], by: User | None) -> list[Store]:
    """Seats for those of the stores that have none and are not closed, which are returned; inside the caller's transaction, which holds the lock on the license."""
    if not stores:
        return []
    parameters: dict[str, Any] = {
        "license": license.pk,
        "by": by.pk if by else None,
        "ids": [uuid7() for _store in stores],
        "stores": [store.pk for store in stores],
    }
    try:
        with transaction.atomic():
            made = _run(_GIVE, parameters)
    except IntegrityError as error:
        if "licensing_license_seats" not in str(error):
            raise
        raise NotEnoughLicenses(
            ngettext(
                "You have %(count)d license. Buy more, or free another store first.",
                "You have %(count)d licenses. Buy more, or free another store first.",
                license.quantity or 0,
            )
            % {"count": license.quantity or 0}
        ) from error
    given = _recorded("license.assigned", license, stores, made, by)
    if given and license.add_on_id == INTEGRATION_HUB:
        subscribers.hub_licensed(given, by)
    return given


def take(license: License, stores: Sequence[Store], by: User | None) -> int:
    """The seats of those of the stores that have one are freed, inside the caller's transaction, which holds the lock on the license."""
    if not stores:
        return 0
    freed = _run(_TAKE, {"license": license.pk, "stores": [store.pk for store in stores]})
    taken = _recorded("license.unassigned", license, stores, freed, by)
    if taken and license.add_on_id == INTEGRATION_HUB:
        subscribers.hub_unlicensed(taken, by)
    return len(taken)


def _run(statement: str, parameters: dict[str, Any]) -> dict[uuid.UUID, uuid.UUID]:
    """The seats that the statement wrote or removed, by store. Thousands are one statement, as arrays."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return {store: seat for seat, store in cursor.fetchall()}


def _recorded(
    action: str, license: License, stores: Sequence[Store], seats: dict[uuid.UUID, uuid.UUID], by: User | None
) -> list[Store]:
    """One audit row for each seat; returns the stores they are for."""
    found = [store for store in stores if store.pk in seats]
    name = str(license)
    record_each(
        action=action,
        by=by,
        target_type=Assignment._meta.label_lower,
        rows=[(seats[store.pk], f"{name} on {store.name}", store) for store in found],
        changes={"add_on": license.add_on_id},
    )
    return found
