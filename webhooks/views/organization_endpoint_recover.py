"""Recovering what an endpoint that several stores share has missed, of all of them."""

from django.http import HttpResponseBase
from django.urls import reverse

from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.permissions import Permission
from webhooks.lookups import shared_endpoint_or_404
from webhooks.views import endpoint_pages

#: Its stores may lie in several zones.
ZONE = "UTC"


@organization_view(Permission.ORGANIZATION_HUB_MANAGE, methods=("GET", "POST"))
def organization_endpoint_recover(request: OrganizationRequest, shared: str) -> HttpResponseBase:
    found = shared_endpoint_or_404(request.organization, shared)
    done = reverse("webhooks:organization_endpoint", args=[request.organization.slug, shared])
    template = "webhooks/organization_endpoint_recover.html"
    return endpoint_pages.recover_page(request, found, zone=ZONE, done=done, template=template)
