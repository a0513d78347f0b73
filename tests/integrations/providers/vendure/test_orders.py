"""Orders of Vendure in our words: amounts that add up, states, payments and refunds."""

from decimal import Decimal
from typing import Any

import pytest

from integrations.contract import OrderState, PaymentState, Service
from integrations.providers.vendure.orders import pulled_order
from integrations.pulled_orders import canonical
from tests.integrations.providers.vendure.fake_shop import DOCUMENTED

SURCHARGES = [
    {"id": "1", "description": "Gift wrap", "sku": "WRAP", "price": 300, "priceWithTax": 327},
    {"id": "2", "description": "Goodwill", "sku": "", "price": -100, "priceWithTax": -109},
]


def read(**changed: Any) -> Any:
    return pulled_order({**DOCUMENTED, **changed}, places=2)


def payment(amount: int, state: str = "Settled", refunds: tuple[tuple[int, str], ...] = ()) -> dict[str, Any]:
    rows = [{"total": total, "state": refund} for total, refund in refunds]
    return {**DOCUMENTED["payments"][0], "amount": amount, "state": state, "refunds": rows}


def test_the_documented_order_becomes_a_canonical_one_whose_sums_agree() -> None:
    written = canonical(read(), slug="vendure", timezone="America/New_York")
    assert written["id"] == "vendure:3"
    assert written["number"] == "6YZAQPYNPL4QXJQ7"
    [line] = written["line_items"]
    assert (line["unit_price"], line["gross"], line["discount_total"], line["tax_total"], line["total"]) == (
        999, 2997, 300, 239, 2936,
    )  # fmt: skip
    assert written["totals"] == {
        "subtotal": 2997, "discount": 300, "service_charge": 500, "tax": 239, "tip": 0, "total": 3436, "paid": 3436, "due": 0,
    }  # fmt: skip
    assert written["customer"]["phone"] == "+1 617 555 0123"
    assert written["fulfillment"]["address"]["country"] == "US"
    assert written["business_date"] == "2026-03-04"


def test_surcharges_are_lines_and_discounts_and_the_sums_agree_still() -> None:
    order = read(surcharges=SURCHARGES, total=3397, totalWithTax=3654)
    assert [line.name for line in order.lines] == ["Rye", "Gift wrap"]
    assert (order.subtotal, order.discount) == (Decimal("32.97"), Decimal("4.00"))
    assert order.subtotal - order.discount + order.shipping + order.tax == order.total == Decimal("36.54")


@pytest.mark.parametrize(
    ("places", "currency", "total"), [(2, "JPY", "34.36"), (3, "KWD", "3.436"), (0, "JPY", "3436"), (2, "USD", "34.36")]
)
def test_decimal_places_are_the_shops_whatever_the_currency(places: int, currency: str, total: str) -> None:
    order = pulled_order({**DOCUMENTED, "currencyCode": currency}, places=places)
    assert order.total == Decimal(total)


@pytest.mark.parametrize(
    ("state", "here"),
    [
        ("PaymentAuthorized", OrderState.OPEN), ("PaymentSettled", OrderState.OPEN), ("PartiallyShipped", OrderState.OPEN),
        ("Shipped", OrderState.CLOSED), ("PartiallyDelivered", OrderState.OPEN), ("Delivered", OrderState.CLOSED),
        ("Modifying", OrderState.OPEN), ("ArrangingAdditionalPayment", OrderState.OPEN), ("Cancelled", OrderState.VOIDED),
        ("OfTheShopsOwn", OrderState.OPEN),
    ],
)  # fmt: skip
def test_states(state: str, here: OrderState) -> None:
    assert read(state=state).state is here


@pytest.mark.parametrize(
    ("payments", "state", "here"),
    [
        ([], PaymentState.UNPAID, OrderState.OPEN),
        ([payment(3436, "Authorized")], PaymentState.UNPAID, OrderState.OPEN),
        ([payment(3436, "Declined"), payment(1000)], PaymentState.PARTIALLY_PAID, OrderState.OPEN),
        ([payment(2436), payment(1000)], PaymentState.PAID, OrderState.OPEN),
        ([payment(3436, refunds=((500, "Settled"),))], PaymentState.PARTIALLY_REFUNDED, OrderState.OPEN),
        ([payment(3436, refunds=((3436, "Pending"), (3436, "Failed")))], PaymentState.PAID, OrderState.OPEN),
        ([payment(3436, refunds=((3000, "Settled"), (436, "Settled")))], PaymentState.REFUNDED, OrderState.REFUNDED),
    ],
)
def test_payments_and_refunds_count_once_they_are_settled(
    payments: list[dict[str, Any]], state: PaymentState, here: OrderState
) -> None:
    order = read(payments=payments)
    assert (order.payment_state, order.state) == (state, here)


def test_a_cancelled_order_has_nothing_left_and_stays_voided_once_it_is_refunded() -> None:
    lines = [{**DOCUMENTED["lines"][0], "quantity": 0, "linePrice": 0, "proratedLinePrice": 0}]
    order = read(
        state="Cancelled", lines=lines, total=0, totalWithTax=0, shipping=0,
        payments=[payment(3436, refunds=((3436, "Settled"),))],
    )  # fmt: skip
    assert (order.state, order.payment_state, order.lines) == (OrderState.VOIDED, PaymentState.REFUNDED, ())


def test_it_changed_when_its_history_says_so_whatever_its_own_time() -> None:
    assert read().updated_at.isoformat() == "2026-03-04T19:42:48+00:00"
    assert read(history={"items": []}).updated_at.isoformat() == "2026-03-04T19:42:47.888000+00:00"


def test_pick_up_is_known_by_the_shipping_method() -> None:
    assert read().service is Service.DELIVERY
    assert pulled_order(DOCUMENTED, places=2, pickup={"courier"}).service is Service.PICKUP
    assert read(shippingLines=[]).service is None


def test_an_order_without_a_customer_goes_by_the_name_on_the_address() -> None:
    assert read(customer=None).customer.first_name == "Jo Doe"
    assert read(customer=None, shippingAddress=None).customer is None


@pytest.mark.parametrize(
    "missing", ["id", "code", "currencyCode", "orderPlacedAt", "total", "totalWithTax", "shipping"]
)
def test_an_order_without_what_it_needs_is_refused_by_name(missing: str) -> None:
    with pytest.raises(ValueError, match=missing):
        read(**{missing: None})
