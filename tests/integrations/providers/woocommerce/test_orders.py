"""WooCommerce: what an order of the documentation becomes, down to the canonical order that is stored."""

import json
from decimal import Decimal
from typing import Any

import pytest

from integrations.contract import OrderState, PaymentState, Service
from integrations.providers.woocommerce.orders import pulled_order
from integrations.pulled_orders import canonical
from tests.integrations.providers.woocommerce.fake_shop import documented_order
from webhooks.canonical.order import Order


def test_the_documented_order() -> None:
    order = pulled_order(documented_order())
    assert (order.id, order.number, order.currency, order.total) == ("727", "727", "USD", Decimal("29.35"))
    assert (order.state, order.payment_state, order.service) == (OrderState.CLOSED, PaymentState.PAID, Service.DELIVERY)
    assert (order.subtotal, order.tax, order.shipping, order.discount) == tuple(map(Decimal, ("18", "1.35", "10", "0")))
    assert order.updated_at.isoformat() == "2017-03-22T19:30:35+00:00"
    assert [line.name for line in order.lines] == ["Woo Single #1", "Ship Your Idea – Color: Black, Size: M Test"]
    assert (order.lines[0].unit_price, order.lines[0].total) == (Decimal(3), Decimal("6.45"))
    assert order.lines[1].item_id == "23"
    assert order.customer is not None
    assert order.customer.phone == "(555) 555-5555"


def test_it_is_a_canonical_order_to_the_cent() -> None:
    written = canonical(pulled_order(documented_order()), slug="woocommerce", timezone="America/New_York")
    order = Order.model_validate_json(json.dumps(written))
    assert order.totals is not None
    assert (order.totals.total, order.totals.paid, order.totals.due) == (2935, 2935, 0)
    assert sum(line.total or 0 for line in order.line_items) + 1000 == order.totals.total


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", OrderState.OPEN),
        ("processing", OrderState.OPEN),
        ("on-hold", OrderState.OPEN),
        ("completed", OrderState.CLOSED),
        ("cancelled", OrderState.VOIDED),
        ("refunded", OrderState.REFUNDED),
        ("failed", OrderState.VOIDED),
        ("trash", OrderState.VOIDED),
        ("wc-plugin-packed", OrderState.OPEN),
    ],
)
def test_every_status_there_is(status: str, state: OrderState) -> None:
    assert pulled_order(documented_order(status=status)).state is state


@pytest.mark.parametrize(
    ("changes", "refunded", "payment"),
    [
        ({"date_paid_gmt": None}, "0", PaymentState.UNPAID),
        ({"refunds": [{"id": 1, "total": "-5.00"}, {"id": 2, "total": "-1.00"}]}, "6", PaymentState.PARTIALLY_REFUNDED),
        ({"refunds": [{"id": 1, "total": "-29.35"}]}, "29.35", PaymentState.REFUNDED),
        ({"status": "refunded"}, "29.35", PaymentState.REFUNDED),
    ],
)
def test_payment_and_refunds(changes: dict[str, Any], refunded: str, payment: PaymentState) -> None:
    order = pulled_order(documented_order(**changes))
    assert (order.refunded, order.payment_state) == (Decimal(refunded), payment)


def test_fees_are_lines_and_negative_fees_a_discount() -> None:
    fees = [
        {"id": 9, "name": "Gift wrap", "total": "2.00", "total_tax": "0.10"},
        {"id": 10, "name": "Loyalty", "total": "-1.50"},
    ]
    order = pulled_order(documented_order(fee_lines=fees, discount_total="3.00"))
    assert (order.lines[2].name, order.lines[2].total, order.discount) == (
        "Gift wrap",
        Decimal("2.10"),
        Decimal("4.50"),
    )
    assert order.subtotal == 20


def test_pick_up_and_nothing_to_ship() -> None:
    assert pulled_order(documented_order(shipping_lines=[{"method_id": "local_pickup:3"}])).service is Service.PICKUP
    assert pulled_order(documented_order(shipping_lines=[])).service is None


@pytest.mark.parametrize(
    "broken",
    [{"id": None}, {"total": "many"}, {"date_modified_gmt": ""}, {"date_created_gmt": "soon"}, {"total": "NaN"}],
)
def test_an_order_that_cannot_be_read_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        pulled_order(documented_order(**broken))
