"""The Activate pop-up's page, for browsers without scripts, and what "Yes, Activate" does."""

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from integrations import actions
from integrations.status import rows_of
from integrations.views.found import integration_or_404, provider_or_404
from integrations.views.terms import ACTIVATE, refuse_to_activate, terms_first
from licensing.entitlements import hub_required


@store_view(Permission.INTEGRATION_MANAGE, methods=("GET", "POST"))
@hub_required
def activate(request: StoreRequest, integration: str) -> HttpResponseBase:
    found = integration_or_404(request, integration)
    provider = provider_or_404(found.provider_slug)
    if request.method != "POST":
        context = {"row": rows_of([found], licensed=True)[0], "integration": found}
        return page(request, "integrations/activate.html", context)
    if asked := terms_first(request, found, provider, then=ACTIVATE):
        return asked
    try:
        actions.activate(integration=found, provider=provider, by=request.user)
    except actions.AlreadyActive as refused:
        return refuse_to_activate(request, refused)
    toasts.success(request, _("%(integration)s is active again.") % {"integration": provider.name})
    done = reverse("integrations:current", args=[request.organization.slug, request.store.code])
    return HttpResponseRedirect(done, status=303)
