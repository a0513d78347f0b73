import json
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.demo.menus import CURRENCIES, Item
from backoffice.demo.orders import OrderLife, Shop
from backoffice.demo.pricing import Line, spread, tax_of
from webhooks.canonical.order import Order

KINDS = ("restaurant", "cafe", "retail")


def life(kind: str, currency: str, seed: int) -> list[dict[str, Any]]:
    ticks: Iterator[int] = iter(range(10**6))
    start = datetime(2026, 3, 4, 18, 22, tzinfo=UTC)
    order = OrderLife(
        Shop(kind, currency, "America/New_York"),
        seed,
        chance=random.Random(seed),
        clock=lambda: start + timedelta(seconds=next(ticks)),
    )
    return list(order.events())


@given(st.sampled_from(KINDS), st.sampled_from(sorted(CURRENCIES)), st.integers(0, 10**6))
def test_every_event_of_every_order_adds_up(kind: str, currency: str, seed: int) -> None:
    for event in life(kind, currency, seed):
        order = event["order"]
        totals = order["totals"]
        inclusive = CURRENCIES[currency].tax_inclusive
        lines = [line for line in order["line_items"] if not line["voided"]]
        assert totals["subtotal"] == sum(line["gross"] for line in lines)
        assert totals["discount"] == sum(line["discount_total"] for line in lines)
        assert totals["tax"] == sum(line["tax_total"] for line in lines) == order["taxes"][0]["amount"]
        assert totals["total"] - totals["tip"] - totals["service_charge"] == sum(line["total"] for line in lines)
        assert totals["total"] == (
            totals["subtotal"]
            - totals["discount"]
            + totals["service_charge"]
            + totals["tip"]
            + (0 if inclusive else totals["tax"])
        )
        for line in order["line_items"]:
            quantity = Decimal(line["quantity"])
            unit = line["unit_price"] * quantity
            assert abs(line["gross"] - unit - sum(one["total"] for one in line["modifiers"])) < 1
            assert line["discount_total"] == sum(one["amount"] for one in line["applied_discounts"])
        if order["status"] in {"closed", "refunded", "voided"}:
            assert totals["due"] == 0


@given(st.sampled_from(KINDS), st.integers(0, 10**6))
def test_a_life_is_in_order(kind: str, seed: int) -> None:
    events = life(kind, "USD", seed)
    types = [event["type"] for event in events]
    assert types[0] == "order.opened"
    assert [event["order"]["version"] for event in events] == list(range(1, len(events) + 1))
    assert len({event["order"]["id"] for event in events}) == 1
    assert types[-1] in {"order.closed", "order.voided", "order.refunded"}
    if types[-1] == "order.refunded":
        assert types[-2] == "order.closed"
    assert [one["order"]["updated_at"] for one in events] == sorted(one["order"]["updated_at"] for one in events)


@given(st.sampled_from(KINDS), st.sampled_from(sorted(CURRENCIES)), st.integers(0, 10**6))
def test_the_api_takes_every_event(kind: str, currency: str, seed: int) -> None:
    for event in life(kind, currency, seed):
        order = Order.model_validate_json(json.dumps(event["order"]))
        assert order.version == event["order"]["version"]


def test_many_lives_show_everything_that_happens() -> None:
    seen: Counter[str] = Counter()
    for seed in range(300):
        for event in life("restaurant", "USD", seed):
            order = event["order"]
            seen.update([event["type"], order["channel"], order["service_type"], order["payment_status"]])
            seen.update(
                name for name in ("discounts", "service_charges", "refunds", "table", "customer") if order[name]
            )
            seen.update(["tip"] * bool(order["totals"]["tip"]))
    expected = (
        "order.opened order.updated order.status_changed order.closed order.voided order.refunded pos online phone kiosk "
        "marketplace qr_table dine_in take_out pickup curbside delivery unpaid paid refunded partially_refunded "
        "discounts service_charges refunds table customer tip"
    )
    assert set(expected.split()) <= set(seen)


def test_the_same_seed_makes_the_same_orders() -> None:
    assert life("cafe", "JPY", 7) == life("cafe", "JPY", 7)
    assert life("cafe", "JPY", 7) != life("cafe", "JPY", 8)


def test_a_day_ends_when_the_last_guests_leave() -> None:
    def date_at(hour: int) -> str:
        moment = datetime(2026, 3, 5, hour, 0, tzinfo=UTC)
        shop = Shop("restaurant", "USD", "America/New_York")
        event = next(OrderLife(shop, 1, chance=random.Random(1), clock=lambda: moment).events())
        return str(event["order"]["business_date"])

    # 03:00 and 05:00 in New York
    assert date_at(8) == "2026-03-04"
    assert date_at(10) == "2026-03-05"


@pytest.mark.parametrize(
    ("currency", "cents", "price"), [("USD", 1650, 1650), ("EUR", 1650, 1650), ("JPY", 1650, 2480), ("KWD", 1650, 5100)]
)
def test_prices_are_in_minor_units_of_their_currency(currency: str, cents: int, price: int) -> None:
    assert CURRENCIES[currency].price(cents) == price


def test_taxes_inside_and_on_top() -> None:
    assert tax_of(1250, CURRENCIES["USD"]) == 111
    assert tax_of(1190, CURRENCIES["EUR"]) == 190
    assert tax_of(1100, CURRENCIES["JPY"]) == 100


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=6), st.data())
def test_a_discount_is_spread_exactly(prices: list[int], data: st.DataObject) -> None:
    lines = [
        Line(number=i, item=Item("s", "n", "c", price), quantity=Decimal(1), unit_price=price)
        for i, price in enumerate(prices)
    ]
    amount = data.draw(st.integers(0, sum(prices)))
    spread(amount, lines, "dis_1")
    assert sum(line.discount for line in lines) == amount
    assert all(0 <= line.discount <= line.gross for line in lines)
