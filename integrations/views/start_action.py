"""Starting an action: the page that asks where a question is declared or a parameter is wrong, and the start itself."""

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from integrations.action_forms import ActionForm
from integrations.catalog import all_providers
from integrations.run_rows import action_of
from integrations.runs.start import AlreadyRunning, MayNotRun, start_run
from integrations.views.found import integration_or_404
from licensing.entitlements import hub_required


@store_view(Permission.INTEGRATION_MANAGE, methods=("GET", "POST"))
@hub_required
def start_action(request: StoreRequest, integration: str) -> HttpResponseBase:
    found = integration_or_404(request, integration)
    provider = all_providers().get(found.provider_slug)
    asked = request.POST if request.method == "POST" else request.GET
    action = action_of(provider, asked.get("action", ""))
    place = [request.organization.slug, request.store.code]
    tab = reverse("integrations:configure", args=[*place, found.public_id]) + "?tab=action"
    if provider is None or action is None:
        if request.method == "GET":
            return page(request, "integrations/start_action.html", {"integration": found, "action": None})
        toasts.error(request, _("This integration does not offer that action."))
        return HttpResponseRedirect(tab, status=303)
    form = ActionForm(request.POST if request.method == "POST" else None, action=action)
    if not form.is_bound or not form.is_valid():
        context = {"integration": found, "provider": provider, "action": action, "form": form}
        return page(request, "integrations/start_action.html", context, status=422 if form.is_bound else 200)
    try:
        run = start_run(
            integration=found, action=action, parameters=form.parameters, dry_run=form.dry_run, by=request.user
        )
    except (AlreadyRunning, MayNotRun) as refused:
        toasts.error(request, str(refused))
        return HttpResponseRedirect(tab, status=303)
    return HttpResponseRedirect(reverse("integrations:run", args=[*place, run.public_id]), status=303)
