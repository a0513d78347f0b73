"""Deleting an endpoint: the question's page, for browsers without scripts, and the deletion."""

from django.http import Http404, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from licensing.entitlements import hub_required
from webhooks import endpoints as actions
from webhooks.lookups import endpoint_or_404


@store_view(Permission.ENDPOINT_MANAGE, methods=("GET", "POST"))
@hub_required
def endpoint_delete(request: StoreRequest, endpoint: str) -> HttpResponseBase:
    """An integration's endpoint goes with its integration, and cannot be deleted here: 404."""
    found = endpoint_or_404(request.store, endpoint)
    if found.integration_id is not None:
        raise Http404
    if request.method != "POST":
        return page(request, "webhooks/endpoint_delete.html", {"endpoint": found})
    actions.delete(endpoint=found, by=request.user)
    toasts.success(request, _("%(endpoint)s was deleted.") % {"endpoint": found})
    done = reverse("webhooks:endpoints", args=[request.organization.slug, request.store.code])
    return HttpResponseRedirect(done, status=303)
