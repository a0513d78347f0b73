"""Example orders, for the documentation and for test events."""

from typing import Any

OPENED_ORDER: dict[str, Any] = {
    "id": "ord_9f3a2c",
    "version": 1,
    "channel": "pos",
    "status": "open",
    "currency": "USD",
    "line_items": [],
    "number": "1042",
    "table": "12",
    "guest_count": 2,
    "opened_at": "2025-03-04T17:40:00Z",
}

CLOSED_ORDER: dict[str, Any] = {
    "id": "ord_9f3a2c",
    "version": 7,
    "number": "1042",
    "business_date": "2025-03-04",
    "channel": "pos",
    "service_type": "dine_in",
    "status": "closed",
    "payment_status": "paid",
    "currency": "USD",
    "table": "12",
    "guest_count": 2,
    "revenue_center": "Patio",
    "employee": {"id": "emp_7", "name": "Maria"},
    "line_items": [
        {
            "id": "li_1",
            "item_id": "itm_204",
            "sku": "BRG-01",
            "name": "Burger",
            "category": "Mains",
            "quantity": "1.000",
            "unit_price": 1000,
            "gross": 1250,
            "discount_total": 0,
            "tax_total": 111,
            "total": 1361,
            "note": "No onions",
            "modifiers": [
                {
                    "id": "mo_fries",
                    "group": "Sides",
                    "name": "Fries",
                    "quantity": "1.000",
                    "unit_price": 250,
                    "total": 250,
                }
            ],
            "applied_taxes": [{"tax_id": "tx_1", "amount": 111}],
        }
    ],
    "taxes": [{"id": "tx_1", "name": "Sales tax", "rate_percent": "8.875", "inclusive": False, "amount": 111}],
    "payments": [
        {
            "id": "pay_1",
            "type": "card",
            "brand": "visa",
            "last4": "4242",
            "amount": 1361,
            "tip": 200,
            "status": "captured",
            "paid_at": "2025-03-04T18:21:40Z",
        }
    ],
    "totals": {
        "subtotal": 1250,
        "discount": 0,
        "service_charge": 0,
        "tax": 111,
        "tip": 200,
        "total": 1561,
        "paid": 1561,
        "due": 0,
    },
    "opened_at": "2025-03-04T17:40:00Z",
    "updated_at": "2025-03-04T18:22:05Z",
    "closed_at": "2025-03-04T18:22:05Z",
    "metadata": {"register": "3"},
}
