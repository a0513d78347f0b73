"""Magento's orders in our words."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integrations.contract import OrderState, PaymentState, Service
from integrations.providers.magento_2.orders import STATES, pulled_order
from integrations.pulled_orders import canonical

DOCUMENTED: dict[str, Any] = json.loads((Path(__file__).parent / "order.json").read_text(), parse_float=Decimal)


def test_the_documented_order() -> None:
    found = pulled_order(DOCUMENTED)
    assert (found.id, found.number, found.currency, found.total) == ("5", "000000005", "USD", Decimal("46.38"))
    assert found.placed_at == datetime(2026, 3, 4, 14, 15, 54, tzinfo=UTC)
    assert (found.tax, found.discount, found.shipping) == (Decimal("3.38"), Decimal(2), Decimal(5))
    assert (found.state, found.payment_state, found.service) == (OrderState.OPEN, PaymentState.PAID, Service.DELIVERY)
    (line,) = found.lines
    assert (line.name, line.quantity, line.unit_price) == ("Shirt", Decimal(2), Decimal(20))
    assert line.total == Decimal("41.38")
    assert found.address is not None
    assert (found.address.line1, found.address.line2, found.address.region) == ("235 W 23rd St", "Floor 2", "NY")
    assert found.customer is not None
    assert (found.customer.id, found.customer.phone) == ("7", "+12125550123")
    assert canonical(found, slug="magento-2", timezone="America/New_York")["totals"]["due"] == 0


def test_each_state_of_magento() -> None:
    states = ("new", "pending_payment", "processing", "complete", "closed", "canceled", "holded", "payment_review")
    assert {state: str(STATES[state]) for state in states} == {
        "new": "open", "pending_payment": "open", "processing": "open", "complete": "closed", "closed": "refunded",
        "canceled": "voided", "holded": "open", "payment_review": "open",
    }  # fmt: skip
    assert pulled_order({**DOCUMENTED, "state": "of_an_extension"}).state is OrderState.OPEN


@pytest.mark.parametrize(
    ("paid", "refunded", "state"),
    [
        (0, 0, PaymentState.UNPAID),
        (10, 0, PaymentState.PARTIALLY_PAID),
        (Decimal("46.38"), 10, PaymentState.PARTIALLY_REFUNDED),
        (Decimal("46.38"), Decimal("46.38"), PaymentState.REFUNDED),
    ],
)
def test_what_was_paid(paid: object, refunded: object, state: PaymentState) -> None:
    assert pulled_order({**DOCUMENTED, "total_paid": paid, "total_refunded": refunded}).payment_state is state


@pytest.mark.parametrize(
    "broken", [{"entity_id": None}, {"updated_at": ""}, {"grand_total": "x"}, {"order_currency_code": None}]
)
def test_an_order_without_the_essentials_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"The order has no|is no amount"):
        pulled_order({**DOCUMENTED, **broken})
