"""`events` and `orders/{order_id}`: reading what was posted, for clients that missed a webhook."""

import re

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from backoffice.database.identifiers import parse_public_id
from integrations.models.api_key import Scope
from webhooks.api import queries
from webhooks.api.answers import answer, moment
from webhooks.api.authentication import ApiRequest
from webhooks.api.calls import store_call
from webhooks.api.declarations import declared
from webhooks.api.event_schemas import EventPageAnswer, EventsQuery, LastEvent, OrderAnswer, VersionQuery
from webhooks.api.owned import missing
from webhooks.api.problems import FieldError, ProblemCode, ProblemError
from webhooks.api.schemas import WebhookBody
from webhooks.attempt_details import webhook_body
from webhooks.event_log import EventFilters, events_of, latest_of_order
from webhooks.models import OrderEvent
from webhooks.payload_versions import names

router = Router(tags=["Events"])

_POS_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._:~@+=-]{0,79}")
_PROBLEMS = (400, 401, 403, 429, 503)


@router.get(
    "orders/{order_id}",
    operation_id="get_order",
    summary="Read an order",
    tags=["Orders"],
    response={200: OrderAnswer},
    openapi_extra=declared(scope=Scope.ORDERS_READ, problems=(*_PROBLEMS, 404), reads=True),
)
@store_call(Scope.ORDERS_READ)
def get_order(request: ApiRequest, order_id: str) -> HttpResponse:
    """The latest state of an order: that of the highest `version` posted, whatever came last.

    An event with a lower version is delivered and changes nothing here. A test key reads test orders, any other key real ones.
    404 once none of its events is kept.
    """
    found = latest_of_order(request.store, order_id, test=request.api_key.test) if _POS_ID.fullmatch(order_id) else None
    if found is None:
        raise missing(_("The key's store has no order of this id."))
    last = LastEvent(id=found.public_id, type=found.type, timestamp=moment(found.occurred_at))
    return answer(f'{{"order":{found.order_json},"last_event":{last.model_dump_json()}}}'.encode())


@router.get(
    "events",
    operation_id="list_events",
    summary="List order events",
    response={200: EventPageAnswer},
    openapi_extra=declared(scope=Scope.ORDERS_READ, query=EventsQuery, problems=_PROBLEMS, reads=True),
)
@store_call(Scope.ORDERS_READ)
def list_events(request: ApiRequest) -> HttpResponse:
    """The store's order events, each as a webhook delivers it: to catch up after an outage, or to follow without an endpoint.

    To follow, ask with `order=asc` and `since`, then again and again with the `next` of each answer as `cursor`, at once while
    `has_more` is true. Read so, an event shows two seconds after it was taken in, when all that came before it is there too. A test
    key reads what test keys posted and the test events sent to endpoints; any other key reads real orders. Events are kept as long
    as the plan says.
    """
    asked = queries.read(request, EventsQuery)
    version = _version(asked)
    page = events_of(
        request.store,
        EventFilters(
            test=request.api_key.test, types=asked.type or (), order_id=asked.order_id or "", since=asked.since
        ),
        ascending=asked.order == "asc",
        after=asked.cursor,
        limit=asked.limit,
    )
    # The orders' bytes are passed on as they are stored, never read.
    bodies = ",".join(webhook_body(event, version) for event in page.events)
    following = f'"{queries.cursor(page.position)}"' if page.position else "null"
    content = f'{{"events":[{bodies}],"next":{following},"has_more":{"true" if page.has_more else "false"}}}'
    return answer(content.encode())


@router.get(
    "events/{event_id}",
    operation_id="get_event",
    summary="Read an order event",
    response={200: WebhookBody},
    openapi_extra=declared(scope=Scope.ORDERS_READ, query=VersionQuery, problems=(*_PROBLEMS, 404), reads=True),
)
@store_call(Scope.ORDERS_READ)
def get_event(request: ApiRequest, event_id: str) -> HttpResponse:
    """One event as a webhook delivers it: `webhook-id` names it. 404 once it is no longer kept."""
    version = _version(queries.read(request, VersionQuery))
    return answer(webhook_body(_event(request, event_id), version).encode())


def _event(request: ApiRequest, event_id: str) -> OrderEvent:
    try:
        pk = parse_public_id("evt", event_id)
    except ValueError:
        pk = None
    events = OrderEvent.objects.filter(store_id=request.store.pk, test=request.api_key.test)
    found = events.filter(pk=pk).first() if pk else None
    if found is None:
        raise missing(_("The key's store has no event of this id."))
    return found


def _version(asked: VersionQuery) -> str:
    """The registry decides, since it may grow after the document was made."""
    if asked.api_version not in names():
        expected = ", ".join(names())
        wrong = FieldError(
            "", _("This must be one of: %(expected)s.") % {"expected": expected}, parameter="api_version"
        )
        raise ProblemError(ProblemCode.VALIDATION_FAILED, _("There is no such payload version."), errors=[wrong])
    return asked.api_version
