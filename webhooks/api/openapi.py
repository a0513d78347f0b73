"""The OpenAPI 3.1 document: what the calls declare, with the problems and the webhooks described beside them.

It is the API's contract for programs, and in English in every language of the product.
"""

from functools import lru_cache
from http import HTTPStatus
from typing import Any

import orjson
from django.utils.translation import override
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from webhooks.api.api import api
from webhooks.api.delivery_schemas import DeliveryDetails, DeliveryPage
from webhooks.api.endpoint_schemas import EndpointCreated, EndpointDetails, EndpointPage, EndpointPatch, EndpointPost
from webhooks.api.event_schemas import EventPageAnswer, OrderAnswer
from webhooks.api.integration_schemas import IntegrationPage
from webhooks.api.openapi_webhooks import webhooks
from webhooks.api.problems import CONTENT_TYPE, ProblemCode
from webhooks.api.replay_schemas import DeliveryStarted, RecoverPost, RecoveryStarted, RolledSecret, RollPost
from webhooks.api.schemas import BatchAccepted, OrderAccepted, OrderBatch, OrderPost, Problem, StoreAnswer, WebhookBody
from webhooks.canonical.example import CLOSED_ORDER, OPENED_ORDER

DESCRIPTION = """
Post a store's order events, and have them delivered as signed webhooks to everyone who needs them.

A call carries one of the store's API keys, in the header `Authorization: Bearer <key>` or `apikey: <key>`, and never in the address.
A key of an organization opens several stores: with it, each call names its store in the header `x-store: <code>`.
How many requests a minute a key may make stands in `RateLimit-Policy` of each answer; a key of an organization counts the calls for all its
stores together, and support can raise its limit.
Bodies are JSON in UTF-8. Money is an integer in minor units of the order's currency. Moments are RFC 3339 with an offset, and are
answered in UTC. Whatever goes wrong is answered as a problem document (RFC 9457) whose `code` never changes.
"""

_MODELS: tuple[type[BaseModel], ...] = (
    OrderPost,
    OrderAccepted,
    OrderBatch,
    BatchAccepted,
    OrderAnswer,
    EventPageAnswer,
    StoreAnswer,
    IntegrationPage,
    EndpointPage,
    EndpointPost,
    EndpointCreated,
    EndpointPatch,
    EndpointDetails,
    DeliveryPage,
    DeliveryDetails,
    DeliveryStarted,
    RecoverPost,
    RecoveryStarted,
    RollPost,
    RolledSecret,
    Problem,
    WebhookBody,
)
_HEADERS: dict[str, dict[str, Any]] = {
    "RequestId": {
        "description": "Names this call in our log: quote it to support.",
        "schema": {"type": "string"},
        "example": "b7e9f0c2d5a14f0f8f5ce0d3a1b2c3d4",
    },
    "RateLimit": {
        "description": "What is left: `r` requests, until `t` seconds from now.",
        "schema": {"type": "string"},
        "example": '"key";r=5998;t=41',
    },
    "RateLimitPolicy": {
        "description": "What is allowed: `q` requests in `w` seconds.",
        "schema": {"type": "string"},
        "example": '"key";q=6000;w=60',
    },
    "RetryAfter": {"description": "Seconds to wait.", "schema": {"type": "integer"}, "example": 12},
    "WwwAuthenticate": {
        "description": "The scheme, and for a missing scope which one.",
        "schema": {"type": "string"},
        "example": 'Bearer realm="Developer API"',
    },
}

_IN_PATHS: dict[str, dict[str, Any]] = {
    "event_id": {
        "description": "An event of the key's store.",
        "schema": {"type": "string"},
        "example": "evt_01jq2v7k3h00000000000000e1",
    },
    "order_id": {
        "description": "An order's id, as posted.",
        "schema": {"type": "string"},
        "example": "ord_9f3a2c",
    },
    "delivery_id": {
        "description": "A delivery of the key's store.",
        "schema": {"type": "string"},
        "example": "dlv_01jq2v7k3h00000000000000d1",
    },
    "endpoint_id": {
        "description": "An endpoint of the key's store.",
        "schema": {"type": "string"},
        "example": "ep_01jq2v7k3h00000000000000p1",
    },
}


class _Untitled(GenerateJsonSchema):
    """Without titles that only repeat the field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        del schema
        return False


@lru_cache(maxsize=4)
def document(public_url: str, prefix: str) -> dict[str, Any]:
    """The whole document, for an API served at `prefix` (as "/api/v1/") of `public_url`."""
    base = f"{public_url}{prefix}".rstrip("/")
    with override("en"):
        built = api.get_openapi_schema(path_prefix="/")
        paths = orjson.loads(orjson.dumps(built["paths"], option=orjson.OPT_NON_STR_KEYS))
        _complete(paths)
        return {
            "openapi": "3.1.0",
            "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
            "info": {"title": api.title, "version": api.version, "description": DESCRIPTION.strip()},
            "servers": [{"url": base, "description": "This installation"}],
            "tags": [
                {"name": "Orders", "description": "Posting what happens to orders."},
                {"name": "Events", "description": "Reading back what was posted."},
                {"name": "Store", "description": "What the key belongs to, and its integrations."},
                {"name": "Webhook endpoints", "description": "Where webhooks go."},
                {"name": "Deliveries", "description": "What was sent, and what came back."},
                {"name": "Webhooks", "description": "Testing endpoints, rolling their secrets, sending again."},
            ],
            "paths": paths,
            "webhooks": webhooks(),
            "components": {
                "schemas": _schemas(),
                "responses": _problem_responses(base),
                "headers": _HEADERS,
                "securitySchemes": _security_schemes(),
            },
        }


def as_bytes(public_url: str, prefix: str) -> bytes:
    return orjson.dumps(document(public_url, prefix), option=orjson.OPT_INDENT_2)


def _schemas() -> dict[str, Any]:
    _references, definitions = models_json_schema(
        [(model, "validation") for model in _MODELS],
        ref_template="#/components/schemas/{model}",
        schema_generator=_Untitled,
    )
    schemas: dict[str, Any] = definitions["$defs"]
    schemas["OrderPost"]["examples"] = [{"type": "order.closed", "order": CLOSED_ORDER}]
    return schemas


def _complete(paths: dict[str, Any]) -> None:
    """The headers that every answer has, and examples of every body."""
    common = {
        "X-Request-ID": {"$ref": "#/components/headers/RequestId"},
        "RateLimit": {"$ref": "#/components/headers/RateLimit"},
        "RateLimit-Policy": {"$ref": "#/components/headers/RateLimitPolicy"},
    }
    for methods in paths.values():
        for call in methods.values():
            for parameter in call.get("parameters", ()):
                if parameter["in"] == "path":
                    parameter.update(_IN_PATHS[parameter["name"]])
            for status, response in call["responses"].items():
                if status.startswith("2"):
                    response["headers"] = {**response.get("headers", {}), **common}
    batch = [
        {"type": kind, "order": order, "idempotency_key": f"ord_9f3a2c-{order['version']}"}
        for kind, order in (("order.opened", OPENED_ORDER), ("order.closed", CLOSED_ORDER))
    ]
    paths["/orders/batch"]["post"]["requestBody"]["content"]["application/json"]["examples"] = {
        "batch": {"summary": "An order's whole life in one call", "value": {"events": batch}}
    }
    paths["/orders"]["post"]["requestBody"]["content"]["application/json"]["examples"] = {
        "opened": {
            "summary": "An order just begun: the required fields and a few more",
            "value": {"type": "order.opened", "order": OPENED_ORDER},
        },
        "closed": {"summary": "The same order, closed", "value": {"type": "order.closed", "order": CLOSED_ORDER}},
    }


def _security_schemes() -> dict[str, Any]:
    return {
        "bearerKey": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "hub_live_…",
            "description": "The store's developer API key. Keys that start with hub_test_ post test orders.",
        },
        "apikeyHeader": {
            "type": "apiKey",
            "in": "header",
            "name": "apikey",
            "description": "The same key in the header that existing POS clients send.",
        },
    }


def _problem_responses(base: str) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status in sorted({problem.status for problem in ProblemCode}):
        problems = [problem for problem in ProblemCode if problem.status == status]
        headers: dict[str, Any] = {"X-Request-ID": {"$ref": "#/components/headers/RequestId"}}
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            headers["WWW-Authenticate"] = {"$ref": "#/components/headers/WwwAuthenticate"}
        if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
            headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
        responses[f"Problem{status}"] = {
            "description": " · ".join(f"`{problem.code}`: {problem.title}." for problem in problems),
            "headers": headers,
            "content": {
                CONTENT_TYPE: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "examples": {problem.code: {"value": _example(base, problem)} for problem in problems},
                }
            },
        }
    return responses


def _example(base: str, problem: ProblemCode) -> dict[str, Any]:
    example: dict[str, Any] = {
        "type": f"{base}/docs#problem-{problem.code}",
        "title": str(problem.title),
        "status": problem.status,
        "detail": "What to do about it, in words.",
        "code": problem.code,
        "instance": "/api/v1/orders",
    }
    if problem is not ProblemCode.UNAUTHENTICATED:
        example["request_id"] = _HEADERS["RequestId"]["example"]
    if problem is ProblemCode.VALIDATION_FAILED:
        example["errors"] = [{"pointer": "/order/line_items/0/quantity", "detail": "This field is required."}]
    return example
