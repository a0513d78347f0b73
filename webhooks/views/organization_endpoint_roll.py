"""Rolling the signing secret of an endpoint that several stores share."""

from django.http import HttpResponseBase
from django.urls import reverse

from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.permissions import Permission
from webhooks.lookups import shared_endpoint_or_404
from webhooks.views import endpoint_pages


@organization_view(Permission.ORGANIZATION_HUB_MANAGE, methods=("GET", "POST"))
def organization_endpoint_roll(request: OrganizationRequest, shared: str) -> HttpResponseBase:
    found = shared_endpoint_or_404(request.organization, shared)
    done = reverse("webhooks:organization_endpoint", args=[request.organization.slug, shared])
    return endpoint_pages.roll_page(request, found, done=done, template="webhooks/organization_endpoint_roll.html")
