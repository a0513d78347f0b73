"""Things that an address names: always the key's store's own, else a 404 in words."""

from django.http import Http404
from django.utils.translation import gettext as _

from webhooks.api.authentication import ApiRequest
from webhooks.api.problems import ProblemCode, ProblemError
from webhooks.lookups import delivery_or_404, endpoint_or_404
from webhooks.models import Delivery, Endpoint


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


def missing(detail: str) -> ProblemError:
    return ProblemError(ProblemCode.NOT_FOUND, detail)
