"""Recovering: choose since when, see how many it would be, and have them sent again."""

from django.http import HttpResponseBase
from django.urls import reverse

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from licensing.entitlements import hub_required
from webhooks.lookups import endpoint_or_404
from webhooks.views import endpoint_pages


@store_view(Permission.DELIVERY_MANAGE, methods=("GET", "POST"))
@hub_required
def endpoint_recover(request: StoreRequest, endpoint: str) -> HttpResponseBase:
    found = endpoint_or_404(request.store, endpoint)
    done = reverse("webhooks:endpoint", args=[request.organization.slug, request.store.code, found.public_id])
    template, zone = "webhooks/endpoint_recover.html", request.store.timezone
    return endpoint_pages.recover_page(request, found, zone=zone, done=done, template=template)
