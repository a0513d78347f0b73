"""One customer who was looked for: how far that is, what was found, and erasing it."""

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.accounts.reauthentication import confirm_first
from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from webhooks.delivery_log import fingerprint
from webhooks.erasure.asking import NotFoundYetError, cancel, confirm
from webhooks.live import already_shown
from webhooks.lookups import erasure_or_404
from webhooks.models import CustomerErasure


@organization_view(Permission.CUSTOMER_ERASE)
def customer_erasure(request: OrganizationRequest, erasure: str) -> HttpResponseBase:
    """Live until it is found or done."""
    found = erasure_or_404(request.organization, erasure)
    shown = fingerprint([found.state, found.looked_at, found.erased_events])
    if already_shown(request, shown):
        return HttpResponse(status=204)
    context = {"erasure": found, "fingerprint": shown}
    return page(request, "webhooks/customer_erasure.html", context, partial="erasure-live")


@organization_view(Permission.CUSTOMER_ERASE, methods=("GET", "POST"))
def customer_erasure_confirm(request: OrganizationRequest, erasure: str) -> HttpResponseBase:
    """The question, and the answer to it, once the password was confirmed: what is erased comes back from nowhere."""
    found = erasure_or_404(request.organization, erasure)
    if request.method != "POST":
        return page(request, "webhooks/customer_erasure_confirm.html", {"erasure": found})
    if first := confirm_first(request, then=request.path):
        return first
    try:
        confirm(erasure=found, by=request.user)
        toasts.success(request, _("The customer is being erased."))
    except NotFoundYetError as error:
        toasts.warning(request, str(error))
    return _back(request, found)


@organization_view(Permission.CUSTOMER_ERASE, methods=("POST",))
def customer_erasure_cancel(request: OrganizationRequest, erasure: str) -> HttpResponseBase:
    found = cancel(erasure=erasure_or_404(request.organization, erasure), by=request.user)
    if found.state == CustomerErasure.State.CANCELLED:
        toasts.success(request, _("Cancelled. Nothing was erased."))
    else:
        toasts.warning(request, _("It cannot be cancelled any more."))
    return _back(request, found)


def _back(request: OrganizationRequest, found: CustomerErasure) -> HttpResponseRedirect:
    place = [request.organization.slug, found.public_id]
    return HttpResponseRedirect(reverse("webhooks:customer_erasure", args=place), status=303)
