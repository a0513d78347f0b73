"""Orders that tests post."""

from typing import Any


def smallest_order(**fields: Any) -> dict[str, Any]:
    """Nothing but what is required."""
    return {
        "id": "ord_1",
        "version": 1,
        "channel": "pos",
        "status": "open",
        "currency": "USD",
        "line_items": [],
        **fields,
    }


def line(**fields: Any) -> dict[str, Any]:
    return {"id": "li_1", "name": "Burger", "quantity": "1", "unit_price": 1250, **fields}
