"""`orders/batch`: posting many order events in one call, of which a bad one spoils no other."""

from typing import Any

import orjson
from django.http import HttpResponse
from ninja import Router
from pydantic import ValidationError
from pydantic_core import from_json, to_json

from integrations.models.api_key import Scope
from webhooks.api import bodies
from webhooks.api.authentication import ApiRequest
from webhooks.api.calls import store_call
from webhooks.api.declarations import declared
from webhooks.api.field_errors import as_problem
from webhooks.api.posted_orders import canonical
from webhooks.api.problems import ProblemError, problem_document
from webhooks.api.schemas import MOST_EVENTS, BatchAccepted, BatchEvent, OrderBatch
from webhooks.canonical.order import StoreReference
from webhooks.ingest import Answer, IdempotencyKeyReusedError, Post, ingest_all
from webhooks.store_references import store_reference

router = Router(tags=["Orders"])

MAX_BATCH_BYTES = 16 * 1024 * 1024


@router.post(
    "orders/batch",
    operation_id="post_orders",
    summary="Post many order events",
    response={202: BatchAccepted},
    openapi_extra=declared(
        scope=Scope.ORDERS_WRITE, body=OrderBatch, problems=(400, 401, 403, 411, 413, 415, 422, 429, 503)
    ),
)
@store_call(Scope.ORDERS_WRITE, own_transaction=True)
def post_orders(request: ApiRequest) -> HttpResponse:
    """Post up to 500 events in one call, 16 MB (16,777,216 bytes) together. It counts as one request.

    202 means that every event was looked at: `results` holds one result for each, in the order of the events, with the status
    that the event alone would have been answered. Events with the status 202 are stored and will be delivered; a bad event
    spoils no other. Give each event an `idempotency_key` and repeat the call until it is answered.
    """
    own = store_reference(request.store)
    outcomes = [_post(item, own, number) for number, item in enumerate(_read(request))]
    posts = [outcome for outcome in outcomes if isinstance(outcome, Post)]
    answers = iter(ingest_all(store=request.store, api_key=request.api_key, posts=posts, test=request.api_key.test))
    results = [_result(next(answers) if isinstance(outcome, Post) else outcome) for outcome in outcomes]
    return HttpResponse(orjson.dumps({"results": results}), status=202, content_type="application/json")


def _read(request: ApiRequest) -> list[BatchEvent | ProblemError]:
    """The events, each valid or a problem of its own. Raises ProblemError where the body around them is not right."""
    bodies.check(request, MAX_BATCH_BYTES)
    try:
        return [*OrderBatch.model_validate_json(request.body).events]
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        if any(each["loc"] == ("events",) and each["type"] == "too_long" for each in problems):
            raise bodies.too_many(MOST_EVENTS) from None
        if not all(each["loc"][0:1] == ("events",) and len(each["loc"]) > 1 for each in problems):
            raise as_problem(error) from None
    return [_event(item, number) for number, item in enumerate(from_json(request.body)["events"])]


def _event(item: object, number: int) -> BatchEvent | ProblemError:
    try:
        return BatchEvent.model_validate_json(to_json(item))
    except ValidationError as error:
        return as_problem(error, within=("events", number))


def _post(item: BatchEvent | ProblemError, own: StoreReference, number: int) -> Post | ProblemError:
    if isinstance(item, ProblemError):
        return item
    try:
        order_json = canonical(item.order, own, pointer=f"/events/{number}/order")
    except ProblemError as problem:
        return problem
    return Post(item.type, item.order, order_json, item.idempotency_key or "")


def _result(outcome: Answer | IdempotencyKeyReusedError | ProblemError) -> dict[str, Any]:
    if isinstance(outcome, Answer):
        return {"status": 202, **outcome.content, "replayed": outcome.replayed}
    problem = bodies.key_reused() if isinstance(outcome, IdempotencyKeyReusedError) else outcome
    return {"status": problem.problem.status, "problem": problem_document(problem)}
