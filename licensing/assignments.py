"""Seats on stores, given and taken in sets: one transaction, one statement a table, and an audit row for each store."""

import uuid
from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

from django.db import IntegrityError, OperationalError, transaction
from django.utils.translation import ngettext

from backoffice.accounts.models import User
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
    """Give each of the stores a seat, all or none. Stores that have one already are left as they are.

    Raises NotEnoughLicenses where the seats do not suffice: the database counts them, whatever else runs at the same time.
    """
    return tried_again(lambda: give(locked([license.pk])[license.pk], stores, by))


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


def give(license: License, stores: Sequence[Store], by: User | None) -> list[Assignment]:
    """Seats for those of the stores that have none, inside the caller's transaction, which holds the lock on the license."""
    having = set(license.assignments.filter(store__in=stores).values_list("store_id", flat=True))
    wanted = [store for store in stores if store.pk not in having]
    if not wanted:
        return []
    made = [Assignment(license=license, store=store, assigned_by=by) for store in wanted]
    try:
        with transaction.atomic():
            Assignment.objects.bulk_create(made)
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
    changes = {"add_on": license.add_on_id}
    record_each(action="license.assigned", by=by, rows=[(seat, seat.store) for seat in made], changes=changes)
    if license.add_on_id == INTEGRATION_HUB:
        subscribers.hub_licensed(wanted, by)
    return made


def take(license: License, stores: Sequence[Store], by: User | None) -> int:
    """The seats of those of the stores that have one are freed, inside the caller's transaction, which holds the lock on the license."""
    by_id = {store.pk: store for store in stores}
    seats = list(license.assignments.filter(store__in=stores))
    if not seats:
        return 0
    for seat in seats:
        seat.license, seat.store = license, by_id[seat.store_id]
    changes = {"add_on": license.add_on_id}
    record_each(action="license.unassigned", by=by, rows=[(seat, seat.store) for seat in seats], changes=changes)
    if license.add_on_id == INTEGRATION_HUB:
        subscribers.hub_unlicensed([seat.store for seat in seats], by)
    Assignment.objects.filter(pk__in=[seat.pk for seat in seats]).delete()
    return len(seats)
