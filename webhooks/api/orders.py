"""`orders`: posting order events."""

import re

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from backoffice.tenancy.models import Store
from backoffice.web import log_context
from integrations.models.api_key import Scope
from webhooks.api import bodies
from webhooks.api.authentication import ApiRequest
from webhooks.api.calls import store_call
from webhooks.api.declarations import IDEMPOTENCY_KEY, REPLAYED, declared
from webhooks.api.problems import FieldError, ProblemCode, ProblemError
from webhooks.api.schemas import OrderAccepted, OrderPost
from webhooks.canonical.order import Order, StoreReference
from webhooks.ingest import IdempotencyKeyReusedError, Post, ingest

router = Router(tags=["Orders"])

_IDEMPOTENCY_KEY = re.compile(r"[\x20-\x7e]{1,255}")


@router.post(
    "orders",
    operation_id="post_order",
    summary="Post an order event",
    response={202: OrderAccepted},
    openapi_extra=declared(
        scope=Scope.ORDERS_WRITE,
        body=OrderPost,
        problems=(400, 401, 403, 409, 411, 413, 415, 422, 429, 503),
        parameters=[IDEMPOTENCY_KEY],
        headers={202: REPLAYED},
    ),
)
@store_call(Scope.ORDERS_WRITE, own_transaction=True)
def post_order(request: ApiRequest) -> HttpResponse:
    """Post what happened to an order, with the whole order as it now is.

    202 means that the event is stored and will be delivered to every endpoint of the store that wants it. Send an `Idempotency-Key`
    with each event and repeat the call until it is answered: a repeated key with the same content gets the same answer again, and no
    second event is made. The order may have 1 MB (1,048,576 bytes), also once every field that was left out is filled in.
    """
    idempotency_key = _idempotency_key(request)
    posted = bodies.read(request, OrderPost)
    order_json = _canonical(posted.order, request.store)
    try:
        answer = ingest(
            store=request.store,
            api_key=request.api_key,
            post=Post(posted.type, posted.order, order_json, idempotency_key),
            test=request.api_key.test,
        )
    except IdempotencyKeyReusedError:
        raise ProblemError(
            ProblemCode.IDEMPOTENCY_KEY_REUSED,
            _("This Idempotency-Key came with other content before. Use a new key for each new event."),
        ) from None
    log_context.bind(event_id=answer.content["event"]["id"])
    response = HttpResponse(orjson.dumps(answer.content), status=202, content_type="application/json")
    if answer.replayed:
        response["Idempotency-Replayed"] = "true"
    return response


def _idempotency_key(request: HttpRequest) -> str:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return ""
    if not _IDEMPOTENCY_KEY.fullmatch(key):
        raise ProblemError(
            ProblemCode.INVALID_IDEMPOTENCY_KEY, _("An Idempotency-Key has 1 to 255 printable ASCII characters.")
        )
    return key


def _canonical(order: Order, store: Store) -> str:
    """The order as it is stored and delivered: each field once, in the schema's order, nothing left out, times in UTC."""
    _check_store(order, store)
    order.store = StoreReference.model_construct(id=store.public_id, code=store.code, timezone=store.timezone)
    order_json = order.model_dump_json()
    if len(order_json) > bodies.MAX_ORDER_BYTES or len(order_json.encode()) > bodies.MAX_ORDER_BYTES:
        raise bodies.too_large(bodies.MAX_ORDER_BYTES)
    return order_json


def _check_store(order: Order, store: Store) -> None:
    """An order that names another store is refused: the key decides whose order it is, and one of the two must be a mistake."""
    named = order.store
    if named is None:
        return
    errors = []
    if named.id is not None and named.id != store.public_id:
        errors.append(FieldError("/order/store/id", _("This is not the store that the API key belongs to.")))
    if named.code is not None and named.code.casefold() != store.code.casefold():
        errors.append(FieldError("/order/store/code", _("This is not the store that the API key belongs to.")))
    if errors:
        raise ProblemError(
            ProblemCode.WRONG_STORE, _("Post each store's orders with that store's own API key."), errors=errors
        )
