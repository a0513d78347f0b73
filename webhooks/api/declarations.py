"""What a call declares about itself beyond its answer: scope, body, headers and the problems it may end with."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from integrations.models.api_key import Scope
from webhooks.api.queries import Query
from webhooks.api.queries import parameters as query_parameters

SECURITY_SCHEMES = ("bearerKey", "apikeyHeader")

IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A name of your own for this event, such as a UUID. Kept for at least 24 hours; what test keys send is kept apart.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]{1,255}$"},
    "example": "b1d2a9f4-6a0e-4c38-9a55-0d6a3f1f7a10",
}
STORE: dict[str, Any] = {
    "name": "x-store",
    "in": "header",
    "required": False,
    "description": "The code of the store that the call is for. Needed with a key of an organization, which opens several stores; "
    "a key of one store may leave it out.",
    "schema": {"type": "string", "maxLength": 32},
    "example": "DT01",
}
IF_NONE_MATCH: dict[str, Any] = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of an earlier answer: 304 without a body while it is still the same.",
    "schema": {"type": "string"},
    "example": '"9f86d081884c7d659a2feaa0c55ad015"',
}
IF_MATCH: dict[str, Any] = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of what was read before: 412, and nothing changes, where somebody changed it meanwhile.",
    "schema": {"type": "string"},
    "example": '"9f86d081884c7d659a2feaa0c55ad015"',
}
ETAG: dict[str, Any] = {
    "ETag": {
        "description": "Names what this answer says; it changes when any of it does.",
        "schema": {"type": "string"},
        "example": '"9f86d081884c7d659a2feaa0c55ad015"',
    }
}
_NOT_MODIFIED: dict[str, Any] = {"description": "What If-None-Match names is still the same.", "headers": ETAG}
LOCATION: dict[str, Any] = {
    "Location": {"description": "Where it can be read.", "schema": {"type": "string", "format": "uri-reference"}}
}
REPLAYED: dict[str, Any] = {
    "Idempotency-Replayed": {
        "description": "`true` where this is the answer of an earlier call with the same key.",
        "schema": {"type": "string", "enum": ["true"]},
    }
}


def declared(
    *,
    scope: Scope | None,
    problems: Sequence[int],
    body: type[BaseModel] | None = None,
    parameters: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[int, Mapping[str, Any]] | None = None,
    query: type[Query] | None = None,
    reads: bool = False,
) -> dict[str, Any]:
    """The `openapi_extra` of a call. The problems are statuses: their responses stand in the document's components.

    `query` declares the parameters of the address, `reads` that it is a GET, whose answer has an ETag.

    Bodies are read straight from the request's bytes (see `bodies.read`), so they are declared here and not in the signature.
    """
    statuses = {*problems, HTTPStatus.UNPROCESSABLE_ENTITY.value} if query else set(problems)
    every = [*parameters, *(query_parameters(query) if query else ()), *([IF_NONE_MATCH] if reads else ())]
    named = {**(headers or {}), **({200: ETAG} if reads else {})}
    extra: dict[str, Any] = {
        "security": [{scheme: [scope.value] if scope else []} for scheme in SECURITY_SCHEMES],
        "parameters": [dict(parameter) for parameter in (*every, STORE)],
        "responses": {
            **{status: {"$ref": f"#/components/responses/Problem{status}"} for status in sorted(statuses)},
            **{status: {"headers": dict(each)} for status, each in named.items()},
            **({304: _NOT_MODIFIED} if reads else {}),
        },
    }
    if body is not None:
        reference = {"$ref": f"#/components/schemas/{body.__name__}"}
        extra["requestBody"] = {"required": True, "content": {"application/json": {"schema": reference}}}
    return extra
