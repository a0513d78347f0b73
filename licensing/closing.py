"""Closing a store: its seats are freed and nothing of it works from the next request on; it may be opened again while its data is kept."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from backoffice.accounts.models import User
from backoffice.tenancy.audit import record
from backoffice.tenancy.models import Store
from licensing.assignments import locked, take, tried_again
from licensing.entitlements import retention_days
from licensing.models import DraftChange, License


class TooLateError(Exception):
    """The store was closed so long ago that its orders are no longer kept; the message says since when."""


def close_store(*, store: Store, by: User | None) -> int:
    """Close it and free its seats; returns how many there were. One that is closed already stays as it is.

    What waits for its endpoints is parked, as where a license is lost. Licenses are locked before the store, as they are where
    seats are given, so a seat can neither be given meanwhile nor be forgotten.
    """
    return tried_again(lambda: _close(store, by))


def _close(store: Store, by: User | None) -> int:
    licenses = License.objects.filter(organization_id=store.organization_id).values_list("pk", flat=True)
    held = locked(list(licenses))
    found = Store.objects.select_for_update().get(pk=store.pk)
    if found.closed_at is not None:
        return 0
    freed = sum(take(license, [found], by) for license in held.values())
    DraftChange.objects.filter(store=found).delete()
    found.closed_at = timezone.now()
    found.save(update_fields=["closed_at"])
    record(action="store.closed", by=by, store=found, target=found, changes={"seats_freed": freed})
    return freed


@transaction.atomic
def reopen_store(*, store: Store, by: User | None) -> None:
    """Open a closed store again, with all that is still kept of it. It has no seat: that is given on the License page.

    Raises TooLateError once the orders it had when it was closed are no longer kept, or its secrets are destroyed: a plan that keeps more
    brings neither back.
    """
    found = Store.objects.select_for_update().get(pk=store.pk)
    if found.closed_at is None:
        return
    until = kept_until(found)
    if until is None or timezone.now() > until:
        raise TooLateError(
            _(
                "It was closed on %(day)s, and what it had is no longer kept. Add it as a new store instead, with another code."
            )
            % {"day": date_format(timezone.localdate(found.closed_at))}
        )
    since, found.closed_at = found.closed_at, None
    found.save(update_fields=["closed_at"])
    record(action="store.reopened", by=by, store=found, target=found, changes={"closed_at": [since.isoformat(), None]})


def kept_until(store: Store) -> datetime | None:
    """Until when a closed store can be opened again: as long as its plan keeps orders. None for one that is not closed, or has ended."""
    if store.closed_at is None or store.ended_at is not None:
        return None
    return store.closed_at + timedelta(days=retention_days(store.organization_id))
