"""From an order as Magento writes it to the words that shops have in common: pure.

Source: the schema `sales-data-order-interface` of the REST reference for Adobe Commerce and Magento Open Source, 2.4
(developer.adobe.com/commerce/webapi/rest/).
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

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
from integrations.contract.reading import amount, identity, moment, part, required_text, rows, text

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
        id=identity(order, "entity_id"),
        number=text(order, "increment_id") or identity(order, "entity_id"),
        currency=required_text(order, "order_currency_code").upper(),
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


def _lines(order: Mapping[str, object]) -> Iterator[PulledLine]:
    """What was bought. The simple product beneath a configurable one repeats it without a price, so it is left out."""
    for row in rows(order, "items"):
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
    payment = part(order, "payment")
    method = text(payment, "method")
    kind = "cash" if method in _CASH else "external"
    return PulledPayment(paid, text(payment, "last_trans_id"), kind, text(payment, "cc_type") or method)


def _shipping(order: Mapping[str, object]) -> Mapping[str, object]:
    assignments = rows(part(order, "extension_attributes"), "shipping_assignments")
    return part(assignments[0], "shipping") if assignments else {}


def _service(order: Mapping[str, object]) -> Service | None:
    method = text(_shipping(order), "method")
    if not method:
        return None
    return Service.PICKUP if method in _PICKUP or method.startswith("instore_") else Service.DELIVERY


def _customer(order: Mapping[str, object]) -> PulledCustomer:
    billing, account = part(order, "billing_address"), order.get("customer_id")
    return PulledCustomer(
        id=str(account) if account else "",
        first_name=text(order, "customer_firstname") or text(billing, "firstname"),
        last_name=text(order, "customer_lastname") or text(billing, "lastname"),
        email=text(order, "customer_email"),
        phone=text(billing, "telephone"),
    )


def _address(order: Mapping[str, object]) -> PulledAddress | None:
    parts = part(_shipping(order), "address") or part(order, "billing_address")
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
