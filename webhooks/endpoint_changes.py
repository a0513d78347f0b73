"""What every change of an endpoint does: lock it, save it so that workers notice, and say whose it is."""

from collections.abc import Sequence
from typing import Any

from backoffice.tenancy.models import Store
from webhooks.models import Endpoint, Lane
from webhooks.outbox import announce


def locked(endpoint: Endpoint) -> Endpoint:
    """The endpoint as it now stands, with its store or organization, locked for the rest of the transaction."""
    found = Endpoint.objects.select_for_update(of=("self",)).select_related("store", "organization")
    return found.get(pk=endpoint.pk)


def owner_of(endpoint: Endpoint) -> dict[str, Any]:
    """Whose endpoint it is, as `record` is told: the store's, or the organization's."""
    return {"store": endpoint.store, "organization": endpoint.organization}


def save(endpoint: Endpoint) -> None:
    """Every save raises the version, by which workers notice; marking the lane makes a busy one notice now."""
    endpoint.version += 1
    endpoint.save()
    announce(Lane.objects.filter(endpoint=endpoint).values_list("pk", flat=True))


def choose(endpoint: Endpoint, stores: Sequence[Store] | None) -> dict[str, Any]:
    """Make these the stores of an organization's endpoint, in the caller's transaction; those of another one never are."""
    if endpoint.organization_id is None:
        return {}
    endpoint.chosen_stores.set(store for store in stores or () if store.organization_id == endpoint.organization_id)
    return stores_shown(endpoint)


def stores_shown(endpoint: Endpoint) -> dict[str, Any]:
    """What an audit row says of the stores of an organization's endpoint."""
    codes = [] if endpoint.every_store else sorted(endpoint.chosen_stores.values_list("code", flat=True))
    return {"every_store": endpoint.every_store, "stores": codes}
