"""One endpoint: how it fares, what was sent last, its signing secret, and the buttons that pause and resume it."""

from functools import partial
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.accounts.reauthentication import confirm_first, is_fresh
from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from licensing.entitlements import hub_required
from webhooks import endpoints as actions
from webhooks import signing_keys
from webhooks.delivery.backoff import in_words
from webhooks.delivery_log import fingerprint, of_store, row_fingerprint, with_names
from webhooks.delivery_rows import delivery_rows
from webhooks.endpoint_rows import endpoint_rows, provider_name
from webhooks.endpoint_state import endpoint_state
from webhooks.event_types import EventType
from webhooks.figure_charts import fares
from webhooks.figure_series import SPANS
from webhooks.live import already_shown
from webhooks.live_answer import LiveAnswer, live_answer
from webhooks.lookups import endpoint_or_404
from webhooks.models import Delivery, Endpoint

LATEST = 10


@store_view(Permission.ENDPOINT_VIEW)
@hub_required
def endpoint(request: StoreRequest, endpoint: str) -> HttpResponseBase:
    """Live: whether its URL is confirmed, how a test went and what was sent last keep themselves up to date."""
    return _page(request, endpoint_or_404(request.store, endpoint))


@store_view(Permission.ENDPOINT_MANAGE, methods=("POST",))
@hub_required
def endpoint_secret(request: StoreRequest, endpoint: str) -> HttpResponseBase:
    """The signing secret in its place on the page, once the password was confirmed; the action records who saw it."""
    found = endpoint_or_404(request.store, endpoint)
    if first := confirm_first(request, then=f"{_address(request, found)}#secret"):
        return first
    if not found.signing_keys.exists():
        raise Http404
    return _page(request, found, secret=signing_keys.reveal(endpoint=found, by=request.user))


@store_view(Permission.ENDPOINT_MANAGE, methods=("POST",))
@hub_required
def endpoint_pause(request: StoreRequest, endpoint: str) -> HttpResponseBase:
    found = endpoint_or_404(request.store, endpoint)
    actions.pause(endpoint=found, by=request.user)
    toasts.success(
        request,
        _("%(endpoint)s is paused. New events wait for it.") % {"endpoint": found},
        action_label=_("Undo"),
        action_url=reverse("webhooks:endpoint_resume", args=[*_place(request), found.public_id]),
    )
    return HttpResponseRedirect(_address(request, found), status=303)


@store_view(Permission.ENDPOINT_MANAGE, methods=("POST",))
@hub_required
def endpoint_resume(request: StoreRequest, endpoint: str) -> HttpResponseBase:
    found = endpoint_or_404(request.store, endpoint)
    actions.resume(endpoint=found, by=request.user)
    toasts.success(request, _("%(endpoint)s goes on. What waited is sent now.") % {"endpoint": found})
    return HttpResponseRedirect(_address(request, found), status=303)


def _page(request: StoreRequest, found: Endpoint, *, secret: str = "") -> HttpResponse:
    latest = list(with_names(of_store(request.store).filter(endpoint_id=found.pk).order_by("-id"))[:LATEST])
    now = timezone.now().replace(second=0, microsecond=0)
    shown = fingerprint([now, found.state, found.version, found.confirmed_at, *map(row_fingerprint, latest)])
    if not secret and already_shown(request, shown):
        return HttpResponse(status=204)
    row = endpoint_rows([found])[0]
    span = SPANS.get(request.GET.get("span", "")) or SPANS["24h"]
    context = {
        "endpoint": found,
        "row": row,
        "answer": _latest_test(latest),
        "fares": partial(fares, found, span, zone=ZoneInfo(request.store.timezone), now=timezone.now()),
        "spans": SPANS.values(),
        "integration_name": provider_name(found.integration) if found.integration else "",
        "rows": delivery_rows(latest),
        "retries": in_words(),
        "signing_keys": signing_keys.valid(found),
        "state": endpoint_state(found),
        "secret": secret,
        "fresh": is_fresh(request),
        "fingerprint": shown,
        "may_manage": request.member.may(Permission.ENDPOINT_MANAGE),
        "may_recover": request.member.may(Permission.DELIVERY_MANAGE),
        "may_configure": request.member.may(Permission.INTEGRATION_MANAGE),
    }
    part = "secret-text" if secret else "figures" if request.htmx.target == "figures" else "endpoint-live"
    return page(request, "webhooks/endpoint.html", context, partial=part)


def _latest_test(latest: list[Delivery]) -> LiveAnswer | None:
    """The answer to the test that was sent last, as long as no order went out after it."""
    return live_answer(latest[0]) if latest and latest[0].event_type == EventType.WEBHOOK_TEST else None


def _place(request: StoreRequest) -> tuple[str, str]:
    return request.organization.slug, request.store.code


def _address(request: StoreRequest, found: Endpoint) -> str:
    return reverse("webhooks:endpoint", args=[*_place(request), found.public_id])
