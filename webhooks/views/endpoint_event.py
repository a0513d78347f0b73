"""The switches of the Order Webhook page: one event of one endpoint, on or off."""

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.errors import error_page
from backoffice.web.htmx import wants_fragment
from backoffice.web.pages import page
from licensing.entitlements import hub_required
from webhooks import event_switches
from webhooks.endpoint_rows import endpoint_rows
from webhooks.lookups import endpoint_or_404
from webhooks.opened_orders import SWITCHES


@store_view(Permission.ENDPOINT_MANAGE, methods=("POST",))
@hub_required
def endpoint_event(request: StoreRequest, endpoint: str) -> HttpResponseBase:
    """Answers with that switch as it is now, so that quick clicks on several do not undo each other.

    An integration's events are its settings' to choose.
    """
    found = endpoint_or_404(request.store, endpoint)
    switch = request.POST.get("event", "")
    if found.integration_id is not None:
        return error_page(request, 409, reason=_("An integration brought this endpoint: change its settings instead."))
    if switch not in SWITCHES:
        return error_page(request, 422, reason=_("Choose one of the events on the Order Webhook page."))
    try:
        found = event_switches.switch(endpoint=found, switch=switch, on=request.POST.get("on") == "1", by=request.user)
    except event_switches.LastEventError as error:
        toasts.warning(request, str(error))
    if wants_fragment(request):
        return _switch(request, found.public_id, switch)
    shown = reverse("webhooks:endpoints", args=[request.organization.slug, request.store.code])
    return HttpResponseRedirect(f"{shown}#{found.public_id}", status=303)


def _switch(request: StoreRequest, public_id: str, switch: str) -> HttpResponse:
    row = endpoint_rows([endpoint_or_404(request.store, public_id)])[0]
    shown = next(each for each in row.switches if each.switch == switch)
    return page(request, "webhooks/endpoints.html", {"row": row, "each": shown}, partial="event-switch")
