"""The money of an order: discounts spread over lines, taxes inside or on top, totals that add up to the last minor unit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from backoffice.demo.menus import Currency, Item, Option


@dataclass(slots=True)
class Line:
    """One line of an order; amounts in minor units."""

    number: int
    item: Item
    quantity: Decimal
    unit_price: int
    options: tuple[tuple[str, Option, int], ...] = ()  # group, option, price of one
    note: str = ""
    voided: bool = False
    discounts: dict[str, int] = field(default_factory=dict)

    @property
    def gross(self) -> int:
        """Quantity times unit price, with its modifiers."""
        return _times(self.unit_price, self.quantity) + sum(
            _times(price, self.quantity) for _, _, price in self.options
        )

    @property
    def discount(self) -> int:
        return sum(self.discounts.values())

    @property
    def net(self) -> int:
        return self.gross - self.discount


def _round(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def _times(amount: int, quantity: Decimal) -> int:
    return _round(amount * quantity)


def tax_of(net: int, currency: Currency) -> int:
    """The tax on, or inside, an amount after discounts."""
    rate = currency.tax_percent / 100
    return _round(net * rate / (1 + rate)) if currency.tax_inclusive else _round(net * rate)


def percentage(lines: Sequence[Line], percent: int) -> int:
    """So many percent of what the lines cost."""
    return _round(Decimal(sum(line.gross for line in lines if not line.voided)) * percent / 100)


def spread(amount: int, lines: Sequence[Line], discount_id: str) -> None:
    """Takes `amount` off the lines in proportion to what they cost; the shares add up to it exactly."""
    counted = [line for line in lines if not line.voided]
    whole = sum(line.gross for line in counted)
    given = before = 0
    for line in counted:
        before += line.gross
        share = amount * before // whole - given if whole else 0
        given += share
        line.discounts[discount_id] = share


def line_json(line: Line, currency: Currency) -> dict[str, Any]:
    """One element of `line_items`; a voided line keeps its price and counts for nothing."""
    tax = 0 if line.voided else tax_of(line.net, currency)
    return {
        "id": f"li_{line.number}",
        "item_id": f"itm_{line.item.sku}",
        "sku": line.item.sku,
        "name": line.item.name,
        "category": line.item.category,
        "quantity": f"{line.quantity:.3f}",
        "unit_price": line.unit_price,
        "gross": line.gross,
        "discount_total": line.discount,
        "tax_total": tax,
        "total": 0 if line.voided else line.net + (0 if currency.tax_inclusive else tax),
        "note": line.note,
        "voided": line.voided,
        "modifiers": [
            {
                "id": f"mod_{line.number}_{position}",
                "group": group,
                "name": option.name,
                "quantity": "1.000",
                "unit_price": price,
                "total": _times(price, line.quantity),
            }
            for position, (group, option, price) in enumerate(line.options, start=1)
        ],
        "applied_taxes": [{"tax_id": "tx_1", "amount": tax}] if tax else [],
        "applied_discounts": [
            {"discount_id": name, "amount": amount} for name, amount in line.discounts.items() if amount
        ],
    }


def totals_json(
    lines: Sequence[dict[str, Any]],
    currency: Currency,
    *,
    charges: Sequence[dict[str, Any]],
    payments: Sequence[dict[str, Any]],
    refunds: Sequence[dict[str, Any]],
) -> dict[str, int]:
    """total = subtotal - discount + service charges + tip, and tax where prices do not include it; due = total - paid.

    A refund lowers both what was paid and what is to pay, so that nothing is due afterwards.
    """
    counted = [line for line in lines if not line["voided"]]
    kept = [payment for payment in payments if payment["status"] != "voided"]
    subtotal = sum(line["gross"] for line in counted)
    discount = sum(line["discount_total"] for line in counted)
    charge = sum(one["amount"] for one in charges) if counted else 0
    tax = sum(line["tax_total"] for line in counted)
    tip = sum(payment["tip"] for payment in kept)
    total = subtotal - discount + charge + tip + (0 if currency.tax_inclusive else tax)
    paid = sum(payment["amount"] + payment["tip"] for payment in kept)
    return {
        "subtotal": subtotal,
        "discount": discount,
        "service_charge": charge,
        "tax": tax,
        "tip": tip,
        "total": total,
        "paid": paid - sum(refund["amount"] for refund in refunds),
        "due": total - paid,
    }
