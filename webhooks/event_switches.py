"""Turning one order event of an endpoint on or off, whatever somebody else changes of it at the same time."""

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.accounts.models import User
from backoffice.tenancy.audit import record
from webhooks.endpoint_changes import locked, save
from webhooks.event_types import ORDER_EVENT_TYPES
from webhooks.models import Endpoint


class LastEventError(Exception):
    """An endpoint without an event would never be called: that is what a pause is for."""

    def __init__(self) -> None:
        super().__init__(_("At least one event stays on. Pause the endpoint to send nothing at all."))


@transaction.atomic
def switch(*, endpoint: Endpoint, event_type: str, on: bool, by: User | None) -> Endpoint:
    """Orders taken from now on follow it; what waits already is still sent. Raises LastEventError, and ValueError for no order event."""
    if event_type not in ORDER_EVENT_TYPES:
        raise ValueError(f"No endpoint can ask for {event_type!r}.")
    found = locked(endpoint)
    before = [str(event) for event in found.event_types]
    wanted = {*before, event_type} if on else set(before) - {event_type}
    if not wanted:
        raise LastEventError
    after = [event.value for event in ORDER_EVENT_TYPES if event in wanted]
    if set(after) != set(before):
        found.event_types = after
        save(found)
        record(
            action="endpoint.updated",
            by=by,
            store=found.store,
            target=found,
            changes={"event_types": [before, after]},
        )
    return found
