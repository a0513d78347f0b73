"""What every change of an endpoint does: lock it, and save it so that workers notice."""

from webhooks.models import Endpoint, Lane
from webhooks.outbox import announce


def locked(endpoint: Endpoint) -> Endpoint:
    """The endpoint as it now stands, with its store, locked for the rest of the transaction."""
    return Endpoint.objects.select_for_update(of=("self",)).select_related("store").get(pk=endpoint.pk)


def save(endpoint: Endpoint) -> None:
    """Every save raises the version, by which workers notice; marking the lane makes a busy one notice now."""
    endpoint.version += 1
    endpoint.save()
    announce(Lane.objects.filter(endpoint=endpoint).values_list("pk", flat=True))
