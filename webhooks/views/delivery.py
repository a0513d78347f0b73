"""One delivery: what it carries, every attempt, and what happens next; live until it is finished."""

from datetime import timedelta

from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.database.identifiers import public_id, uuid7_time
from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.htmx import wants_fragment
from backoffice.web.pages import page
from licensing.entitlements import hub_required, retention_days
from webhooks import replay
from webhooks.attempt_details import attempt_details, payload_text, webhook_body
from webhooks.curl import BODY_FILE
from webhooks.delivery_log import attempts_of, endpoint_of, event_of, fingerprint, row_fingerprint
from webhooks.delivery_rows import heading
from webhooks.errors_in_words import explanation
from webhooks.event_types import API_VERSION
from webhooks.event_words import words
from webhooks.live import already_shown
from webhooks.live_answer import live_answer
from webhooks.lookups import delivery_or_404
from webhooks.models import Delivery, Endpoint, OrderEvent
from webhooks.states_in_words import delivery_badge, is_finished, state_meaning


@store_view(Permission.DELIVERY_VIEW)
@hub_required
def delivery(request: StoreRequest, delivery: str) -> HttpResponseBase:
    found = delivery_or_404(request.store, delivery)
    if _asks_for_the_answer(request):
        return _answer(request, found)
    attempts = list(attempts_of(found))
    minute = "" if is_finished(found) else timezone.now().strftime("%H%M")
    shown = fingerprint([minute, *row_fingerprint(found), *(attempt.pk for attempt in attempts)])
    if already_shown(request, shown):
        return HttpResponse(status=204)
    event, endpoint = event_of(found), endpoint_of(found)
    body = _body(event, endpoint)
    context = {
        "delivery": found,
        "endpoint": endpoint,
        "event": event,
        "words": words(found.event_type, event.channel if event else ""),
        "heading": heading(found, event),
        "badge": delivery_badge(found),
        "meaning": state_meaning(found),
        "problem": _problem(found),
        "finished": is_finished(found),
        "created_at": uuid7_time(found.pk),
        "replay_of": public_id("dlv", found.replay_of) if found.replay_of else "",
        "webhook_id": public_id("evt", found.event_id),
        "attempts": [attempt_details(attempt, body.encode() if body else None) for attempt in attempts],
        "payload": payload_text(body) if body else None,
        "kept_until": uuid7_time(found.pk) + timedelta(days=retention_days(request.organization.pk)),
        "may_manage": request.member.may(Permission.DELIVERY_MANAGE),
        "may_resend": is_finished(found) and _can_be_sent(event, endpoint),
        "may_retry_now": found.state == Delivery.State.DUE and found.attempt_count > 0,
        "may_stop": found.state in {Delivery.State.DUE, Delivery.State.PARKED},
        "fingerprint": shown,
    }
    return page(request, "webhooks/delivery.html", context, partial="delivery-live")


@store_view(Permission.DELIVERY_VIEW)
@hub_required
def delivery_body(request: StoreRequest, delivery: str) -> HttpResponseBase:
    """The webhook's body to the byte, as a file: its signature is right for nothing else."""
    found = delivery_or_404(request.store, delivery)
    body = _body(event_of(found), endpoint_of(found))
    if not body:
        raise Http404
    response = HttpResponse(body, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{BODY_FILE}"'
    response["Cache-Control"] = "no-store"
    return response


@store_view(Permission.DELIVERY_MANAGE, methods=("POST",))
@hub_required
def delivery_resend(request: StoreRequest, delivery: str) -> HttpResponseBase:
    """Leads to the new delivery, whose page shows how it goes."""
    found = delivery_or_404(request.store, delivery)
    try:
        copy = replay.resend(delivery=found, by=request.user)
    except (replay.NotFinishedError, replay.GoneError) as error:
        toasts.warning(request, str(error))
        return _back(request, found)
    toasts.success(request, _("It is on its way once more, with the same webhook-id."))
    return _back(request, copy)


@store_view(Permission.DELIVERY_MANAGE, methods=("POST",))
@hub_required
def delivery_retry(request: StoreRequest, delivery: str) -> HttpResponseBase:
    found = delivery_or_404(request.store, delivery)
    try:
        replay.retry_now(delivery=found, by=request.user)
        toasts.success(request, _("It is tried again now."))
    except replay.NotWaitingError as error:
        toasts.warning(request, str(error))
    return _back(request, found)


@store_view(Permission.DELIVERY_MANAGE, methods=("POST",))
@hub_required
def delivery_stop(request: StoreRequest, delivery: str) -> HttpResponseBase:
    found = delivery_or_404(request.store, delivery)
    try:
        replay.stop(delivery=found, by=request.user)
        toasts.success(request, _("It is not tried again. Resend sends it after all."))
    except replay.NotWaitingError as error:
        toasts.warning(request, str(error))
    return _back(request, found)


def _asks_for_the_answer(request: StoreRequest) -> bool:
    """Another page, on which a test was sent, waits for the answer alone: its element is named after the delivery."""
    return wants_fragment(request) and (request.htmx.target or "").startswith("test-answer-")


def _answer(request: StoreRequest, found: Delivery) -> HttpResponseBase:
    answer = live_answer(found)
    if already_shown(request, answer.fingerprint):
        return HttpResponse(status=204)
    return page(request, "webhooks/delivery.html", {"answer": answer}, partial="test-answer")


def _back(request: StoreRequest, found: Delivery) -> HttpResponseBase:
    place = [request.organization.slug, request.store.code, found.public_id]
    return HttpResponseRedirect(reverse("webhooks:delivery", args=place), status=303)


def _can_be_sent(event: OrderEvent | None, endpoint: Endpoint | None) -> bool:
    return event is not None and endpoint is not None and endpoint.deleted_at is None


def _problem(found: Delivery) -> str:
    """Why it was parked or given up, where no attempt tells."""
    if found.state not in {Delivery.State.PARKED, Delivery.State.EXHAUSTED, Delivery.State.CANCELLED}:
        return ""
    told = explanation(status=found.last_status, error=found.last_error, detail=found.last_error_detail)
    return told.what if told else ""


def _body(event: OrderEvent | None, endpoint: Endpoint | None) -> str:
    """The body in the endpoint's payload version; empty where the event is no longer kept."""
    if event is None:
        return ""
    if endpoint is None:
        return webhook_body(event, API_VERSION)
    return webhook_body(event, endpoint.api_version, without_personal_data=endpoint.without_personal_data)
