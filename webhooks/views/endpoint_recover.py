"""Recovering: choose since when, see how many it would be, and have them sent again."""

from datetime import datetime, timedelta

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from licensing.entitlements import hub_required
from webhooks import recovery
from webhooks.endpoint_state import endpoint_state
from webhooks.lookups import endpoint_or_404
from webhooks.models import Endpoint, Recovery
from webhooks.replay_forms import RecoverForm


@store_view(Permission.DELIVERY_MANAGE, methods=("GET", "POST"))
@hub_required
def endpoint_recover(request: StoreRequest, endpoint: str) -> HttpResponseBase:
    """With `since` in the address it counts; a POST sends again."""
    found = endpoint_or_404(request.store, endpoint)
    if request.method == "POST":
        form = RecoverForm(request.POST, zone=request.store.timezone)
        if form.is_valid():
            return _recover(request, found, form)
    elif "since" in request.GET:
        form = RecoverForm(request.GET, zone=request.store.timezone)
    else:
        form = RecoverForm(zone=request.store.timezone, start=usual_start(found))
    counted = form.is_valid() and request.method == "GET"
    context = {
        "form": form,
        "endpoint": found,
        "preview": recovery.preview(found, since=form.cleaned_data["since"]) if counted else None,
        "receiving": Endpoint.objects.callable().filter(pk=found.pk).exists(),
        "most": recovery.EVENTS_PREVIEWED,
    }
    status = 422 if form.is_bound and not counted else 200
    return page(request, "webhooks/endpoint_recover.html", context, partial="recover-count", status=status)


def usual_start(endpoint: Endpoint) -> datetime:
    """Since it fails; a day ago where it does not."""
    return endpoint_state(endpoint).failing_since or timezone.now() - timedelta(days=1)


def _recover(request: StoreRequest, found: Endpoint, form: RecoverForm) -> HttpResponseBase:
    place = [request.organization.slug, request.store.code, found.public_id]
    try:
        made = recovery.recover(endpoint=found, since=form.cleaned_data["since"], by=request.user)
        toasts.success(request, said(made))
    except recovery.NotReceivingError as error:
        toasts.warning(request, str(error))
    return HttpResponseRedirect(reverse("webhooks:endpoint", args=place), status=303)


def said(made: Recovery) -> str:
    if made.finished_at is None:
        return _("What was missed is being sent again. There is much of it, so it takes some minutes.")
    if not made.sent_again:
        return _("Nothing was missed, or all of it is on its way already.")
    return ngettext(
        "%(count)d order event is sent again.", "%(count)d order events are sent again.", made.sent_again
    ) % {"count": made.sent_again}
