"""From an order as Wix writes it to the words that shops have in common: pure.

Source: "Order Object" of the Wix eCommerce Orders API (dev.wix.com/docs/rest/business-solutions/e-commerce/orders/order-object).
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
from integrations.contract.reading import amount, moment, part, required_text, rows, text

#: A checkout that nobody finished is no order yet; Wix does not return these, and says so.
DRAFT = "INITIALIZED"
_VOIDED = frozenset({"CANCELED", "REJECTED"})
_PAYMENT_STATES: Mapping[str, PaymentState] = {
    "PAID": PaymentState.PAID,
    "PARTIALLY_PAID": PaymentState.PARTIALLY_PAID,
    "PARTIALLY_REFUNDED": PaymentState.PARTIALLY_REFUNDED,
    "FULLY_REFUNDED": PaymentState.REFUNDED,
}


def pulled_order(order: Mapping[str, object]) -> PulledOrder:
    """The order in our words. Raises ValueError for one that lacks its id, times or amounts."""
    prices, balance = part(order, "priceSummary"), part(order, "balanceSummary")
    total = _price(prices, "total", required=True)
    payment = text(order, "paymentStatus")
    refunded = _price(balance, "refunded")
    if payment == "FULLY_REFUNDED" and not refunded:
        refunded = total
    return PulledOrder(
        id=required_text(order, "id"),
        number=str(order.get("number") or required_text(order, "id")),
        currency=required_text(order, "currency").upper(),
        state=_state(order),
        placed_at=moment(order, "createdDate"),
        updated_at=moment(order, "updatedDate"),
        total=total,
        payment_state=_PAYMENT_STATES.get(payment, PaymentState.UNPAID),
        service=_service(order),
        lines=(*_lines(order), *_fees(order)),
        subtotal=_price(prices, "subtotal"),
        tax=_price(prices, "tax"),
        tax_included=order.get("taxIncludedInPrices") is True,
        discount=_price(prices, "discount"),
        shipping=_price(prices, "shipping"),
        refunded=refunded,
        payments=_payments(payment, _price(balance, "paid"), total),
        customer=_customer(order),
        address=_address(order),
        note=text(order, "buyerNote"),
    )


def _price(parts: Mapping[str, object], name: str, *, required: bool = False) -> Decimal:
    """Wix writes each price as an object whose `amount` is a decimal in text."""
    return amount(part(parts, name), "amount", called=name, required=required)


def _state(order: Mapping[str, object]) -> OrderState:
    if text(order, "paymentStatus") == "FULLY_REFUNDED":
        return OrderState.REFUNDED
    if text(order, "status") in _VOIDED:
        return OrderState.VOIDED
    return OrderState.CLOSED if text(order, "fulfillmentStatus") == "FULFILLED" else OrderState.OPEN


def _lines(order: Mapping[str, object]) -> Iterator[PulledLine]:
    for row in rows(order, "lineItems"):
        catalog, sold = part(row, "catalogReference"), row.get("quantity")
        has_total = "totalPriceAfterTax" in row
        yield PulledLine(
            id=text(row, "id") or "line",
            name=text(part(row, "productName"), "original"),
            quantity=Decimal(sold) if isinstance(sold, int) and sold > 0 else Decimal(1),
            unit_price=_price(row, "price"),
            sku=text(part(row, "physicalProperties"), "sku"),
            item_id=text(catalog, "catalogItemId"),
            discount=_price(row, "totalDiscount"),
            tax=_price(part(row, "taxDetails"), "totalTax"),
            total=_price(row, "totalPriceAfterTax") if has_total else None,
            note=", ".join(_choices(row)),
        )


def _choices(row: Mapping[str, object]) -> Iterator[str]:
    """What the customer chose of an item, such as its size."""
    for line in rows(row, "descriptionLines"):
        name = text(part(line, "name"), "original")
        value = text(part(line, "plainText"), "original") or text(part(line, "colorInfo"), "original")
        if name or value:
            yield ": ".join(filter(None, (name, value)))


def _fees(order: Mapping[str, object]) -> Iterator[PulledLine]:
    for row in rows(order, "additionalFees"):
        fee = _price(row, "price")
        if fee > 0:
            tax = _price(part(row, "taxDetails"), "totalTax")
            yield PulledLine(text(row, "id") or "fee", text(row, "name") or "Fee", Decimal(1), fee, tax=tax)


def _payments(status: str, paid: Decimal, total: Decimal) -> tuple[PulledPayment, ...]:
    """One payment of the sum that was paid, which is all that an order of Wix tells."""
    if not paid and status in {"PAID", "PARTIALLY_REFUNDED", "FULLY_REFUNDED"}:
        paid = total
    return (PulledPayment(paid),) if paid else ()


def _service(order: Mapping[str, object]) -> Service | None:
    logistics = part(part(order, "shippingInfo"), "logistics")
    if part(logistics, "pickupDetails"):
        return Service.PICKUP
    return Service.DELIVERY if part(logistics, "shippingDestination") else None


def _customer(order: Mapping[str, object]) -> PulledCustomer:
    buyer, contact = part(order, "buyerInfo"), part(part(order, "billingInfo"), "contactDetails")
    return PulledCustomer(
        id=text(buyer, "contactId") or text(buyer, "memberId"),
        first_name=text(contact, "firstName"),
        last_name=text(contact, "lastName"),
        email=text(buyer, "email"),
        phone=text(contact, "phone"),
    )


def _address(order: Mapping[str, object]) -> PulledAddress | None:
    destination = part(part(part(order, "shippingInfo"), "logistics"), "shippingDestination")
    parts = part(destination, "address")
    street = part(parts, "streetAddress")
    line1 = (
        text(parts, "addressLine") or text(parts, "addressLine1") or f"{text(street, 'number')} {text(street, 'name')}"
    ).strip()
    if not line1:
        return None
    return PulledAddress(
        line1=line1,
        line2=text(parts, "addressLine2"),
        city=text(parts, "city"),
        region=text(parts, "subdivision").rpartition("-")[2],
        postal_code=text(parts, "postalCode"),
        country=text(parts, "country"),
    )
