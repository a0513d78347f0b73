"""From an order found in a shop to the order events it becomes: pure, and forgiving where shops are careless with text."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from backoffice.web.money import exponent
from integrations.contract import (
    OrderState,
    PulledAddress,
    PulledCustomer,
    PulledLine,
    PulledOrder,
    PulledPayment,
    Service,
)

_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9._:~@+=-]")
_PHONE = re.compile(r"[0-9+(). /x#*-]{1,40}")
_EMAIL = re.compile(r"[^@\s\x00]+@[^@\s\x00]+")
_TENDERS = frozenset({"cash", "card", "gift_card", "house_account", "external", "other"})
_EVENT_ON_ARRIVAL: Mapping[OrderState, str] = {
    OrderState.READY: "order.status_changed",
    OrderState.CLOSED: "order.closed",
    OrderState.VOIDED: "order.voided",
    OrderState.REFUNDED: "order.refunded",
}


def event_types(state: OrderState, seen: OrderState | None) -> tuple[str, ...]:
    """What happened to an order that was last seen in state `seen`, or never (None).

    An order that is new to the hub was opened, whatever became of it since; otherwise receivers of opened orders would miss it.
    """
    if seen is None:
        return ("order.opened", *((_EVENT_ON_ARRIVAL[state],) if state in _EVENT_ON_ARRIVAL else ()))
    if state == seen:
        return ("order.updated",)
    return (_EVENT_ON_ARRIVAL.get(state, "order.updated"),)


def order_id(slug: str, shop_id: str) -> str:
    """The hub's id of a shop's order: in the characters that ids may have, and apart from those of the POS and of other shops."""
    return _NOT_IN_ID.sub("-", f"{slug}:{shop_id}")[:80]


def canonical(order: PulledOrder, *, slug: str, timezone: str) -> dict[str, Any]:
    """The canonical order. Its version is the moment of the last change in milliseconds, so that it rises with each.

    Empty parts are left out. Amounts are rounded half up to the currency's minor unit. Raises ValueError for an amount or currency that
    is none.
    """
    places = exponent(order.currency)
    paid = sum((payment.amount for payment in order.payments), Decimal(0))
    total = order.total + order.tip

    def minor(amount: Decimal) -> int:
        return int(amount.scaleb(places).to_integral_value(ROUND_HALF_UP))

    written: dict[str, Any] = {
        "id": order_id(slug, order.id),
        "version": int(order.updated_at.timestamp() * 1000),
        "number": _line(order.number, 40),
        "external_id": _line(order.id, 80),
        "external_source": slug.replace("-", "_"),
        "business_date": order.placed_at.astimezone(ZoneInfo(timezone)).date().isoformat(),
        "channel": "online",
        "service_type": str(order.service) if order.service else None,
        "status": str(order.state),
        "payment_status": str(order.payment_state),
        "currency": order.currency.upper(),
        "customer": _customer(order.customer),
        "fulfillment": _fulfillment(order),
        "line_items": [_item(line, minor) for line in order.lines],
        "taxes": _tax(order, minor),
        "discounts": [{"name": "Discount", "type": "amount", "scope": "order", "amount": minor(order.discount)}]
        if order.discount
        else [],
        "service_charges": [{"name": "Shipping", "type": "delivery", "amount": minor(order.shipping)}]
        if order.shipping
        else [],
        "payments": [_payment(payment, minor) for payment in order.payments],
        "refunds": [{"amount": minor(order.refunded)}] if order.refunded else [],
        "totals": {
            "subtotal": minor(order.subtotal) if order.subtotal is not None else None,
            "discount": minor(order.discount),
            "service_charge": minor(order.shipping),
            "tax": minor(order.tax),
            "tip": minor(order.tip),
            "total": minor(total),
            "paid": minor(paid),
            "due": minor(total - paid) if paid < total else 0,
        },
        "opened_at": _moment(order.placed_at),
        "updated_at": _moment(order.updated_at),
        "closed_at": _moment(order.updated_at) if order.state is OrderState.CLOSED else None,
        "voided_at": _moment(order.updated_at) if order.state is OrderState.VOIDED else None,
        "metadata": {"note": _text(order.note)} if order.note else {},
    }
    return _filled(written)


def _item(line: PulledLine, minor: Any) -> dict[str, Any]:
    gross = line.unit_price * line.quantity
    total = line.total if line.total is not None else gross - (line.discount or 0) + (line.tax or 0)
    return _filled(
        {
            "id": _NOT_IN_ID.sub("-", line.id)[:80] or "line",
            "item_id": _NOT_IN_ID.sub("-", line.item_id)[:80].lstrip(".:~@+=-"),
            "sku": _line(line.sku, 80),
            "name": _line(line.name, 200) or "Item",
            "quantity": _quantity(line.quantity),
            "unit_price": minor(line.unit_price),
            "gross": minor(gross),
            "discount_total": minor(line.discount) if line.discount is not None else None,
            "tax_total": minor(line.tax) if line.tax is not None else None,
            "total": minor(total),
            "note": _text(line.note),
        }
    )


def _tax(order: PulledOrder, minor: Any) -> list[dict[str, Any]]:
    if not order.tax:
        return []
    return [{"id": "tax", "name": "Tax", "inclusive": order.tax_included, "amount": minor(order.tax)}]


def _payment(payment: PulledPayment, minor: Any) -> dict[str, Any]:
    return _filled(
        {
            "id": _NOT_IN_ID.sub("-", payment.id)[:80].lstrip(".:~@+=-"),
            "type": payment.kind if payment.kind in _TENDERS else "other",
            "brand": _line(payment.brand, 80),
            "amount": minor(payment.amount),
            "status": "captured",
            "paid_at": _moment(payment.paid_at) if payment.paid_at else None,
        }
    )


def _customer(customer: PulledCustomer | None) -> dict[str, Any] | None:
    if customer is None:
        return None
    phone, email = customer.phone.strip(), customer.email.strip()
    return _filled(
        {
            "id": _NOT_IN_ID.sub("-", customer.id)[:80].lstrip(".:~@+=-"),
            "first_name": _line(customer.first_name, 80),
            "last_name": _line(customer.last_name, 80),
            "email": email if len(email) <= 254 and _EMAIL.fullmatch(email) else None,
            "phone": phone if _PHONE.fullmatch(phone) else None,
        }
    )


def _fulfillment(order: PulledOrder) -> dict[str, Any] | None:
    address = _address(order.address) if order.address and order.service is Service.DELIVERY else None
    promised = _moment(order.promised_at) if order.promised_at else None
    return _filled({"promised_at": promised, "address": address}) or None


def _address(address: PulledAddress) -> dict[str, Any] | None:
    line1 = _line(address.line1, 200)
    if not line1:
        return None
    country = address.country.strip().upper()
    return _filled(
        {
            "line1": line1,
            "line2": _line(address.line2, 200),
            "city": _line(address.city, 80),
            "region": _line(address.region, 80),
            "postal_code": _line(address.postal_code, 40),
            "country": country if re.fullmatch("[A-Z]{2}", country) else None,
        }
    )


def _line(text: str, length: int) -> str:
    return _CONTROL.sub(" ", text).strip()[:length]


def _text(text: str) -> str:
    return text.replace("\0", "")[:2000]


def _quantity(quantity: Decimal) -> str:
    return f"{quantity.quantize(Decimal('0.001'), ROUND_HALF_UP):f}"


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _filled(parts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parts.items() if value not in (None, "", {})}
