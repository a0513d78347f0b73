"""Things that an address names: always the key's store's own, else a 404 in words."""

from django.http import Http404
from django.utils.translation import gettext as _

from backoffice.database.identifiers import parse_public_id
from webhooks.api.authentication import ApiRequest
from webhooks.api.problems import ProblemCode, ProblemError
from webhooks.lookups import delivery_or_404, endpoint_or_404
from webhooks.models import Delivery, Endpoint
from webhooks.models.endpoint import EndpointQuerySet


def delivery_of(request: ApiRequest, delivery_id: str) -> Delivery:
    """Raises ProblemError 404."""
    try:
        return delivery_or_404(request.store, delivery_id)
    except Http404:
        raise missing(_("The key's store has no delivery of this id.")) from None


def endpoint_of(request: ApiRequest, endpoint_id: str) -> Endpoint:
    """One that is not deleted. Raises ProblemError 404."""
    try:
        return endpoint_or_404(request.store, endpoint_id)
    except Http404:
        raise missing(_("The key's store has no endpoint of this id.")) from None


def listed_for(request: ApiRequest) -> EndpointQuerySet:
    """The endpoints that get the store's events: its own, its integrations', and its organization's for it."""
    return Endpoint.objects.listed().reaching(request.store)


def readable_endpoint_of(request: ApiRequest, endpoint_id: str) -> Endpoint:
    """One that may be read: also the organization's for the store, since deliveries name it. Raises ProblemError 404."""
    try:
        found = listed_for(request).filter(pk=parse_public_id("ep", endpoint_id)).first()
    except ValueError:
        found = None
    if found is None:
        raise missing(_("The key's store has no endpoint of this id."))
    return found


def missing(detail: str) -> ProblemError:
    return ProblemError(ProblemCode.NOT_FOUND, detail)
