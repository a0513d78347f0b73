"""What of an order is personal data, and the order without it: for endpoints that leave it out, and for customers who are erased."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OrderData = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PersonalField:
    """A field that is or may hold personal data: its place in the order, what it holds, and what stands there instead.

    `of_customer` is False for what is about the staff: it is left out of webhooks, and stays where a customer is erased.
    """

    place: str
    holds: Promise
    instead: str
    clear: Callable[[OrderData], None]
    of_customer: bool = True


def _nothing() -> None:
    return None


def _emptied(name: str, made: Callable[[], Any]) -> Callable[[OrderData], None]:
    def clear(order: OrderData) -> None:
        if name in order:
            order[name] = made()

    return clear


def _emptied_in_each(rows: str, name: str, value: Any) -> Callable[[OrderData], None]:
    def clear(order: OrderData) -> None:
        for row in order.get(rows) or ():
            if name in row:
                row[name] = value

    return clear


def _without_address(order: OrderData) -> None:
    if order.get("fulfillment"):
        order["fulfillment"]["address"] = None


#: Free text is among them, since people write names and numbers into it, and so is `metadata`, of which we know nothing.
PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    PersonalField(
        "customer", _("Who ordered: id, names, email address and phone number."), "null", _emptied("customer", _nothing)
    ),
    PersonalField(
        "fulfillment.address",
        _("Where it is delivered, with what the driver is told."),
        "null",
        _without_address,
    ),
    PersonalField(
        "employee", _("Who took the order: id and name."), "null", _emptied("employee", _nothing), of_customer=False
    ),
    PersonalField(
        "payments[].last4",
        _("The last four digits of the card."),
        "null",
        _emptied_in_each("payments", "last4", None),
    ),
    PersonalField(
        "line_items[].note", _("What the guest asked for, in words."), '""', _emptied_in_each("line_items", "note", "")
    ),
    PersonalField(
        "refunds[].reason",
        _("Why money was given back, in words."),
        '""',
        _emptied_in_each("refunds", "reason", ""),
    ),
    PersonalField("metadata", _("Whatever the till added: it may hold anything."), "{}", _emptied("metadata", dict)),
)


def without_personal_data(order_json: str) -> str:
    """The order in canonical JSON with nothing personal in it; it is an order still, with every field in its place.

    The same order gives the same bytes each time, so every try of a delivery carries the same body.
    """
    return _cleared(order_json, PERSONAL_FIELDS)


def without_customer(order_json: str) -> str:
    """The order in canonical JSON with nothing about its customer in it. One that has nothing of it comes back as it is, to the byte."""
    return _cleared(order_json, tuple(field for field in PERSONAL_FIELDS if field.of_customer))


def _cleared(order_json: str, fields: tuple[PersonalField, ...]) -> str:
    order: OrderData = orjson.loads(order_json)
    before = orjson.dumps(order)
    for field in fields:
        field.clear(order)
    after = orjson.dumps(order)
    return order_json if after == before else after.decode()
