"""`deliveries`: the log of what was sent to endpoints, with every attempt."""

from typing import Any

from django.http import HttpResponse
from ninja import Router

from backoffice.database.identifiers import public_id, uuid7_time
from integrations.models.api_key import Scope
from webhooks.api import queries
from webhooks.api.answers import answer, moment
from webhooks.api.authentication import ApiRequest
from webhooks.api.calls import store_call
from webhooks.api.declarations import declared
from webhooks.api.delivery_schemas import (
    AttemptAnswer,
    AttemptTimings,
    DeliveriesQuery,
    DeliveryAnswer,
    DeliveryDetails,
    DeliveryError,
    DeliveryPage,
    DeliverySummary,
    Header,
    ReceivedResponse,
    SentRequest,
)
from webhooks.api.owned import delivery_of
from webhooks.api.pages import newest_first
from webhooks.attempt_details import header_pairs
from webhooks.delivery_log import DeliveryFilters, attempts_of, filtered
from webhooks.models import Attempt, Delivery

router = Router(tags=["Deliveries"])

_PROBLEMS = (400, 401, 403, 429, 503)
MOST_ATTEMPTS = 50


@router.get(
    "deliveries",
    operation_id="list_deliveries",
    summary="List deliveries",
    response={200: DeliveryPage},
    openapi_extra=declared(scope=Scope.WEBHOOKS_READ, query=DeliveriesQuery, problems=_PROBLEMS, reads=True),
)
@store_call(Scope.WEBHOOKS_READ)
def list_deliveries(request: ApiRequest) -> HttpResponse:
    """The store's deliveries, newest first. Filters narrow the list together."""
    asked = queries.read(request, DeliveriesQuery)
    filters = DeliveryFilters(
        state=asked.state or "",
        event_type=asked.type or "",
        endpoint_id=asked.endpoint_id,
        order=asked.order_id or "",
        since=asked.since,
    )
    found = newest_first(filtered(request.store, filters), asked)
    page = DeliveryPage(
        deliveries=[DeliverySummary(**_summary(each)) for each in found.rows], next=found.next, has_more=found.has_more
    )
    return answer(page)


@router.get(
    "deliveries/{delivery_id}",
    operation_id="get_delivery",
    summary="Read a delivery",
    response={200: DeliveryDetails},
    openapi_extra=declared(scope=Scope.WEBHOOKS_READ, problems=(*_PROBLEMS, 404), reads=True),
)
@store_call(Scope.WEBHOOKS_READ)
def get_delivery(request: ApiRequest, delivery_id: str) -> HttpResponse:
    """One delivery with every try: what was sent, what came back, and how long each step took."""
    delivery = delivery_of(request, delivery_id)
    attempts = [_attempt(each) for each in attempts_of(delivery)[:MOST_ATTEMPTS]]
    return answer(DeliveryDetails(delivery=DeliveryAnswer(**_summary(delivery), attempts=attempts)))


def _summary(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.public_id,
        "event_id": public_id("evt", delivery.event_id),
        "event_type": delivery.event_type,
        "order_id": delivery.order_id,
        "endpoint_id": public_id("ep", delivery.endpoint_id),
        "test": delivery.test,
        "state": str(delivery.state),
        "attempt_count": delivery.attempt_count,
        "next_attempt_at": moment(delivery.due_at) if delivery.state == Delivery.State.DUE else None,
        "last_status": delivery.last_status,
        "error": _error(delivery.last_error, delivery.last_error_detail),
        "replay_of": public_id("dlv", delivery.replay_of) if delivery.replay_of else None,
        "created_at": moment(uuid7_time(delivery.pk)),
        "finished_at": moment(delivery.finished_at),
    }


def _error(code: str, detail: str) -> DeliveryError | None:
    return DeliveryError(code=code, detail=detail) if code or detail else None


def _attempt(attempt: Attempt) -> AttemptAnswer:
    headers = _headers(attempt.response_headers)
    return AttemptAnswer(
        number=attempt.number,
        started_at=moment(attempt.started_at),
        request=SentRequest(
            url=attempt.url,
            headers=_headers(attempt.request_headers),
            body_sha256=bytes(attempt.body_sha256).hex(),
        ),
        response=(
            ReceivedResponse(
                status=attempt.status, headers=headers, body=_readable(bytes(attempt.response_body), headers)
            )
            if attempt.status is not None
            else None
        ),
        error=_error(attempt.error, attempt.error_detail),
        remote_address=attempt.remote_address or None,
        timings=AttemptTimings(
            dns=attempt.dns_ms,
            connect=attempt.connect_ms,
            tls=attempt.tls_ms,
            first_byte=attempt.first_byte_ms,
            total=attempt.total_ms,
        ),
    )


def _headers(stored: object) -> list[Header]:
    return [Header(name=name, value=value) for name, value in header_pairs(stored)]


def _readable(body: bytes, headers: list[Header]) -> str:
    encodings = {header.value.strip().lower() for header in headers if header.name.lower() == "content-encoding"}
    return "" if encodings - {"identity"} else body.decode("utf-8", errors="replace")
