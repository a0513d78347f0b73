"""The example order as each event tells of it: the same order on its way from open to refunded."""

from typing import Any

from webhooks.canonical.example import CLOSED_ORDER
from webhooks.event_types import EventType

_UNPAID: dict[str, Any] = {
    "payment_status": "unpaid",
    "payments": [],
    "totals": CLOSED_ORDER["totals"] | {"tip": 0, "total": 1361, "paid": 0, "due": 1361},
    "closed_at": None,
}

#: What differs from the closed order, by event.
_CHANGES: dict[EventType, dict[str, Any]] = {
    EventType.ORDER_OPENED: _UNPAID | {"version": 1, "status": "open", "updated_at": "2025-03-04T17:40:00Z"},
    EventType.ORDER_UPDATED: _UNPAID
    | {"version": 3, "status": "open", "table": "14", "updated_at": "2025-03-04T17:52:10Z"},
    EventType.ORDER_STATUS_CHANGED: _UNPAID
    | {
        "version": 5,
        "status": "ready",
        "table": "14",
        "sent_at": "2025-03-04T17:44:12Z",
        "updated_at": "2025-03-04T18:03:41Z",
    },
    EventType.ORDER_CLOSED: {},
    EventType.ORDER_VOIDED: _UNPAID
    | {
        "version": 4,
        "status": "voided",
        "voided_at": "2025-03-04T17:58:00Z",
        "updated_at": "2025-03-04T17:58:00Z",
        "line_items": [line | {"voided": True} for line in CLOSED_ORDER["line_items"]],
    },
    EventType.ORDER_REFUNDED: {
        "version": 8,
        "payment_status": "partially_refunded",
        "refunds": [
            {
                "id": "re_1",
                "payment_id": "pay_1",
                "amount": 500,
                "reason": "Cold food",
                "refunded_at": "2025-03-05T09:10:00Z",
            }
        ],
        "updated_at": "2025-03-05T09:10:00Z",
    },
    EventType.WEBHOOK_TEST: {"id": "order_test", "version": 1, "number": "TEST-1"},
}


def example_order(event: EventType) -> dict[str, Any]:
    """The order as a POS posts it with this event."""
    return CLOSED_ORDER | _CHANGES[event]
