"""Orders of about 2 KB in the canonical form, as a point of sale would post them."""

import json
import uuid
from typing import Any

ITEMS = (
    ("Margherita pizza", "Mains", 1250),
    ("Caesar salad", "Starters", 890),
    ("Sparkling water 0.5 l", "Drinks", 350),
)
BODY_BYTES = 2048


def _compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def order_event(number: int) -> dict[str, Any]:
    """One `order.closed` event whose JSON has 2 KB; `number` tells one order from another."""
    lines = [
        {
            "id": f"li_{index}",
            "item_id": f"itm_{index}",
            "sku": f"SKU-{1000 + index}",
            "name": name,
            "category": category,
            "quantity": "1.000",
            "unit_price": price,
            "gross": price,
            "discount_total": 0,
            "tax_total": price // 10,
            "total": price + price // 10,
            "note": "",
            "voided": False,
            "modifiers": [],
            "applied_taxes": [{"tax_id": "tx_1", "amount": price // 10}],
            "applied_discounts": [],
        }
        for index, (name, category, price) in enumerate(ITEMS, start=1)
    ]
    subtotal = sum(price for _, _, price in ITEMS)
    tax = sum(price // 10 for _, _, price in ITEMS)
    order: dict[str, Any] = {
        "id": f"ord_{uuid.uuid4().hex}",
        "version": 1,
        "number": str(number),
        "business_date": "2025-03-04",
        "channel": "pos",
        "service_type": "dine_in",
        "status": "closed",
        "payment_status": "paid",
        "currency": "USD",
        "table": "12",
        "guest_count": 2,
        "line_items": lines,
        "taxes": [{"id": "tx_1", "name": "Sales tax", "rate_percent": "10", "inclusive": False, "amount": tax}],
        "discounts": [],
        "service_charges": [],
        "payments": [
            {
                "id": "pay_1",
                "type": "card",
                "brand": "visa",
                "last4": "4242",
                "amount": subtotal + tax,
                "tip": 200,
                "status": "captured",
                "paid_at": "2025-03-04T18:22:05Z",
            }
        ],
        "refunds": [],
        "totals": {
            "subtotal": subtotal,
            "discount": 0,
            "service_charge": 0,
            "tax": tax,
            "tip": 200,
            "total": subtotal + tax + 200,
            "paid": subtotal + tax + 200,
            "due": 0,
        },
        "opened_at": "2025-03-04T17:40:00Z",
        "updated_at": "2025-03-04T18:22:05Z",
        "closed_at": "2025-03-04T18:22:05Z",
        "metadata": {},
    }
    event = {"type": "order.closed", "order": order}
    order["metadata"]["note"] = "x" * max(0, BODY_BYTES - len(_compact(event)) - len(',"note":""'))
    return event


def order_body(number: int) -> bytes:
    """The same as the body of a request; made once and then only given a new order id, to cost the load generator little."""
    order_id = uuid.uuid4().hex
    return _TEMPLATE[0] + order_id.encode() + _TEMPLATE[1] + str(number).encode() + _TEMPLATE[2]


def _template() -> tuple[bytes, bytes, bytes]:
    event = order_event(0)
    event["order"]["id"] = "ord_@id@"
    event["order"]["number"] = "@number@"
    before, rest = _compact(event).split(b"@id@")
    between, after = rest.split(b"@number@")
    return before, between, after


_TEMPLATE = _template()
