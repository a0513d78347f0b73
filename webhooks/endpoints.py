"""Changes to endpoints: each one transaction, who did it, and its audit row."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.tenancy.audit import Actor, record
from backoffice.tenancy.models import Organization, Store
from integrations.models import Integration
from webhooks import signing_keys
from webhooks.endpoint_changes import choose, owner_of
from webhooks.endpoint_changes import locked as _locked
from webhooks.endpoint_changes import save as _save
from webhooks.endpoint_limits import check_room
from webhooks.endpoint_secrets import open_headers
from webhooks.lanes import follow_limit, open_now, start_afresh
from webhooks.models import Delivery, Endpoint, Lane
from webhooks.outbox import add_for
from webhooks.owner_notices import note_disabled
from webhooks.parking import unpark
from webhooks.sample_event import NoStoreError, store_sample, test_store
from webhooks.wishes import Wishes, shown


class StaleEdit(Exception):  # named as its sibling in integrations
    """Somebody saved the endpoint meanwhile; `current` is the endpoint as they left it."""

    def __init__(self, current: Endpoint) -> None:
        super().__init__(_("This endpoint was changed by someone else while you edited it."))
        self.current = current


@transaction.atomic
def create(
    *,
    wishes: Wishes,
    by: Actor,
    store: Store | None = None,
    organization: Organization | None = None,
    stores: Sequence[Store] | None = None,
    integration: Integration | None = None,
    greet: bool = True,
) -> tuple[Endpoint, str]:
    """Add an endpoint of a store, or of an organization, with its lane and its first signing key; returns it with the secret.

    An organization's is for `stores`, or for every one. A store's own endpoint is sent a signed test event at once, whose success
    confirms its URL; not so if `greet` is False. Raises TooManyEndpointsError, and what `Wishes.write` does.
    """
    if integration is None:
        check_room(store=store, organization=organization)
    endpoint = Endpoint(
        store=store, organization=organization, integration=integration, every_store=store is None and stores is None
    )
    wishes.write(endpoint)
    endpoint.save(force_insert=True)
    codes = choose(endpoint, stores)
    Lane.objects.create(endpoint=endpoint, current_limit=endpoint.max_in_flight)
    _key, secret = signing_keys.make(endpoint)
    record(action="endpoint.created", by=by, **owner_of(endpoint), target=endpoint, changes=shown(endpoint) | codes)
    if greet:
        _greet(endpoint)
    return endpoint, secret


@transaction.atomic
def update(*, endpoint: Endpoint, version: int, wishes: Wishes, by: Actor) -> Endpoint:
    """Save an edit; what is under way ends as it began, the next try uses the new values. A new URL is sent a test event.

    Raises StaleEdit unless `version` is the one last saved, and what `Wishes.write` does.
    """
    locked = _locked(endpoint)
    if locked.version != version:
        raise StaleEdit(locked)
    before, headers_before, at_a_time = shown(locked), locked.header_names, locked.max_in_flight
    wishes.write(locked)
    moved = locked.url != before["url"]
    if moved:
        locked.confirmed_at = None
        start_afresh(locked.pk)
    if locked.max_in_flight != at_a_time:
        follow_limit(locked.pk, before=at_a_time, now=locked.max_in_flight)
    _save(locked)
    after = shown(locked)
    changes: dict[str, Any] = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if wishes.headers is not None and (wishes.headers or headers_before):
        changes["headers"] = "replaced"
    record(action="endpoint.updated", by=by, **owner_of(locked), target=locked, changes=changes)
    if moved:
        open_now([locked.pk])
        _greet(locked)
    return locked


@transaction.atomic
def pause(*, endpoint: Endpoint, by: Actor) -> Endpoint:
    """Send nothing until it is resumed; orders are parked meanwhile."""
    return _set_state(_locked(endpoint), Endpoint.State.PAUSED, "", by, "endpoint.paused")


@transaction.atomic
def resume(*, endpoint: Endpoint, by: Actor) -> Endpoint:
    """Send again, what was parked first. Also brings back one that was disabled, with a clean record."""
    locked = _locked(endpoint)
    if locked.state == Endpoint.State.ENABLED:
        return locked
    start_afresh(locked.pk)
    resumed = _set_state(locked, Endpoint.State.ENABLED, "", by, "endpoint.resumed")
    unpark([locked.pk])
    open_now([locked.pk])
    return resumed


@transaction.atomic
def disable(*, endpoint_id: uuid.UUID, reason: str) -> None:
    """The system stops calling an endpoint, with the reason in words, and tells its owners. One that is not enabled stays as it is."""
    locked = (
        Endpoint.objects.listed()
        .select_for_update(of=("self",))
        .select_related("store", "organization")
        .filter(pk=endpoint_id)
        .first()
    )
    if locked is not None and locked.state == Endpoint.State.ENABLED:
        note_disabled(_set_state(locked, Endpoint.State.DISABLED, reason, None, "endpoint.disabled"))


@transaction.atomic
def delete(*, endpoint: Endpoint, by: Actor) -> None:
    """Remove it from every list and stop what waits; its history stays."""
    locked = _locked(endpoint)
    locked.deleted_at = timezone.now()
    _save(locked)
    waiting = Delivery.objects.filter(endpoint=locked, state__in=[Delivery.State.DUE, Delivery.State.PARKED])
    stopped = waiting.update(
        state=Delivery.State.CANCELLED,
        due_at=None,
        finished_at=timezone.now(),
        last_error="endpoint_deleted",
        last_error_detail=_("The endpoint was deleted."),
    )
    record(action="endpoint.deleted", by=by, **owner_of(locked), target=locked, changes={"stopped_deliveries": stopped})


@transaction.atomic
def send_test(*, endpoint: Endpoint, by: Actor, store: Store | None = None) -> Delivery:
    """Store a test event for this endpoint alone; it goes the way every event goes. Returns the delivery to watch.

    It is an order of `store`, one of the endpoint's; of the first with a license where none is named. Raises NoStoreError.
    """
    store = store or test_store(endpoint)
    if store is None:
        raise NoStoreError
    delivery = Delivery.objects.get(pk=add_for(endpoint, store_sample(store)))
    record(action="endpoint.test_sent", by=by, **owner_of(endpoint), target=endpoint)
    return delivery


@transaction.atomic
def touch(*, endpoint: Endpoint) -> None:
    """Have workers look at it again, since something it depends on has changed."""
    _save(_locked(endpoint))


def decrypt_headers(endpoint: Endpoint) -> dict[str, str]:
    """The custom headers with their values, to be replaced one by one; never shown. Raises DecryptionError."""
    return open_headers(endpoint)


def _greet(endpoint: Endpoint) -> None:
    """Ask the URL whether it is there. An integration's calls are its provider's, to whom a test order may be a real one."""
    if endpoint.integration_id is None and (store := test_store(endpoint)):
        add_for(endpoint, store_sample(store))


def _set_state(endpoint: Endpoint, state: str, reason: str, by: Actor, action: str) -> Endpoint:
    if endpoint.state == state:
        return endpoint
    before = endpoint.state
    endpoint.state, endpoint.state_reason, endpoint.state_changed_at = state, reason[:200], timezone.now()
    _save(endpoint)
    changes: dict[str, Any] = {"state": [before, str(state)]} | ({"reason": reason} if reason else {})
    record(action=action, by=by, **owner_of(endpoint), target=endpoint, changes=changes)
    return endpoint
