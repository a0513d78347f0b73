"""Deleting an endpoint: the question's page, for browsers without scripts, and the deletion."""

from django.http import Http404, HttpResponseBase
from django.urls import reverse

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from licensing.entitlements import hub_required
from webhooks.lookups import endpoint_or_404
from webhooks.views import endpoint_pages


@store_view(Permission.ENDPOINT_MANAGE, methods=("GET", "POST"))
@hub_required
def endpoint_delete(request: StoreRequest, endpoint: str) -> HttpResponseBase:
    """An integration's endpoint goes with its integration, and cannot be deleted here: 404."""
    found = endpoint_or_404(request.store, endpoint)
    if found.integration_id is not None:
        raise Http404
    done = reverse("webhooks:endpoints", args=[request.organization.slug, request.store.code])
    return endpoint_pages.delete_page(request, found, done=done, template="webhooks/endpoint_delete.html")
