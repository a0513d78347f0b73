"""Whatever a shop writes, the order it becomes is one that the developer API would take."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from integrations.contract import (
    OrderState,
    PaymentState,
    PulledAddress,
    PulledCustomer,
    PulledLine,
    PulledOrder,
    PulledPayment,
    Service,
)
from integrations.pulled_orders import canonical, event_types, order_id
from webhooks.canonical.order import Order

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def pulled(**changes: Any) -> PulledOrder:
    facts: dict[str, Any] = {
        "id": "000000017", "number": "17", "currency": "USD", "state": OrderState.OPEN, "placed_at": NOON, "updated_at": NOON,
        "total": Decimal("27.22"),
    }  # fmt: skip
    return PulledOrder(**{**facts, **changes})


def order_of(order: PulledOrder, timezone: str = "America/New_York") -> Order:
    """The canonical order, as strictly checked as one that a POS posts."""
    return Order.model_validate_json(json.dumps(canonical(order, slug="magento-2", timezone=timezone)))


def test_amounts_become_minor_units_and_facts_stay() -> None:
    order = order_of(
        pulled(
            subtotal=Decimal("25.00"), tax=Decimal("2.22"), shipping=Decimal("4.995"), service=Service.DELIVERY,
            payment_state=PaymentState.PAID, payments=[PulledPayment(Decimal("27.22"), "p 1", "external", "", NOON)],
            lines=[PulledLine("1", "Burger", Decimal(2), Decimal("12.50"), sku="B-1", tax=Decimal("2.22"))],
            customer=PulledCustomer("9", "Jo", "Doe", "jo@example.com", "+1 212 555 0100"),
            address=PulledAddress("1 Main St", city="New York", country="us"),
        )
    )  # fmt: skip
    assert (order.id, order.external_id, order.external_source) == ("magento-2:000000017", "000000017", "magento_2")
    assert order.totals is not None
    assert (order.totals.total, order.totals.paid, order.totals.due) == (2722, 2722, 0)
    assert order.service_charges[0].amount == 500
    line = order.line_items[0]
    assert (line.quantity, line.unit_price, line.gross, line.total) == ("2.000", 1250, 2500, 2722)
    assert order.payments[0].id == "p-1"
    assert order.fulfillment is not None
    assert order.fulfillment.address is not None
    assert order.fulfillment.address.country == "US"


@pytest.mark.parametrize(("currency", "minor"), [("JPY", 27), ("USD", 2722), ("KWD", 27220)])
def test_the_currency_says_what_a_minor_unit_is(currency: str, minor: int) -> None:
    totals = order_of(pulled(currency=currency)).totals
    assert totals is not None
    assert totals.total == minor


def test_the_trading_day_is_the_stores() -> None:
    late = pulled(placed_at=datetime(2026, 3, 4, 3, tzinfo=UTC))
    assert str(order_of(late).business_date) == "2026-03-03"
    assert str(order_of(late, "Asia/Tokyo").business_date) == "2026-03-04"


def test_the_version_rises_with_each_change() -> None:
    assert order_of(pulled(updated_at=NOON + timedelta(seconds=1))).version == order_of(pulled()).version + 1000


@pytest.mark.parametrize(
    ("state", "seen", "expected"),
    [
        (OrderState.OPEN, None, ("order.opened",)),
        (OrderState.CLOSED, None, ("order.opened", "order.closed")),
        (OrderState.VOIDED, None, ("order.opened", "order.voided")),
        (OrderState.OPEN, OrderState.OPEN, ("order.updated",)),
        (OrderState.READY, OrderState.OPEN, ("order.status_changed",)),
        (OrderState.CLOSED, OrderState.READY, ("order.closed",)),
        (OrderState.REFUNDED, OrderState.CLOSED, ("order.refunded",)),
        (OrderState.OPEN, OrderState.CLOSED, ("order.updated",)),
    ],
)
def test_what_happened_is_told_from_what_was_seen(
    state: OrderState, seen: OrderState | None, expected: tuple[str, ...]
) -> None:
    assert event_types(state, seen) == expected


def test_ids_keep_apart_and_in_bounds() -> None:
    assert order_id("wix", "a/b c") == "wix:a-b-c"
    assert len(order_id("wix", "x" * 200)) == 80


TEXT = st.text(max_size=300)
AMOUNT = st.decimals(-100_000, 100_000, places=4)


@example(text="a\0@b", other="\0", amount=Decimal(1), quantity=Decimal(1), state=OrderState.OPEN)
@given(
    text=TEXT, other=TEXT, amount=AMOUNT, quantity=st.decimals(-999, 999, places=5), state=st.sampled_from(OrderState)
)
def test_no_text_of_a_shop_makes_an_order_that_is_refused(
    text: str, other: str, amount: Decimal, quantity: Decimal, state: OrderState
) -> None:
    order_of(
        pulled(
            id=text or "1", number=other, state=state, total=amount, tip=amount, discount=abs(amount), note=text, refunded=amount,
            customer=PulledCustomer(text, other, text, other, text), service=Service.DELIVERY,
            address=PulledAddress(text, other, text, other, text, other),
            payments=[PulledPayment(amount, text, other, text)],
            lines=[PulledLine("1", text, quantity, amount, sku=other, item_id=text, note=other)],
        )
    )  # fmt: skip
