"""The canonical order takes what a POS may say and nothing else."""

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from backoffice.web.money import exponent
from tests.webhooks.orders import line, smallest_order
from webhooks.api.schemas import EventTypeName
from webhooks.canonical.currencies import CURRENCIES
from webhooks.canonical.example import CLOSED_ORDER, OPENED_ORDER
from webhooks.canonical.order import ChannelName, Order
from webhooks.event_types import ORDER_EVENT_TYPES, Channel


def parse(order: dict[str, Any]) -> Order:
    return Order.model_validate_json(json.dumps(order))


def refusal(order: dict[str, Any]) -> tuple[tuple[Any, ...], str]:
    with pytest.raises(ValidationError) as refused:
        parse(order)
    (error,) = refused.value.errors()
    return error["loc"], error["type"]


def test_the_smallest_order() -> None:
    order = parse(smallest_order())
    assert (order.id, order.version, order.line_items, order.totals, order.metadata) == ("ord_1", 1, [], None, {})


@pytest.mark.parametrize("field", ["id", "version", "channel", "status", "currency", "line_items"])
def test_required_fields(field: str) -> None:
    order = smallest_order()
    del order[field]
    assert refusal(order) == ((field,), "missing")


@pytest.mark.parametrize("order", [OPENED_ORDER, CLOSED_ORDER])
def test_examples_are_orders(order: dict[str, Any]) -> None:
    parse(order)


def test_canonical_json_is_a_fixed_point() -> None:
    """What is stored parses to the same order and is written the same again."""
    once = parse(CLOSED_ORDER).model_dump_json()
    assert Order.model_validate_json(once).model_dump_json() == once


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("version", 1.0, "int_type"),
        ("version", "1", "int_type"),
        ("version", True, "int_type"),
        ("version", -1, "greater_than_equal"),
        ("version", 2**53, "less_than_equal"),
        ("guest_count", -1, "greater_than_equal"),
        ("id", "", "string_pattern_mismatch"),
        ("id", "a/b", "string_pattern_mismatch"),
        ("id", "a b", "string_pattern_mismatch"),
        ("id", "x" * 81, "string_pattern_mismatch"),
        ("id", 5, "string_type"),
        ("number", "1\n2", "string_pattern_mismatch"),
        ("number", "x" * 41, "string_too_long"),
        ("channel", "fax", "literal_error"),
        ("status", "Closed", "literal_error"),
        ("service_type", "", "literal_error"),
        ("currency", "usd", "string_pattern_mismatch"),
        ("currency", "ABC", "currency"),
        ("currency", "XAU", "currency"),
        ("opened_at", "2025-03-04T18:22:05", "timezone_aware"),
        ("opened_at", 1741112525, "datetime_parsing"),
        ("opened_at", "yesterday", "datetime_parsing"),
        ("opened_at", "2025-02-30T10:00:00Z", "datetime_from_date_parsing"),
        ("opened_at", "0001-01-01T00:00:00+14:00", "moment"),
        ("business_date", "2025-02-29", "date_from_datetime_parsing"),
        ("business_date", "2025-03-04T00:00:00Z", "date_parsing"),
        ("line_items", None, "list_type"),
        ("line_items", {}, "list_type"),
        ("metadata", [], "dict_type"),
        ("metadata", {"a": float("inf")}, "finite"),
        ("metadata", {"a": [float("nan")]}, "finite"),
        ("metadata", {"a": "\0"}, "nul"),
        ("metadata", {"\0": 1}, "nul"),
        ("metadata", {str(number): 1 for number in range(101)}, "too_long"),
        ("Status", "open", "extra_forbidden"),
    ],
)
def test_refused_values(field: str, value: object, kind: str) -> None:
    assert refusal(smallest_order(**{field: value})) == ((field,), kind)


@pytest.mark.parametrize("quantity", ["1", "1.000", "0.333333", "-2", "999999999"])
def test_quantities(quantity: str) -> None:
    assert parse(smallest_order(line_items=[line(quantity=quantity)])).line_items[0].quantity == quantity


@pytest.mark.parametrize("quantity", ["", "1,5", "1.", ".5", "1e3", "+1", "1 ", "1.0000001", "1234567890", "NaN"])
def test_refused_quantities(quantity: str) -> None:
    assert refusal(smallest_order(line_items=[line(quantity=quantity)])) == (
        ("line_items", 0, "quantity"),
        "string_pattern_mismatch",
    )


@pytest.mark.parametrize(("amount", "fine"), [(10**15, True), (10**15 + 1, False), (-(10**15), True), (12.0, False)])
def test_money(amount: object, fine: bool) -> None:
    order = smallest_order(totals={"total": amount})
    if fine:
        totals = parse(order).totals
        assert totals is not None
        assert totals.total == amount
    else:
        assert refusal(order)[0] == ("totals", "total")


@pytest.mark.parametrize("digits", ["4242424242424242", "424", "42424"])
def test_no_card_number_gets_in(digits: str) -> None:
    payment = {"type": "card", "amount": 1, "last4": digits}
    assert refusal(smallest_order(payments=[payment])) == (("payments", 0, "last4"), "string_pattern_mismatch")


def test_line_ids_are_unique() -> None:
    assert refusal(smallest_order(line_items=[line(), line(id="li_2"), line()])) == (
        ("line_items", 2, "id"),
        "repeated_id",
    )


def test_metadata_depth() -> None:
    def nested(levels: int) -> dict[str, Any]:
        value: Any = 1
        for _level in range(levels):
            value = {"a": value}
        return {"a": value}

    parse(smallest_order(metadata=nested(6)))
    assert refusal(smallest_order(metadata=nested(8))) == (("metadata",), "metadata_depth")


def test_long_integers_of_metadata_survive() -> None:
    order = parse(smallest_order(metadata={"a": 2**80, "b": 0.1, "c": [None, True]}))
    assert json.loads(order.model_dump_json())["metadata"] == {"a": 2**80, "b": 0.1, "c": [None, True]}


def test_enums_are_those_of_the_models() -> None:
    assert list(get_args(ChannelName)) == Channel.values
    assert list(get_args(EventTypeName)) == [event.value for event in ORDER_EVENT_TYPES]


def test_currencies_know_their_exponent() -> None:
    assert {exponent(code) for code in CURRENCIES} == {0, 2, 3}
    assert (exponent("JPY"), exponent("USD"), exponent("KWD")) == (0, 2, 3)
    assert all(len(code) == 3 and code.isupper() for code in CURRENCIES)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.sampled_from(sorted(Order.model_fields)), _JSON))
def test_no_value_breaks_the_reader(fields: dict[str, Any]) -> None:
    """Whatever comes is an order or a ValidationError, and what is an order can be written and read again."""
    try:
        order = Order.model_validate_json(json.dumps(smallest_order(**fields)))
    except ValidationError:
        return
    assert Order.model_validate_json(order.model_dump_json()).model_dump_json() == order.model_dump_json()
