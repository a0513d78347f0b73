"""The Delete pop-up's page, for browsers without scripts, and what Delete does: deactivate and keep everything."""

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from integrations import actions
from integrations.status import rows_of
from integrations.views.found import integration_or_404
from licensing.entitlements import hub_required


@store_view(Permission.INTEGRATION_MANAGE, methods=("GET", "POST"))
@hub_required
def deactivate(request: StoreRequest, integration: str) -> HttpResponseBase:
    found = integration_or_404(request, integration)
    row = rows_of([found], licensed=True)[0]
    if request.method != "POST":
        return page(request, "integrations/deactivate.html", {"row": row, "integration": found})
    actions.deactivate(integration=found, by=request.user)
    place = [request.organization.slug, request.store.code]
    toasts.success(
        request,
        _("%(integration)s was deactivated. Its settings are kept.") % {"integration": row.name},
        action_label=_("Undo"),
        action_url=reverse("integrations:activate", args=[*place, found.public_id]),
    )
    return HttpResponseRedirect(reverse("integrations:current", args=place), status=303)
