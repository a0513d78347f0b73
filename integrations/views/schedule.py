"""When an action runs by itself: the form alone, which the Action tab shows beside the action."""

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from integrations.action_forms import ScheduleForm
from integrations.catalog import all_providers
from integrations.run_rows import action_of
from integrations.schedules.choose import set_schedule
from integrations.views.found import integration_or_404
from licensing.entitlements import hub_required


@store_view(Permission.INTEGRATION_MANAGE, methods=("GET", "POST"))
@hub_required
def schedule(request: StoreRequest, integration: str) -> HttpResponseBase:
    found = integration_or_404(request, integration)
    asked = request.POST if request.method == "POST" else request.GET
    action = action_of(all_providers().get(found.provider_slug), asked.get("action", ""))
    if action is None or not action.schedules:
        return page(request, "integrations/schedule.html", {"integration": found, "action": None})
    form = ScheduleForm(
        request.POST if request.method == "POST" else None,
        action=action,
        schedule=found.schedules.filter(action=action.name).first(),
        timezone=found.store.timezone,
    )
    if not form.is_bound or not form.is_valid():
        context = {"integration": found, "action": action, "form": form}
        return page(request, "integrations/schedule.html", context, status=422 if form.is_bound else 200)
    every, at = form.chosen
    set_schedule(integration=found, action=action, every=every, at=at, by=request.user)
    toasts.success(request, _("The schedule of %(action)s was saved.") % {"action": action.label})
    place = [request.organization.slug, request.store.code, found.public_id]
    return HttpResponseRedirect(reverse("integrations:configure", args=place) + "?tab=action", status=303)
