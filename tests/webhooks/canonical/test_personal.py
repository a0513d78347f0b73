"""Personal data of an order: what counts as such, and that none of it is left where it is to be left out."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args, get_origin

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from tests.webhooks.orders import smallest_order
from webhooks.canonical.example import CLOSED_ORDER
from webhooks.canonical.order import Order
from webhooks.canonical.personal import PERSONAL_FIELDS, without_customer, without_personal_data

#: Text that is no personal data: ids and names of the till's own things, and what is chosen from a list.
NOT_PERSONAL = {
    "id", "number", "external_id", "external_source", "store.id", "store.code", "store.timezone", "currency", "table",
    "revenue_center", "fulfillment.pickup_code",
    "line_items[].id", "line_items[].item_id", "line_items[].sku", "line_items[].name", "line_items[].category",
    "line_items[].quantity", "line_items[].modifiers[].id", "line_items[].modifiers[].group",
    "line_items[].modifiers[].name", "line_items[].modifiers[].quantity", "line_items[].applied_taxes[].tax_id",
    "line_items[].applied_discounts[].discount_id",
    "taxes[].id", "taxes[].name", "taxes[].rate_percent", "discounts[].id", "discounts[].name", "service_charges[].name",
    "payments[].id", "payments[].brand", "refunds[].id", "refunds[].payment_id",
}  # fmt: skip


def _text_fields(model: type[BaseModel], place: str = "") -> Iterator[str]:
    """Where in the model text of people's own may stand."""
    for name, field in model.model_fields.items():
        yield from _text_of(field.annotation, f"{place}{name}")


def _text_of(annotation: Any, place: str) -> Iterator[str]:
    origin = get_origin(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from _text_fields(annotation, f"{place}.")
    elif origin is list:
        yield from _text_of(get_args(annotation)[0], f"{place}[]")
    elif annotation is str or origin is dict:
        yield place
    elif origin is Annotated:
        yield from _text_of(get_args(annotation)[0], place)
    elif origin is not Literal:
        for one in get_args(annotation):
            yield from _text_of(one, place)


def _is_personal(place: str) -> bool:
    return any(place == field.place or place.startswith(f"{field.place}.") for field in PERSONAL_FIELDS)


def test_each_text_of_an_order_is_personal_or_named_as_not() -> None:
    places = set(_text_fields(Order))
    assert {place for place in places if not _is_personal(place)} == NOT_PERSONAL
    assert all(
        any(place == field.place or place.startswith(f"{field.place}.") for place in places)
        for field in PERSONAL_FIELDS
    )


def planted(value: str) -> dict[str, Any]:
    """An order with `value` in every field that may hold personal data, in the form the field asks for."""
    return smallest_order(
        customer={
            "id": f"c{value}", "first_name": value, "last_name": value, "email": f"{value}@x.example", "phone": value,
        },
        employee={"id": f"e{value}", "name": value},
        fulfillment={
            "pickup_code": "7731",
            "address": {
                "line1": value, "line2": value, "city": value, "region": value, "postal_code": value, "country": "NL",
                "instructions": value,
            },
        },
        line_items=[{"id": "li_1", "name": "Burger", "quantity": "1", "unit_price": 100, "note": value}],
        payments=[{"type": "card", "brand": "visa", "last4": value[:4], "amount": 100}],
        refunds=[{"amount": 100, "reason": value}],
        metadata={value: {"deep": [value]}},
    )  # fmt: skip


def canonical(order: dict[str, Any]) -> str:
    return Order.model_validate_json(orjson.dumps(order)).model_dump_json()


@given(canary=st.text("0123456789", min_size=9, max_size=20).map(lambda digits: f"8675309{digits}"))
def test_no_personal_value_is_left_and_it_is_an_order_still(canary: str) -> None:
    stored = canonical(planted(canary))
    assert stored.count(canary) == 17
    bare = without_personal_data(stored)
    assert canary not in bare
    assert canary[:4] not in bare
    assert Order.model_validate_json(bare).model_dump_json() == bare
    before, after = orjson.loads(stored), orjson.loads(bare)
    assert before.keys() == after.keys()
    assert {name for name in before if before[name] != after[name]} == {
        "customer", "employee", "fulfillment", "line_items", "payments", "refunds", "metadata",
    }  # fmt: skip
    assert after["fulfillment"] == {"promised_at": None, "pickup_code": "7731", "address": None}
    assert after["payments"][0]["brand"] == "visa"
    assert without_personal_data(bare) == bare


def test_an_erased_customer_leaves_the_staff() -> None:
    erased = orjson.loads(without_customer(canonical(planted("8675309123456789"))))
    assert erased["employee"] == {"id": "e8675309123456789", "name": "8675309123456789"}
    assert erased["customer"] is None
    assert str(erased).count("8675309123456789") == 2


def test_an_order_that_has_nothing_of_a_customer_stays_as_it_is_to_the_byte() -> None:
    stored = '{"id": "o-1",  "total": 1361}'
    assert without_customer(stored) == stored


@pytest.mark.parametrize("field", PERSONAL_FIELDS, ids=lambda field: field.place)
def test_what_stands_instead_is_as_documented(field: Any) -> None:
    bare = orjson.loads(without_personal_data(canonical(planted("8675309123456789"))))
    value: Any = bare
    for step in field.place.split("."):
        value = value[step.removesuffix("[]")]
        value = value[0] if step.endswith("[]") else value
    assert value == orjson.loads(field.instead)


def test_the_documentations_example_keeps_what_is_sold() -> None:
    bare = orjson.loads(without_personal_data(canonical(CLOSED_ORDER)))
    assert [line["name"] for line in bare["line_items"]] == ["Burger"]
    assert bare["totals"]["total"] == 1561
