"""An integration's configuration: the Settings and Action tabs."""

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from integrations.contract import Provider
from integrations.models import Integration
from integrations.settings_form import SettingsForm
from integrations.views.action_tab import action_tab
from integrations.views.found import integration_or_404, provider_or_404
from integrations.views.settings_tab import may_set_shared, save, settings_page
from integrations.views.terms import terms_first
from licensing.entitlements import hub_required


@store_view(Permission.INTEGRATION_MANAGE, methods=("GET", "POST"))
@hub_required
def configure(request: StoreRequest, integration: str) -> HttpResponseBase:
    found = integration_or_404(request, integration, active=True)
    provider = provider_or_404(found.provider_slug)
    if asked := terms_first(request, found, provider):
        return asked
    if request.method == "POST":
        return _save(request, found, provider)
    if request.GET.get("tab") == "action":
        return action_tab(request, found, provider)
    form = SettingsForm(integration=found, provider=provider, may_set_shared=may_set_shared(request))
    return settings_page(request, found, provider, form)


def _save(request: StoreRequest, integration: Integration, provider: Provider) -> HttpResponseBase:
    refused = save(request, integration, provider)
    if refused is not None:
        return refused
    toasts.success(request, _("The settings of %(provider)s were saved.") % {"provider": provider.name})
    done = reverse("integrations:current", args=[request.organization.slug, request.store.code])
    return HttpResponseRedirect(done, status=303)
