"""Going on with erasures, a bounded step at a time: each is one transaction, so whoever is killed loses a step and no more."""

import logging
import uuid
from collections.abc import Callable
from time import monotonic

from django.db import transaction
from django.utils import timezone

from backoffice.tenancy.audit import record
from webhooks.erasure.asking import cancel, settled, unconfirmed
from webhooks.erasure.erasing import erase_next, tidy_up
from webhooks.erasure.looking import count_found, look_on, more_to_look_at
from webhooks.models import CustomerErasure

logger = logging.getLogger(__name__)

#: A task goes on for so long; the next one goes on where it stopped.
BUDGET_SECONDS = 50.0
_State = CustomerErasure.State


def go_on_with_all(*, seconds: float = BUDGET_SECONDS) -> None:
    """Go on with what is under way, in turns, and call off what nobody confirms; any number of processes may.

    One that fails is logged and left out until the next time: it holds no other up.
    """
    until = monotonic() + seconds
    waiting = list(
        CustomerErasure.objects.filter(state__in=[_State.LOOKING, _State.ERASING])
        .order_by("id")
        .values_list("pk", flat=True)
    )
    while waiting and monotonic() < until:
        waiting = [pk for pk in waiting if monotonic() < until and _tried(go_on, pk)]
    for pk in unconfirmed():
        _tried(_call_off, pk)
    while monotonic() < until and tidy_up():
        pass


def _tried(step: Callable[[uuid.UUID], bool | None], erasure_id: uuid.UUID) -> bool:
    try:
        return bool(step(erasure_id))
    except Exception:
        logger.exception("The erasure %s failed; the next time goes on with it.", erasure_id)
        return False


def _call_off(erasure_id: uuid.UUID) -> None:
    cancel(erasure=CustomerErasure(pk=erasure_id), by=None)


@transaction.atomic
def go_on(erasure_id: uuid.UUID) -> bool:
    """One step. Returns whether there is more to do now; False where another process is at it, or its events are not settled yet."""
    rows = CustomerErasure.objects.select_for_update(of=("self",), skip_locked=True)
    found = rows.select_related("organization", "store", "confirmed_by").filter(pk=erasure_id).first()
    if found is None or not found.under_way:
        return False
    if not found.looked_through and not settled(found):
        return False
    if not found.looked_through:
        look_on(found)
    elif found.state == _State.ERASING and not erase_next(found):
        _finish(found)
    if found.state == _State.LOOKING and not more_to_look_at(found):
        count_found(found)
        found.state = _State.FOUND
    found.save()
    return found.under_way


def _finish(erasure: CustomerErasure) -> None:
    """What was asked for is forgotten; the history keeps how much was erased, and a keyed hash."""
    erasure.state, erasure.finished_at, erasure.wanted_ciphertext = _State.DONE, timezone.now(), None
    record(
        action="customer.erased",
        by=erasure.confirmed_by,
        organization=erasure.organization,
        store=erasure.store,
        target=erasure,
        changes={
            "looked_for_by": erasure.kind,
            "keyed_sha256": erasure.wanted_sha256,
            "events": erasure.erased_events,
            "tries": erasure.cleared_tries,
            "mails": erasure.removed_mails,
            "notes": erasure.cleared_notes,
        },
    )
