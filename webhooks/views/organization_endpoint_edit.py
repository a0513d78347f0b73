"""Editing an endpoint that several stores share, and for which stores it is."""

from django.db import transaction
from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.security.encryption import DecryptionError
from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.permissions import Permission
from backoffice.tenancy.stores_form import StoresForm
from backoffice.web import toasts
from backoffice.web.pages import page
from webhooks import endpoints as actions
from webhooks.delivery.backoff import in_words
from webhooks.forms import EndpointForm
from webhooks.lookups import shared_endpoint_or_404
from webhooks.models import Endpoint
from webhooks.organization_endpoints import change_stores


@organization_view(Permission.ORGANIZATION_HUB_MANAGE, methods=("GET", "POST"))
def organization_endpoint_edit(request: OrganizationRequest, shared: str) -> HttpResponseBase:
    found = shared_endpoint_or_404(request.organization, shared)
    data = request.POST if request.method == "POST" else None
    form = EndpointForm(data, endpoint=found, stored=_stored(found))
    stores = StoresForm(data, organization=request.organization, shared=found)
    done = reverse("webhooks:organization_endpoint", args=[request.organization.slug, shared])
    status = 422 if form.is_bound else 200
    if form.is_valid() and stores.is_valid():
        try:
            with transaction.atomic():
                version = form.cleaned_data["version"] or 0
                actions.update(endpoint=found, by=request.user, version=version, wishes=form.wishes())
                change_stores(endpoint=found, stores=stores.stores(), by=request.user)
        except actions.StaleEdit as stale:
            form.add_error(None, _("%(why)s Load the page again to see their changes.") % {"why": stale})
            status = 409
        else:
            toasts.success(request, _("The endpoint was saved."))
            return HttpResponseRedirect(done, status=303)
    context = {
        "endpoint": found,
        "form": form,
        "stores_form": stores,
        "retries": in_words(),
        "cancel_url": done,
    }
    return page(request, "webhooks/organization_endpoint_edit.html", context, status=status)


def _stored(endpoint: Endpoint) -> dict[str, str]:
    """The header values; none where they cannot be read any more, and then the form asks for them anew."""
    try:
        return actions.decrypt_headers(endpoint)
    except DecryptionError:
        return {}
