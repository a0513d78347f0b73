"""Deleting an endpoint that several stores share: the question, and the deletion."""

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from webhooks import endpoints as actions
from webhooks.lookups import shared_endpoint_or_404


@organization_view(Permission.ORGANIZATION_HUB_MANAGE, methods=("GET", "POST"))
def organization_endpoint_delete(request: OrganizationRequest, shared: str) -> HttpResponseBase:
    found = shared_endpoint_or_404(request.organization, shared)
    if request.method != "POST":
        return page(request, "webhooks/organization_endpoint_delete.html", {"endpoint": found})
    actions.delete(endpoint=found, by=request.user)
    toasts.success(request, _("%(endpoint)s was deleted.") % {"endpoint": found})
    done = reverse("webhooks:organization_endpoints", args=[request.organization.slug])
    return HttpResponseRedirect(done, status=303)
