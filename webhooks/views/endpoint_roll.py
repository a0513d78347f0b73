"""Rolling an endpoint's signing secret: a new one in its place, while the old one goes on signing for a chosen time."""

from django.http import HttpResponseBase
from django.urls import reverse

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from licensing.entitlements import hub_required
from webhooks.lookups import endpoint_or_404
from webhooks.views import endpoint_pages


@store_view(Permission.ENDPOINT_MANAGE, methods=("GET", "POST"))
@hub_required
def endpoint_roll(request: StoreRequest, endpoint: str) -> HttpResponseBase:
    found = endpoint_or_404(request.store, endpoint)
    done = reverse("webhooks:endpoint", args=[request.organization.slug, request.store.code, found.public_id])
    return endpoint_pages.roll_page(request, found, done=done, template="webhooks/endpoint_roll.html")
