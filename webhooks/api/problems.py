"""Errors as RFC 9457 problem documents: what went wrong, where in the request, and what to do about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.web.request_id import current_request_id

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong: in the body at a JSON pointer (RFC 6901), or in a parameter of the address, and a sentence."""

    pointer: str
    detail: str
    parameter: str = ""

    def document(self) -> dict[str, str]:
        place = {"parameter": self.parameter} if self.parameter else {"pointer": self.pointer}
        return {**place, "detail": self.detail}


class ProblemCode(Enum):
    """Every problem the API answers: its code, which never changes, with its status and title."""

    MALFORMED_JSON = "malformed_json", 400, _("The body is not JSON")
    KEY_IN_QUERY = "key_in_query", 400, _("API keys do not belong in an address")
    INVALID_IDEMPOTENCY_KEY = "invalid_idempotency_key", 400, _("The Idempotency-Key cannot be used")
    STORE_REQUIRED = "store_required", 400, _("The call names no store")
    UNAUTHENTICATED = "unauthenticated", 401, _("A valid API key is needed")
    LICENSE_REQUIRED = "license_required", 403, _("The store has no Integration Hub license")
    STORE_CLOSED = "store_closed", 403, _("The store is closed")
    INSUFFICIENT_SCOPE = "insufficient_scope", 403, _("The API key may not do this")
    ADDRESS_NOT_ALLOWED = "address_not_allowed", 403, _("The API key may not be used from this address")
    STORE_NOT_ALLOWED = "store_not_allowed", 403, _("The API key does not open this store")
    NOT_FOUND = "not_found", 404, _("There is nothing at this address")
    METHOD_NOT_ALLOWED = "method_not_allowed", 405, _("This address does not answer this method")
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused", 409, _("The Idempotency-Key was used for something else")
    CANNOT_RESEND = "cannot_resend", 409, _("The delivery cannot be sent again")
    MANAGED_ELSEWHERE = "managed_elsewhere", 409, _("The endpoint is managed elsewhere")
    TOO_MANY_ENDPOINTS = "too_many_endpoints", 409, _("The store has as many endpoints as it may")
    NOT_RECEIVING = "not_receiving", 409, _("The endpoint is not receiving")
    TOO_MANY_SECRETS = "too_many_secrets", 409, _("Too many secrets sign already")
    LENGTH_REQUIRED = "length_required", 411, _("The body's length must be told in advance")
    PRECONDITION_FAILED = "precondition_failed", 412, _("It was changed meanwhile")
    BODY_TOO_LARGE = "body_too_large", 413, _("The body is too large")
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type", 415, _("The body must be JSON")
    VALIDATION_FAILED = "validation_failed", 422, _("Some fields are not right")
    WRONG_STORE = "wrong_store", 422, _("The order names another store")
    RATE_LIMITED = "rate_limited", 429, _("Too many requests")
    INTERNAL_ERROR = "internal_error", 500, _("Something went wrong here")
    UNAVAILABLE = "unavailable", 503, _("The service is not available at the moment")

    def __init__(self, code: str, status: int, title: Promise) -> None:
        self.code = code
        self.status = status
        self.title = title


class ProblemError(Exception):
    """Ends a call with a problem document."""

    def __init__(
        self,
        problem: ProblemCode,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(problem.code)
        self.problem = problem
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}


def problem_document(error: ProblemError) -> dict[str, object]:
    """What is said of a problem wherever it occurs."""
    problem = error.problem
    document: dict[str, object] = {
        "type": f"{settings.PUBLIC_URL}{reverse('api:docs')}#problem-{problem.code}",
        "title": str(problem.title),
        "status": problem.status,
        "detail": error.detail,
        "code": problem.code,
    }
    if error.errors:
        document["errors"] = [each.document() for each in error.errors]
    return document


def problem_response(request: HttpRequest, error: ProblemError) -> HttpResponse:
    """The document. A 401 carries no request id, so that its body is the same for whatever reason; the header has the id."""
    problem = error.problem
    document = problem_document(error) | {"instance": request.path}
    if problem is not ProblemCode.UNAUTHENTICATED:
        document["request_id"] = getattr(request, "id", current_request_id())
    response = HttpResponse(orjson.dumps(document), status=problem.status, content_type=CONTENT_TYPE)
    response["Cache-Control"] = "no-store"
    for name, value in error.headers.items():
        response[name] = value
    return response
