"""What the pages of an endpoint do, whether it is a store's or one that several stores share."""

from datetime import datetime, timedelta

from django.http import HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.accounts.reauthentication import confirm_first
from backoffice.tenancy.access import OrganizationRequest
from backoffice.web import toasts
from backoffice.web.pages import page
from webhooks import endpoints, recovery, signing_keys
from webhooks.endpoint_state import endpoint_state
from webhooks.models import Endpoint, Recovery
from webhooks.replay_forms import RecoverForm, RollSecretForm


def roll_page(request: OrganizationRequest, endpoint: Endpoint, *, done: str, template: str) -> HttpResponseBase:
    """The endpoint's page, `done`, follows, where Show tells the new secret."""
    if first := confirm_first(request, then=request.path):
        return first
    form = RollSecretForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            signing_keys.roll(endpoint=endpoint, overlap=form.overlap_time, by=request.user)
        except signing_keys.TooManyKeysError as error:
            form.add_error(None, str(error))
        else:
            toasts.success(request, _("The signing secret was rolled. Press Show to read the new one."))
            return HttpResponseRedirect(f"{done}#secret", status=303)
    return page(request, template, {"form": form, "endpoint": endpoint}, status=422 if form.is_bound else 200)


def delete_page(request: OrganizationRequest, endpoint: Endpoint, *, done: str, template: str) -> HttpResponseBase:
    """The list, `done`, follows."""
    if request.method != "POST":
        return page(request, template, {"endpoint": endpoint})
    endpoints.delete(endpoint=endpoint, by=request.user)
    toasts.success(request, _("%(endpoint)s was deleted.") % {"endpoint": endpoint})
    return HttpResponseRedirect(done, status=303)


def recover_page(
    request: OrganizationRequest, endpoint: Endpoint, *, zone: str, done: str, template: str
) -> HttpResponseBase:
    """With `since` in the address it counts; a POST sends again. Times are by the clock of `zone`."""
    if request.method == "POST":
        form = RecoverForm(request.POST, zone=zone)
    elif "since" in request.GET:
        form = RecoverForm(request.GET, zone=zone)
    else:
        form = RecoverForm(zone=zone, start=_usual_start(endpoint))
    valid = form.is_valid()
    if valid and request.method == "POST":
        try:
            made = recovery.recover(endpoint=endpoint, since=form.cleaned_data["since"], by=request.user)
            toasts.success(request, _said(made))
        except recovery.NotReceivingError as error:
            toasts.warning(request, str(error))
        return HttpResponseRedirect(done, status=303)
    context = {
        "form": form,
        "endpoint": endpoint,
        "preview": recovery.preview(endpoint, since=form.cleaned_data["since"]) if valid else None,
        "receiving": Endpoint.objects.callable().filter(pk=endpoint.pk).exists(),
        "most": recovery.EVENTS_PREVIEWED,
    }
    status = 422 if form.is_bound and not valid else 200
    return page(request, template, context, partial="recover-count", status=status)


def _usual_start(endpoint: Endpoint) -> datetime:
    """Since it fails; a day ago where it does not."""
    return endpoint_state(endpoint).failing_since or timezone.now() - timedelta(days=1)


def _said(made: Recovery) -> str:
    if made.finished_at is None:
        return _("What was missed is being sent again. There is much of it, so it takes some minutes.")
    if not made.sent_again:
        return _("Nothing was missed, or all of it is on its way already.")
    return ngettext(
        "%(count)d order event is sent again.", "%(count)d order events are sent again.", made.sent_again
    ) % {"count": made.sent_again}
