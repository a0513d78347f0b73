"""`webhook-endpoints`: listing, adding, reading, changing and deleting the store's endpoints."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from ninja import Router

from backoffice.database.identifiers import public_id
from backoffice.security.address_guard import RefusedURL
from integrations.models.api_key import Scope
from webhooks import endpoints
from webhooks.api import bodies, queries
from webhooks.api.answers import answer, etag_of, moment
from webhooks.api.authentication import ApiRequest, actor
from webhooks.api.calls import store_call
from webhooks.api.declarations import ETAG, IF_MATCH, LOCATION, declared
from webhooks.api.endpoint_schemas import (
    EndpointAnswer,
    EndpointCreated,
    EndpointDetails,
    EndpointPage,
    EndpointPatch,
    EndpointPost,
    EndpointsQuery,
)
from webhooks.api.owned import listed_for, managed_endpoint_of, missing, readable_endpoint_of
from webhooks.api.pages import newest_first
from webhooks.api.problems import FieldError, ProblemCode, ProblemError
from webhooks.endpoint_changes import locked
from webhooks.endpoint_limits import TooManyEndpointsError
from webhooks.headers import InvalidHeaderError
from webhooks.models import Endpoint
from webhooks.payload_versions import UnknownVersionError
from webhooks.wishes import Wishes

router = Router(tags=["Webhook endpoints"])

_WITHOUT_BODY = (400, 401, 403, 429, 503)
_WITH_BODY = (*_WITHOUT_BODY, 409, 411, 413, 415, 422)
MAX_BYTES = 64 * 1024


@router.get(
    "webhook-endpoints",
    operation_id="list_webhook_endpoints",
    summary="List webhook endpoints",
    response={200: EndpointPage},
    openapi_extra=declared(scope=Scope.WEBHOOKS_READ, query=EndpointsQuery, problems=_WITHOUT_BODY, reads=True),
)
@store_call(Scope.WEBHOOKS_READ)
def list_webhook_endpoints(request: ApiRequest) -> HttpResponse:
    """The store's endpoints, newest first: its own, those that its integrations brought, and its organization's for it."""
    asked = queries.read(request, EndpointsQuery)
    found = newest_first(listed_for(request), asked)
    page = EndpointPage(endpoints=[_told(each) for each in found.rows], next=found.next, has_more=found.has_more)
    return answer(page)


@router.post(
    "webhook-endpoints",
    operation_id="create_webhook_endpoint",
    summary="Add a webhook endpoint",
    response={201: EndpointCreated},
    openapi_extra=declared(
        scope=Scope.WEBHOOKS_WRITE, body=EndpointPost, problems=_WITH_BODY, headers={201: LOCATION | ETAG}
    ),
)
@store_call(Scope.WEBHOOKS_WRITE)
def create_webhook_endpoint(request: ApiRequest) -> HttpResponse:
    """Add an endpoint of the store's own. It is sent a signed `webhook.test` event at once, whose success confirms its URL.

    The answer holds the signing secret: keep it, since no other call answers it. It can be seen on the endpoint's page, and rolled.
    """
    posted = bodies.read(request, EndpointPost, limit=MAX_BYTES)
    with _refusals():
        made, secret = endpoints.create(store=request.store, by=actor(request), wishes=Wishes(**_wished(posted)))
    response = answer(EndpointCreated(endpoint=_told(made), secret=secret), status=201)
    response["Location"] = f"{request.path}/{made.public_id}"
    response["ETag"] = etag_of(_details(made))
    return response


@router.get(
    "webhook-endpoints/{endpoint_id}",
    operation_id="get_webhook_endpoint",
    summary="Read a webhook endpoint",
    response={200: EndpointDetails},
    openapi_extra=declared(scope=Scope.WEBHOOKS_READ, problems=(*_WITHOUT_BODY, 404), reads=True),
)
@store_call(Scope.WEBHOOKS_READ)
def get_webhook_endpoint(request: ApiRequest, endpoint_id: str) -> HttpResponse:
    """One endpoint. Send its `ETag` as `If-Match` with a change, and nobody else's change is lost."""
    return answer(_details(readable_endpoint_of(request, endpoint_id)))


@router.patch(
    "webhook-endpoints/{endpoint_id}",
    operation_id="update_webhook_endpoint",
    summary="Change a webhook endpoint",
    response={200: EndpointDetails},
    openapi_extra=declared(
        scope=Scope.WEBHOOKS_WRITE,
        body=EndpointPatch,
        problems=(*_WITH_BODY, 404, 412),
        parameters=[IF_MATCH],
        headers={200: ETAG},
    ),
)
@store_call(Scope.WEBHOOKS_WRITE)
def update_webhook_endpoint(request: ApiRequest, endpoint_id: str) -> HttpResponse:
    """Change what is named and nothing else. What is being sent ends as it began, and the next try uses the new values.

    A new URL is sent a `webhook.test` event. Of an endpoint that an integration brought only `state` can be changed (else 409). An
    organization's endpoint is changed, for all its stores, by a key of the organization that opens every one of them (else 409).
    """
    endpoint = managed_endpoint_of(request, endpoint_id)
    wanted = bodies.read(request, EndpointPatch, limit=MAX_BYTES)
    endpoint = _locked(request, endpoint)
    values = _wished(wanted)
    if values and endpoint.integration_id is not None:
        raise _managed_elsewhere()
    if values:
        with _refusals():
            endpoint = endpoints.update(
                endpoint=endpoint,
                version=endpoint.version,
                by=actor(request),
                wishes=replace(Wishes.of(endpoint), **values),
            )
    if wanted.state is not None:
        act = endpoints.pause if wanted.state == "paused" else endpoints.resume
        endpoint = act(endpoint=endpoint, by=actor(request))
    body = _details(endpoint)
    response = answer(body)
    response["ETag"] = etag_of(body)
    return response


@router.delete(
    "webhook-endpoints/{endpoint_id}",
    operation_id="delete_webhook_endpoint",
    summary="Delete a webhook endpoint",
    response={204: None},
    openapi_extra=declared(scope=Scope.WEBHOOKS_WRITE, problems=(*_WITHOUT_BODY, 404, 409, 412), parameters=[IF_MATCH]),
)
@store_call(Scope.WEBHOOKS_WRITE)
def delete_webhook_endpoint(request: ApiRequest, endpoint_id: str) -> HttpResponse:
    """Delete an endpoint of the store's own. What waits for it is stopped; its deliveries stay in the log.

    409 for an endpoint that an integration brought, which goes with its integration, and for an organization's, unless the key is the
    organization's and opens every store of the endpoint.
    """
    endpoint = _locked(request, managed_endpoint_of(request, endpoint_id))
    if endpoint.integration_id is not None:
        raise _managed_elsewhere()
    endpoints.delete(endpoint=endpoint, by=actor(request))
    response = HttpResponse(status=204)
    del response["Content-Type"]
    return response


def _wished(body: EndpointPost | EndpointPatch) -> dict[str, Any]:
    """What a body asks for, by the names of `Wishes`."""
    values = body.model_dump(exclude={"state"}, exclude_none=True)
    if "keeps_order" in values:
        values["fifo"] = values.pop("keeps_order")
    if "rate_per_second" in values:
        values["rate_per_second"] = values["rate_per_second"] or None
    return values


def _locked(request: ApiRequest, endpoint: Endpoint) -> Endpoint:
    """As it now stands, for the rest of the call.

    Raises ProblemError 404 where it was deleted meanwhile, and 412 where If-Match names something else than what it now is.
    """
    current = locked(endpoint)
    if current.deleted_at is not None:
        raise missing(_("The key's store has no endpoint of this id."))
    _check_precondition(request, current)
    return current


def _check_precondition(request: ApiRequest, current: Endpoint) -> None:
    """Raises ProblemError 412 where If-Match is there and does not name what `current` is: what cannot be read names nothing."""
    condition = request.headers.get("If-Match")
    if condition is None:
        return
    wanted = parse_etags(condition)
    if "*" not in wanted and etag_of(_details(current)) not in wanted:
        raise ProblemError(
            ProblemCode.PRECONDITION_FAILED,
            _("Nothing was changed. Read it again, and send its new ETag as it is, with the quotes."),
        )


def _managed_elsewhere() -> ProblemError:
    return ProblemError(
        ProblemCode.MANAGED_ELSEWHERE,
        _("An integration brought this endpoint. Change the integration's settings; only “state” can be changed here."),
    )


@contextmanager
def _refusals() -> Iterator[None]:
    """What an action refuses, as a 422 that points at the field."""
    try:
        yield
    except RefusedURL as refused:
        raise _wrong("/url", refused) from None
    except InvalidHeaderError as refused:
        raise _wrong("/headers", refused) from None
    except UnknownVersionError as refused:
        raise _wrong("/api_version", refused) from None
    except TooManyEndpointsError as refused:
        raise ProblemError(ProblemCode.TOO_MANY_ENDPOINTS, str(refused)) from None


def _wrong(pointer: str, refused: Exception) -> ProblemError:
    errors = [FieldError(pointer, str(refused))]
    return ProblemError(ProblemCode.VALIDATION_FAILED, _("Correct it and send it again."), errors=errors)


def _details(endpoint: Endpoint) -> bytes:
    return EndpointDetails(endpoint=_told(endpoint)).model_dump_json().encode()


def _told(endpoint: Endpoint) -> EndpointAnswer:
    return EndpointAnswer(
        id=endpoint.public_id,
        url=endpoint.url,
        description=endpoint.description,
        event_types=list(endpoint.event_types),
        channels=list(endpoint.channels),
        opened_from=str(endpoint.opened_from),
        accepts_test_events=endpoint.accepts_test_events,
        without_personal_data=endpoint.without_personal_data,
        header_names=list(endpoint.header_names),
        timeout_seconds=endpoint.timeout_seconds,
        api_version=endpoint.api_version,
        state=str(endpoint.state),
        state_reason=endpoint.state_reason,
        integration_id=public_id("int", endpoint.integration_id) if endpoint.integration_id else None,
        of_organization=endpoint.store_id is None,
        max_in_flight=endpoint.max_in_flight,
        rate_per_second=endpoint.rate_per_second,
        keeps_order=endpoint.fifo,
        confirmed_at=moment(endpoint.confirmed_at),
        created_at=moment(endpoint.created_at),
    )
