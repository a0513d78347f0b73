"""Giving up a connected account: a page that says what ends, and what its button does."""

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from integrations.accounts import account_setting
from integrations.models import Integration, OAuthGrant
from integrations.oauth.disconnect import disconnect
from integrations.oauth.revocations import service_that_ends
from integrations.views.found import integration_or_404, provider_or_404
from licensing.entitlements import hub_required


@store_view(Permission.INTEGRATION_MANAGE, methods=("GET", "POST"))
@hub_required
def oauth_disconnect(request: StoreRequest, integration: str) -> HttpResponseBase:
    found = integration_or_404(request, integration)
    provider = provider_or_404(found.provider_slug)
    if request.method != "POST":
        connected = account_setting(provider) is not None and OAuthGrant.objects.filter(integration=found).exists()
        context = {
            "integration": found,
            "provider": provider,
            "back": _place(request, found),
            "connected": connected,
            "service_is_asked": connected and service_that_ends(found, provider) is not None,
        }
        return page(request, "integrations/oauth_disconnect.html", context)
    if account_setting(provider) and disconnect(integration=found, provider=provider, by=request.user):
        toasts.success(request, _("The account of %(provider)s was disconnected.") % {"provider": provider.name})
    else:
        toasts.warning(request, _("No account of %(provider)s is connected.") % {"provider": provider.name})
    return HttpResponseRedirect(_place(request, found), status=303)


def _place(request: StoreRequest, integration: Integration) -> str:
    """Where the button is: among the settings, or with the deactivated ones."""
    place = [request.organization.slug, request.store.code]
    if integration.deactivated_at is not None:
        return reverse("integrations:current", args=place) + "?show=deactivated"
    return reverse("integrations:configure", args=[*place, integration.public_id])
