"""Connecting an account: what was typed is saved, and a page leads on to the service."""

from urllib.parse import urlsplit

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from integrations.contract import NeedsAttention, Provider
from integrations.models import Integration
from integrations.oauth.pending import begin
from integrations.settings_form import VERSION
from integrations.values import values_of
from integrations.views.found import integration_or_404, provider_or_404
from integrations.views.settings_tab import save
from licensing.entitlements import hub_required


@store_view(Permission.INTEGRATION_MANAGE, methods=("POST",))
@hub_required
def oauth_connect(request: StoreRequest, integration: str) -> HttpResponseBase:
    """A form may not lead to another site, so that the browser is led there by a page that names it."""
    found = integration_or_404(request, integration, active=True)
    provider = provider_or_404(found.provider_slug)
    if VERSION in request.POST:
        refused = save(request, found, provider, draft=True)
        if refused is not None:
            return refused
    try:
        address = _address(request, found, provider)
    except NeedsAttention as needed:
        toasts.error(request, str(needed.message))
        place = [request.organization.slug, request.store.code, found.public_id]
        return HttpResponseRedirect(reverse("integrations:configure", args=place), status=303)
    context = {"integration": found, "provider": provider, "address": address, "host": urlsplit(address).hostname}
    return page(request, "integrations/oauth_connect.html", context)


def _address(request: StoreRequest, integration: Integration, provider: Provider) -> str:
    integration.refresh_from_db()
    oauth = provider.oauth(values_of([integration])[integration.pk])
    if oauth is None:
        raise NeedsAttention(_("Fill in what is needed to connect the account first, then connect it."))
    return begin(integration=integration, oauth=oauth, user=request.user, session_key=str(request.session.session_key))
