"""From an order as Magento writes it to the words that shops have in common: pure.

Source: the schema `sales-data-order-interface` of the REST reference for Adobe Commerce and Magento Open Source, 2.4
(developer.adobe.com/commerce/webapi/rest/).
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

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

#: A state that an extension added is not listed: such an order is open.
STATES: Mapping[str, OrderState] = {
    "new": OrderState.OPEN,
    "pending_payment": OrderState.OPEN,
    "processing": OrderState.OPEN,
    "holded": OrderState.OPEN,
    "payment_review": OrderState.OPEN,
    "complete": OrderState.CLOSED,
    "canceled": OrderState.VOIDED,
    "closed": OrderState.REFUNDED,
}
_PICKUP = frozenset({"instore_pickup", "instore"})
_CASH = frozenset({"cashondelivery"})


def pulled_order(order: Mapping[str, object]) -> PulledOrder:
    """The order in our words. Raises ValueError for one that lacks its id, times or amounts."""
    total, paid, refunded = (
        amount(order, "grand_total", required=True),
        amount(order, "total_paid"),
        amount(order, "total_refunded"),
    )
    return PulledOrder(
        id=identity(order),
        number=text(order, "increment_id") or identity(order),
        currency=_required(order, "order_currency_code").upper(),
        state=STATES.get(text(order, "state"), OrderState.OPEN),
        placed_at=moment(order, "created_at"),
        updated_at=moment(order, "updated_at"),
        total=total,
        payment_state=_payment_state(total, paid, refunded),
        service=_service(order),
        lines=tuple(_lines(order)),
        subtotal=amount(order, "subtotal"),
        tax=amount(order, "tax_amount"),
        discount=abs(amount(order, "discount_amount")),
        shipping=amount(order, "shipping_amount"),
        refunded=refunded,
        payments=(_payment(order, paid),) if paid else (),
        customer=_customer(order),
        address=_address(order),
        note=text(order, "customer_note"),
    )


def identity(order: Mapping[str, object]) -> str:
    """The `entity_id`. Raises ValueError where there is none."""
    value = order.get("entity_id")
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise ValueError("The order has no entity_id.")
    return str(value)


def text(parts: Mapping[str, object], name: str) -> str:
    value = parts.get(name)
    return value.strip() if isinstance(value, str) else ""


def moment(parts: Mapping[str, object], name: str) -> datetime:
    """One of Magento's times, which are UTC and carry no offset. Raises ValueError where there is none."""
    found = datetime.fromisoformat(_required(parts, name))
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def amount(parts: Mapping[str, object], name: str, *, required: bool = False) -> Decimal:
    """A number, which must have been read from JSON as an exact decimal. Raises ValueError for what is none."""
    value = parts.get(name)
    if value in (None, ""):
        if required:
            raise ValueError(f"The order has no {name}.")
        return Decimal(0)
    try:
        found = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError(f"{name} is no amount.") from error
    if not found.is_finite():
        raise ValueError(f"{name} is no amount.")
    return found


def _required(parts: Mapping[str, object], name: str) -> str:
    found = text(parts, name)
    if not found:
        raise ValueError(f"The order has no {name}.")
    return found


def _part(parts: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = parts.get(name)
    return value if isinstance(value, Mapping) else {}


def _rows(parts: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    value = parts.get(name)
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def _lines(order: Mapping[str, object]) -> Iterator[PulledLine]:
    """What was bought. The simple product beneath a configurable one repeats it without a price, so it is left out."""
    for row in _rows(order, "items"):
        if row.get("parent_item_id"):
            continue
        discount, tax = abs(amount(row, "discount_amount")), amount(row, "tax_amount")
        yield PulledLine(
            id=str(row.get("item_id") or "line"),
            name=text(row, "name"),
            quantity=amount(row, "qty_ordered") or Decimal(1),
            unit_price=amount(row, "price"),
            sku=text(row, "sku"),
            item_id=str(row.get("product_id") or ""),
            discount=discount,
            tax=tax,
            total=amount(row, "row_total") - discount + tax,
        )


def _payment_state(total: Decimal, paid: Decimal, refunded: Decimal) -> PaymentState:
    if refunded:
        return PaymentState.REFUNDED if refunded >= total else PaymentState.PARTIALLY_REFUNDED
    if not paid:
        return PaymentState.UNPAID
    return PaymentState.PAID if paid >= total else PaymentState.PARTIALLY_PAID


def _payment(order: Mapping[str, object], paid: Decimal) -> PulledPayment:
    payment = _part(order, "payment")
    method = text(payment, "method")
    kind = "cash" if method in _CASH else "external"
    return PulledPayment(paid, text(payment, "last_trans_id"), kind, text(payment, "cc_type") or method)


def _shipping(order: Mapping[str, object]) -> Mapping[str, object]:
    assignments = _rows(_part(order, "extension_attributes"), "shipping_assignments")
    return _part(assignments[0], "shipping") if assignments else {}


def _service(order: Mapping[str, object]) -> Service | None:
    method = text(_shipping(order), "method")
    if not method:
        return None
    return Service.PICKUP if method in _PICKUP or method.startswith("instore_") else Service.DELIVERY


def _customer(order: Mapping[str, object]) -> PulledCustomer:
    billing, account = _part(order, "billing_address"), order.get("customer_id")
    return PulledCustomer(
        id=str(account) if account else "",
        first_name=text(order, "customer_firstname") or text(billing, "firstname"),
        last_name=text(order, "customer_lastname") or text(billing, "lastname"),
        email=text(order, "customer_email"),
        phone=text(billing, "telephone"),
    )


def _address(order: Mapping[str, object]) -> PulledAddress | None:
    parts = _part(_shipping(order), "address") or _part(order, "billing_address")
    value = parts.get("street")
    street = (
        [line.strip() for line in value if isinstance(line, str) and line.strip()] if isinstance(value, list) else []
    )
    if not street:
        return None
    return PulledAddress(
        line1=street[0],
        line2=", ".join(street[1:]),
        city=text(parts, "city"),
        region=text(parts, "region_code") or text(parts, "region"),
        postal_code=text(parts, "postcode"),
        country=text(parts, "country_id"),
    )
