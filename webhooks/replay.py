"""Sending again: a resend of one delivery, and ending or hastening its retries."""

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from backoffice.tenancy.audit import Actor, record
from webhooks.delivery_log import endpoint_of, event_of
from webhooks.lanes import open_now
from webhooks.models import Delivery
from webhooks.outbox import add_for, announce


class NotWaitingError(Exception):
    """The delivery is not waiting for a try: it was sent, stopped or given up meanwhile."""

    def __init__(self) -> None:
        super().__init__(_("This delivery is no longer waiting."))


class NotFinishedError(Exception):
    """The delivery is still waiting for its own next try."""

    def __init__(self) -> None:
        super().__init__(
            _("This delivery is still waiting for its next try. Retry now, on its page, makes it at once.")
        )


class GoneError(Exception):
    """The endpoint was deleted, or the order is no longer kept."""

    def __init__(self) -> None:
        super().__init__(_("It cannot be sent again: its endpoint or its order is no longer kept."))


@transaction.atomic
def resend(*, delivery: Delivery, by: Actor) -> Delivery:
    """Deliver the same event to the same endpoint once more: a new delivery, with the event's id and normal retries.

    Raises NotFinishedError while the first has a try to come (parked ones go out by themselves), and GoneError.
    """
    event, endpoint = event_of(delivery), endpoint_of(delivery)
    if event is None or endpoint is None or endpoint.deleted_at is not None:
        raise GoneError
    if delivery.state in {Delivery.State.DUE, Delivery.State.PARKED}:
        raise NotFinishedError
    copy = Delivery.objects.get(pk=add_for(endpoint, event, replay_of=delivery.pk))
    record(action="delivery.resent", by=by, store=delivery.store, target=delivery, changes={"as": copy.public_id})
    return copy


@transaction.atomic
def retry_now(*, delivery: Delivery, by: Actor) -> None:
    """Have its next try made at once, even while the endpoint's breaker or a Retry-After holds calls back. Raises NotWaitingError."""
    changed = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.DUE).update(due_at=Now())
    if not changed:
        raise NotWaitingError
    announce([delivery.lane_id])
    open_now([delivery.endpoint_id])
    record(action="delivery.retried_now", by=by, store=delivery.store, target=delivery)


@transaction.atomic
def stop(*, delivery: Delivery, by: Actor) -> None:
    """Make no further try. One that is under way at this moment may still arrive. Raises NotWaitingError."""
    waiting = Delivery.objects.filter(pk=delivery.pk, state__in=[Delivery.State.DUE, Delivery.State.PARKED])
    if not waiting.update(state=Delivery.State.CANCELLED, due_at=None, finished_at=Now()):
        raise NotWaitingError
    # A later event of the order may have waited for this one.
    announce([delivery.lane_id])
    record(action="delivery.stopped", by=by, store=delivery.store, target=delivery)
