"""An integration's configuration: the Settings and Action tabs."""

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.lists import keyset_page
from backoffice.web.pages import page
from integrations.action_forms import ActionForm
from integrations.contract import Provider
from integrations.models import Integration
from integrations.preview import Preview, preview
from integrations.run_rows import run_rows
from integrations.settings_form import SettingsForm
from integrations.values import values_of
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


def _action_tab(request: StoreRequest, integration: Integration, provider: Provider) -> HttpResponseBase:
    context = {
        **head(integration, provider),
        "tab": "action",
        "panels": _panels(request, integration, provider),
        "preview": _preview(integration, provider),
        "takes_orders": bool(provider.order_events),
    }
    return page(request, "integrations/configure.html", context)


def _preview(integration: Integration, provider: Provider) -> Preview | None:
    if integration.settings_saved_at is None or not provider.order_events:
        return None
    return preview(provider, values_of([integration])[integration.pk])


def _panels(request: StoreRequest, integration: Integration, provider: Provider) -> dict[str, object]:
    """The actions with their forms, what runs now, and the history."""
    history = keyset_page(integration.runs.all(), order_by=["-id"], cursor=request.GET.get("cursor"), size=20)
    return {
        "forms": [ActionForm(action=action) for action in provider.actions],
        "unfinished": run_rows(integration.runs.unfinished().order_by("id"), provider),
        "page": history,
        "rows": run_rows(history.items, provider),
    }
