"""`orders`: posting order events."""

import re

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from backoffice.web import log_context
from integrations.models.api_key import Scope
from webhooks.api import bodies
from webhooks.api.authentication import ApiRequest
from webhooks.api.calls import store_call
from webhooks.api.declarations import IDEMPOTENCY_KEY, REPLAYED, declared
from webhooks.api.posted_orders import canonical
from webhooks.api.problems import ProblemCode, ProblemError
from webhooks.api.schemas import OrderAccepted, OrderPost
from webhooks.ingest import IdempotencyKeyReusedError, Post, ingest
from webhooks.store_references import store_reference

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
    order_json = canonical(posted.order, store_reference(request.store))
    try:
        answer = ingest(
            store=request.store,
            api_key=request.api_key,
            post=Post(posted.type, posted.order, order_json, idempotency_key),
            test=request.api_key.test,
        )
    except IdempotencyKeyReusedError:
        raise bodies.key_reused() from None
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
