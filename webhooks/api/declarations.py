"""What a call declares about itself beyond its answer: scope, body, headers and the problems it may end with."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from integrations.models.api_key import Scope

SECURITY_SCHEMES = ("bearerKey", "apikeyHeader")

IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A name of your own for this event, such as a UUID. Kept for at least 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]{1,255}$"},
    "example": "b1d2a9f4-6a0e-4c38-9a55-0d6a3f1f7a10",
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
) -> dict[str, Any]:
    """The `openapi_extra` of a call. The problems are statuses: their responses stand in the document's components.

    Bodies are read straight from the request's bytes (see `bodies.read`), so they are declared here and not in the signature.
    """
    extra: dict[str, Any] = {
        "security": [{scheme: [scope.value] if scope else []} for scheme in SECURITY_SCHEMES],
        "parameters": [dict(parameter) for parameter in parameters],
        "responses": {
            **{status: {"$ref": f"#/components/responses/Problem{status}"} for status in problems},
            **{status: {"headers": dict(named)} for status, named in (headers or {}).items()},
        },
    }
    if body is not None:
        reference = {"$ref": f"#/components/schemas/{body.__name__}"}
        extra["requestBody"] = {"required": True, "content": {"application/json": {"schema": reference}}}
    return extra
