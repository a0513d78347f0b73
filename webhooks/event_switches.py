"""Turning one switch of an endpoint's events on or off, whatever somebody else changes of it at the same time."""

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.tenancy.audit import Actor, record
from webhooks.endpoint_changes import locked, owner_of, save
from webhooks.models import Endpoint
from webhooks.opened_orders import SWITCHES, as_stored, switched_on


class LastEventError(Exception):
    """An endpoint without an event would never be called: that is what a pause is for."""

    def __init__(self) -> None:
        super().__init__(_("At least one event stays on. Pause the endpoint to send nothing at all."))


@transaction.atomic
def switch(*, endpoint: Endpoint, switch: str, on: bool, by: Actor) -> Endpoint:
    """Orders taken from now on follow it; what waits already is still sent.

    Raises LastEventError, and ValueError for what is none of SWITCHES.
    """
    if switch not in SWITCHES:
        raise ValueError(f"No endpoint can ask for {switch!r}.")
    found = locked(endpoint)
    before = switched_on(found.event_types, found.opened_from)
    wanted = before | {switch} if on else before - {switch}
    if not wanted:
        raise LastEventError
    if wanted != before:
        shown = {"event_types": found.event_types, "opened_from": str(found.opened_from)}
        found.event_types, found.opened_from = as_stored(wanted)
        save(found)
        after = {"event_types": found.event_types, "opened_from": str(found.opened_from)}
        changes = {name: [shown[name], after[name]] for name in after if shown[name] != after[name]}
        record(action="endpoint.updated", by=by, **owner_of(found), target=found, changes=changes)
    return found
