"""Made-up orders of one business day in New York, as the hub stores them."""

from typing import Any

from integrations.contract import Order


def order(number: str, status: str = "closed", **other: Any) -> Order:
    body = {
        "id": f"ord_{number}",
        "number": number,
        "business_date": "2026-03-04",
        "status": status,
        "currency": "USD",
        "closed_at": "2026-03-04T18:22:05Z",
        **other,
    }
    return Order(f"evt_{number}", "order.closed", "pos", b"{}", body)


DINNER = order(
    "1042",
    closed_at="2026-03-05T01:10:00Z",
    service_type="dine_in",
    revenue_center="Main, upstairs",
    employee={"id": "e7", "name": "Sam"},
    guest_count=4,
    totals={"tax": 815, "tip": 1200},
    payments=[
        {"type": "card", "brand": "visa", "amount": 5000, "tip": 1200, "paid_at": "2026-03-05T01:09:30Z"},
        {"type": "cash", "amount": 2515},
        {"type": "card", "brand": "visa", "amount": 9999, "status": "voided"},
    ],
    discounts=[{"name": "Happy hour", "amount": 500}],
)
LUNCH = order(
    "1041", service_type="take_out", totals={"tax": 0, "tip": 0}, payments=[{"type": "gift_card", "amount": 900}]
)
REFUNDED = order("1040", "refunded", closed_at="2026-03-04T15:00:00Z", refunds=[{"amount": 1361}])
ALL = (
    DINNER,
    LUNCH,
    REFUNDED,
    order("1043", "open"),
    order("1044", "voided"),
    order("1045", business_date="2026-03-05"),
)
