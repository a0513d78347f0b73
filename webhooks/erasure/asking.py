"""Asking for a customer to be looked for, confirming that what was found is erased, and calling it off."""

import uuid
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice import broker
from backoffice.accounts.models import User
from backoffice.database.identifiers import uuid7_floor, uuid7_time
from backoffice.tenancy.audit import record
from backoffice.tenancy.models import Organization, Store
from webhooks.erasure.identities import keyed_hash, seal, spelled
from webhooks.event_log import SETTLED_AFTER
from webhooks.models import CustomerErasure, FoundOrder

TASK = "webhooks.erase_customers"
#: Searches of an organization that are not done with; each reads all its orders.
MOST_AT_A_TIME = 5
#: What was found and is not confirmed for so long, counted from when it was asked for, is called off: it keeps who was asked for.
UNCONFIRMED_FOR = timedelta(days=30)
_BEFORE_ALL = uuid.UUID(int=0)


class TooManyError(Exception):
    """The organization has as many unfinished erasures as it may."""

    def __init__(self) -> None:
        super().__init__(_("There are several unfinished ones already. Finish or cancel one of them first."))


class NotFoundYetError(Exception):
    """It is being looked for still, or is done with: there is nothing to confirm."""

    def __init__(self) -> None:
        super().__init__(_("There is nothing to confirm: it is looked for still, or was finished meanwhile."))


def require_room(organization: Organization) -> None:
    """Raises TooManyError. It holds for as long as the organization's row is locked."""
    if CustomerErasure.objects.filter(organization=organization, finished_at__isnull=True).count() >= MOST_AT_A_TIME:
        raise TooManyError


@transaction.atomic
def ask(*, organization: Organization, store: Store | None, kind: str, text: str, by: User | None) -> CustomerErasure:
    """Look for a customer in the stored orders of `store`, or of every store; nothing is erased by it.

    Raises NothingToLookForError and TooManyError.
    """
    wanted = spelled(kind, text)
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    require_room(organization)
    now = timezone.now()
    erasure = CustomerErasure(
        organization=organization,
        store=store,
        kind=kind,
        wanted_sha256=keyed_hash(kind, wanted),
        after=_BEFORE_ALL,
        until=uuid7_floor(now - SETTLED_AFTER),
        created_by=by,
    )
    erasure.wanted_ciphertext = seal(erasure, wanted)
    erasure.save(force_insert=True)
    _record("customer.looked_for", erasure, by)
    transaction.on_commit(partial(broker.send, TASK))
    return erasure


@transaction.atomic
def confirm(*, erasure: CustomerErasure, by: User | None) -> CustomerErasure:
    """Erase the customer from the orders that were found, and from those that came in since. Raises NotFoundYetError.

    It begins by itself once all orders that came in until now can be seen.
    """
    found = CustomerErasure.objects.select_for_update().get(pk=erasure.pk)
    if found.state != CustomerErasure.State.FOUND:
        raise NotFoundYetError
    found.state, found.confirmed_by = CustomerErasure.State.ERASING, by
    found.after, found.until = found.until, uuid7_floor(timezone.now())
    found.looked_through, found.at_store, found.at_event = False, None, None
    found.save()
    counts = {name: getattr(found, name) for name in ("orders", "events", "tries", "mails", "notes")}
    _record("customer.erasure_confirmed", found, by, **counts)
    return found


def settled(erasure: CustomerErasure) -> bool:
    """Whether no event up to the last that is looked at can still be in a transaction that is open."""
    return timezone.now() >= uuid7_time(erasure.until) + SETTLED_AFTER


@transaction.atomic
def cancel(*, erasure: CustomerErasure, by: User | None) -> CustomerErasure:
    """Call it off and forget what was asked for. One that is erasing goes on: half erased would be neither one nor the other."""
    found = CustomerErasure.objects.select_for_update().get(pk=erasure.pk)
    if found.state not in {CustomerErasure.State.LOOKING, CustomerErasure.State.FOUND}:
        return found
    FoundOrder.objects.filter(erasure=found).delete()
    found.state, found.finished_at, found.wanted_ciphertext = CustomerErasure.State.CANCELLED, timezone.now(), None
    found.save()
    _record("customer.erasure_cancelled", found, by)
    return found


def unconfirmed() -> list[uuid.UUID]:
    """Those that were found and wait for somebody to confirm them for too long, oldest first."""
    before = timezone.now() - UNCONFIRMED_FOR
    rows = CustomerErasure.objects.filter(state=CustomerErasure.State.FOUND, pk__lt=uuid7_floor(before))
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _record(action: str, erasure: CustomerErasure, by: User | None, **counts: int) -> None:
    """The history never says who was looked for: only by what, and a keyed hash of it."""
    record(
        action=action,
        by=by,
        organization=erasure.organization,
        store=erasure.store,
        target=erasure,
        changes={"looked_for_by": erasure.kind, "keyed_sha256": erasure.wanted_sha256, **counts},
    )
