"""Editing one of the store's own endpoints."""

from dataclasses import dataclass

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.security.encryption import DecryptionError
from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from licensing.entitlements import hub_required
from webhooks import endpoints as actions
from webhooks.delivery.backoff import in_words
from webhooks.event_types import Channel
from webhooks.event_words import in_order
from webhooks.forms import EndpointForm
from webhooks.lookups import endpoint_or_404
from webhooks.models import Endpoint
from webhooks.opened_orders import SWITCHES, switched_on


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that somebody else saved differently meanwhile."""

    label: str
    theirs: str
    yours: str


@store_view(Permission.ENDPOINT_MANAGE, methods=("GET", "POST"))
@hub_required
def endpoint_edit(request: StoreRequest, endpoint: str) -> HttpResponseBase:
    """An endpoint that an integration brought is edited there: this address leads to it."""
    found = endpoint_or_404(request.store, endpoint)
    if found.integration is not None:
        place = [request.organization.slug, request.store.code, found.integration.public_id]
        return HttpResponseRedirect(reverse("integrations:configure", args=place), status=303)
    if request.method != "POST":
        return _page(request, found, EndpointForm(endpoint=found, stored=_stored(found)))
    form = EndpointForm(request.POST, endpoint=found, stored=_stored(found))
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        actions.update(endpoint=found, by=request.user, version=form.cleaned_data["version"] or 0, wishes=form.wishes())
    except actions.StaleEdit as stale:
        return _stale(request, stale.current, form)
    toasts.success(request, _("The endpoint was saved."))
    return HttpResponseRedirect(_address(request, found), status=303)


def _stale(request: StoreRequest, current: Endpoint, form: EndpointForm) -> HttpResponseBase:
    """The page again with both values; saving once more then replaces theirs."""
    theirs, yours = _in_words(_values_of(current)), _in_words(form.cleaned_data)
    conflicts = [Conflict(label, theirs[label], yours[label]) for label in theirs if theirs[label] != yours[label]]
    data = request.POST.copy()
    data["version"] = str(current.version)
    again = EndpointForm(data, endpoint=current, stored=_stored(current))
    return _page(request, current, again, conflicts=conflicts, stale=True, status=409)


def _values_of(endpoint: Endpoint) -> dict[str, object]:
    return {
        "url": endpoint.url,
        "description": endpoint.description,
        "events": [each for each in SWITCHES if each in switched_on(endpoint.event_types, endpoint.opened_from)],
        "channels": endpoint.channels,
        "accepts_test_events": endpoint.accepts_test_events,
        "without_personal_data": endpoint.without_personal_data,
        "timeout_seconds": endpoint.timeout_seconds,
        "max_in_flight": endpoint.max_in_flight,
        "rate_per_second": endpoint.rate_per_second,
        "fifo": endpoint.fifo,
    }


def _in_words(values: dict[str, object]) -> dict[str, str]:
    """Each field's value as a person reads it, by label. Header values have no words: they are not shown."""
    events, channels = values["events"], values["channels"]
    return {
        _("URL"): str(values["url"]),
        _("Description"): str(values["description"] or "—"),
        _("Events"): ", ".join(str(words.name) for words in in_order(events if isinstance(events, list) else [])),
        _("Channels"): ", ".join(str(one.label) for one in Channel if isinstance(channels, list) and one in channels)
        or _("Every channel"),
        _("Test orders"): _("Sent") if values["accepts_test_events"] else _("Not sent"),
        _("Personal data"): _("Left out") if values["without_personal_data"] else _("Sent"),
        _("Time limit in seconds"): str(values["timeout_seconds"]),
        _("Calls at a time"): str(values["max_in_flight"]),
        _("Calls a second"): str(values["rate_per_second"] or _("As many as it takes")),
        _("Each order's events"): _("In order") if values["fifo"] else _("In any order"),
    }


def _stored(endpoint: Endpoint) -> dict[str, str]:
    """The header values; none where they cannot be read any more, and then the form asks for them anew."""
    try:
        return actions.decrypt_headers(endpoint)
    except DecryptionError:
        return {}


def _page(
    request: StoreRequest,
    found: Endpoint,
    form: EndpointForm,
    *,
    conflicts: list[Conflict] | None = None,
    stale: bool = False,
    status: int = 200,
) -> HttpResponseBase:
    context = {
        "endpoint": found,
        "form": form,
        "retries": in_words(),
        "cancel_url": _address(request, found),
        "conflicts": conflicts or [],
        "stale": stale,
    }
    return page(request, "webhooks/endpoint_edit.html", context, status=status)


def _address(request: StoreRequest, found: Endpoint) -> str:
    return reverse("webhooks:endpoint", args=[request.organization.slug, request.store.code, found.public_id])
