"""What an endpoint is sent, as an example for each event: for the documentation and for whoever writes a receiver."""

from typing import Any

import orjson

from webhooks.canonical import personal
from webhooks.canonical.example_events import example_order
from webhooks.canonical.order import Order, StoreReference
from webhooks.event_types import API_VERSION, EventType

EVENT_ID = "evt_01jq2v7k3h00000000000000e1"


def example_body(event: EventType, *, without_personal_data: bool = False) -> dict[str, Any]:
    """A body as an endpoint gets it: every field of the order is there, whatever the POS left out."""
    order = Order.model_validate_json(orjson.dumps(example_order(event)))
    order.store = StoreReference(id="sto_01jq2v7k3h00000000000000s1", code="NYC-01", timezone="America/New_York")
    order_json = order.model_dump_json()
    data = orjson.loads(personal.without_personal_data(order_json) if without_personal_data else order_json)
    body: dict[str, Any] = {
        "id": EVENT_ID,
        "type": event.value,
        "timestamp": data["updated_at"],
        "api_version": API_VERSION,
    }
    if event == EventType.WEBHOOK_TEST:
        body["test"] = True
    return body | {"data": {"order": data}}
