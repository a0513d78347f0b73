"""From an order as Wix writes it to the words that shops have in common: pure.

Source: "Order Object" of the Wix eCommerce Orders API (dev.wix.com/docs/rest/business-solutions/e-commerce/orders/order-object).
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
    prices, balance = _part(order, "priceSummary"), _part(order, "balanceSummary")
    total = _price(prices, "total", required=True)
    payment = text(order, "paymentStatus")
    refunded = _price(balance, "refunded")
    if payment == "FULLY_REFUNDED" and not refunded:
        refunded = total
    return PulledOrder(
        id=_required(order, "id"),
        number=str(order.get("number") or _required(order, "id")),
        currency=_required(order, "currency").upper(),
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


def text(parts: Mapping[str, object], name: str) -> str:
    value = parts.get(name)
    return value.strip() if isinstance(value, str) else ""


def moment(parts: Mapping[str, object], name: str) -> datetime:
    """A time in ISO 8601. Raises ValueError where there is none."""
    found = datetime.fromisoformat(_required(parts, name))
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _required(parts: Mapping[str, object], name: str) -> str:
    found = text(parts, name)
    if not found:
        raise ValueError(f"The order has no {name}.")
    return found


def _price(parts: Mapping[str, object], name: str, *, required: bool = False) -> Decimal:
    """Wix writes each price as an object whose `amount` is a decimal in text."""
    value = _part(parts, name).get("amount")
    if value in (None, ""):
        if required:
            raise ValueError(f"The order has no {name}.")
        return Decimal(0)
    try:
        amount = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError(f"{name} is no amount.") from error
    if not amount.is_finite():
        raise ValueError(f"{name} is no amount.")
    return amount


def _part(parts: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = parts.get(name)
    return value if isinstance(value, Mapping) else {}


def _rows(parts: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    value = parts.get(name)
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def _state(order: Mapping[str, object]) -> OrderState:
    if text(order, "paymentStatus") == "FULLY_REFUNDED":
        return OrderState.REFUNDED
    if text(order, "status") in _VOIDED:
        return OrderState.VOIDED
    return OrderState.CLOSED if text(order, "fulfillmentStatus") == "FULFILLED" else OrderState.OPEN


def _lines(order: Mapping[str, object]) -> Iterator[PulledLine]:
    for row in _rows(order, "lineItems"):
        catalog, sold = _part(row, "catalogReference"), row.get("quantity")
        has_total = "totalPriceAfterTax" in row
        yield PulledLine(
            id=text(row, "id") or "line",
            name=text(_part(row, "productName"), "original"),
            quantity=Decimal(sold) if isinstance(sold, int) and sold > 0 else Decimal(1),
            unit_price=_price(row, "price"),
            sku=text(_part(row, "physicalProperties"), "sku"),
            item_id=text(catalog, "catalogItemId"),
            discount=_price(row, "totalDiscount"),
            tax=_price(_part(row, "taxDetails"), "totalTax"),
            total=_price(row, "totalPriceAfterTax") if has_total else None,
            note=", ".join(_choices(row)),
        )


def _choices(row: Mapping[str, object]) -> Iterator[str]:
    """What the customer chose of an item, such as its size."""
    for line in _rows(row, "descriptionLines"):
        name = text(_part(line, "name"), "original")
        value = text(_part(line, "plainText"), "original") or text(_part(line, "colorInfo"), "original")
        if name or value:
            yield ": ".join(filter(None, (name, value)))


def _fees(order: Mapping[str, object]) -> Iterator[PulledLine]:
    for row in _rows(order, "additionalFees"):
        fee = _price(row, "price")
        if fee > 0:
            tax = _price(_part(row, "taxDetails"), "totalTax")
            yield PulledLine(text(row, "id") or "fee", text(row, "name") or "Fee", Decimal(1), fee, tax=tax)


def _payments(status: str, paid: Decimal, total: Decimal) -> tuple[PulledPayment, ...]:
    """One payment of the sum that was paid, which is all that an order of Wix tells."""
    if not paid and status in {"PAID", "PARTIALLY_REFUNDED", "FULLY_REFUNDED"}:
        paid = total
    return (PulledPayment(paid),) if paid else ()


def _service(order: Mapping[str, object]) -> Service | None:
    logistics = _part(_part(order, "shippingInfo"), "logistics")
    if _part(logistics, "pickupDetails"):
        return Service.PICKUP
    return Service.DELIVERY if _part(logistics, "shippingDestination") else None


def _customer(order: Mapping[str, object]) -> PulledCustomer:
    buyer, contact = _part(order, "buyerInfo"), _part(_part(order, "billingInfo"), "contactDetails")
    return PulledCustomer(
        id=text(buyer, "contactId") or text(buyer, "memberId"),
        first_name=text(contact, "firstName"),
        last_name=text(contact, "lastName"),
        email=text(buyer, "email"),
        phone=text(contact, "phone"),
    )


def _address(order: Mapping[str, object]) -> PulledAddress | None:
    destination = _part(_part(_part(order, "shippingInfo"), "logistics"), "shippingDestination")
    parts = _part(destination, "address")
    street = _part(parts, "streetAddress")
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
