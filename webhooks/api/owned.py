"""Things that an address names: always the key's store's own, else a 404 in words."""

from django.http import Http404
from django.utils.translation import gettext as _

from backoffice.database.identifiers import parse_public_id
from integrations.models import ApiKey
from webhooks.api.authentication import ApiRequest
from webhooks.api.problems import ProblemCode, ProblemError
from webhooks.lookups import delivery_or_404
from webhooks.models import Delivery, Endpoint
from webhooks.models.endpoint import EndpointQuerySet


def delivery_of(request: ApiRequest, delivery_id: str) -> Delivery:
    """Raises ProblemError 404."""
    try:
        return delivery_or_404(request.store, delivery_id)
    except Http404:
        raise missing(_("The key's store has no delivery of this id.")) from None


def listed_for(request: ApiRequest) -> EndpointQuerySet:
    """The endpoints that get the store's events: its own, its integrations', and its organization's for it."""
    return Endpoint.objects.listed().reaching(request.store)


def managed_endpoint_of(request: ApiRequest, endpoint_id: str) -> Endpoint:
    """One that the key may change: its store's, or the organization's where the key is the organization's and opens every store of it.

    Raises ProblemError 404, and 409 for one that stores share which the key does not open.
    """
    found = readable_endpoint_of(request, endpoint_id)
    if found.store_id is None and not _opens_all(request.api_key, found):
        raise ProblemError(
            ProblemCode.MANAGED_ELSEWHERE,
            _(
                "This endpoint is the organization's, for several stores. Use a key of the organization that opens all of them, "
                "or the organization's pages."
            ),
        )
    return found


def _opens_all(key: ApiKey, endpoint: Endpoint) -> bool:
    if key.store_id is not None or key.every_store:
        return key.store_id is None
    return not endpoint.every_store and not endpoint.chosen_stores.exclude(organization_api_keys=key).exists()


def readable_endpoint_of(request: ApiRequest, endpoint_id: str) -> Endpoint:
    """One that may be read: also the organization's for the store, since deliveries name it. Raises ProblemError 404."""
    try:
        found = listed_for(request).filter(pk=parse_public_id("ep", endpoint_id)).select_related("integration").first()
    except ValueError:
        found = None
    if found is None:
        raise missing(_("The key's store has no endpoint of this id."))
    return found


def missing(detail: str) -> ProblemError:
    return ProblemError(ProblemCode.NOT_FOUND, detail)
