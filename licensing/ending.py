"""The end of a closed store: once it cannot be opened again, its keys and secrets are destroyed, a bounded number of stores a day."""

import logging
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

from backoffice.tenancy.audit import record
from backoffice.tenancy.models import Store
from backoffice.tenancy.transactions import tenant_transaction
from licensing.closing import kept_until
from licensing.entitlements import LONGEST_RETENTION_DAYS, SHORTER_RETENTION_DAYS, stores_kept_for
from licensing.subscribers import store_ended

logger = logging.getLogger(__name__)

#: Stores that one run ends at most; the next day's goes on.
MOST_A_DAY = 500


def end_closed_stores(now: datetime) -> int:
    """End every closed store whose time to be opened again is over at `now`; returns how many were.

    Each is one transaction in its tenant, so a run that is killed loses one store, several may run at once, and one that fails is logged
    and holds no other up.
    """
    ended = 0
    for store in _over(now):
        try:
            ended += _end(store, now)
        except Exception:
            logger.exception("The store %s could not be ended; the next run tries again.", store.public_id)
    return ended


def _over(now: datetime) -> Iterator[Store]:
    left = MOST_A_DAY
    for days in (*SHORTER_RETENTION_DAYS, LONGEST_RETENTION_DAYS):
        over = stores_kept_for(days).filter(ended_at__isnull=True, closed_at__lt=now - timedelta(days=days))
        found = list(over.order_by("closed_at", "pk")[:left])
        yield from found
        left -= len(found)


def _end(store: Store, now: datetime) -> bool:
    """False where somebody else has ended or opened it, or its plan has come to keep more."""
    with tenant_transaction(store.organization_id):
        found = _locked(store.pk)
        until = kept_until(found)
        if until is None or now <= until:
            return False
        destroyed = store_ended(found)
        found.ended_at = now
        found.save(update_fields=["ended_at"])
        record(action="store.ended", by=None, store=found, target=found, changes=destroyed)
        return True


def _locked(store_id: uuid.UUID) -> Store:
    """As it is now: whoever opens it again waits, and then finds that it has ended."""
    return Store.objects.select_for_update(of=("self",)).select_related("organization").get(pk=store_id)
