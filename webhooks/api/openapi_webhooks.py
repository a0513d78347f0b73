"""The webhooks in the OpenAPI document: the calls that endpoints receive."""

from typing import Any

from webhooks.event_types import EventType
from webhooks.example_bodies import example_body

#: When each event is sent, beside the product family's own word for it.
MEANINGS: dict[EventType, str] = {
    EventType.ORDER_OPENED: "An order was begun. Known as Open; from the channel `pos`, as 3rd.",
    EventType.ORDER_UPDATED: "Anything of the order changed. Known as Update.",
    EventType.ORDER_CLOSED: "The order was closed. Known as Close.",
    EventType.ORDER_VOIDED: "The order was voided.",
    EventType.ORDER_REFUNDED: "Money was given back, all or some.",
    EventType.ORDER_STATUS_CHANGED: "The order moved on in the kitchen or to the guest.",
    EventType.WEBHOOK_TEST: "Sent by hand to try an endpoint. Its order is made up.",
}

HEADERS: tuple[dict[str, Any], ...] = (
    {
        "name": "webhook-id",
        "in": "header",
        "required": True,
        "description": "The event's id, the same in every try and resend: keep it, and skip an event you have already seen.",
        "schema": {"type": "string"},
        "example": "evt_01jq2v7k3h00000000000000e1",
    },
    {
        "name": "webhook-timestamp",
        "in": "header",
        "required": True,
        "description": "When this try was sent, in Unix seconds. Refuse what is more than five minutes off.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
        "example": "1741112527",
    },
    {
        "name": "webhook-signature",
        "in": "header",
        "required": True,
        "description": (
            "Standard Webhooks: space-separated `v1,<base64>`, each the HMAC-SHA256 of `{webhook-id}.{webhook-timestamp}.{body}` "
            "under one of the endpoint's secrets. Accept the call if any of them is right."
        ),
        "schema": {"type": "string"},
        "example": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    },
)


def webhooks() -> dict[str, Any]:
    """One entry an event type."""
    return {event.value: {"post": _call(event)} for event in EventType}


def _call(event: EventType) -> dict[str, Any]:
    return {
        "operationId": f"receive_{event.value.replace('.', '_')}",
        "summary": str(event.label),
        "description": MEANINGS[event],
        "tags": ["Webhooks"],
        "security": [],
        "parameters": list(HEADERS),
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": "#/components/schemas/WebhookBody"},
                    "example": example_body(event),
                }
            },
        },
        "responses": {
            "2XX": {
                "description": "Received. Answer at once, and do the work afterwards: the call ends after 15 seconds."
            },
            "410": {"description": "Never call this endpoint again: it is disabled."},
            "429": {"description": "Too fast: the endpoint is left alone for as long as Retry-After says."},
            "default": {"description": "Anything else is tried again, up to nine times over four days."},
        },
    }
