"""From an order as Vendure writes it to the words that shops have in common: pure.

Sources: "Orders", "Pricing" and "Currency" of Vendure's core concepts, and the type `Order` of its Admin API reference (docs.vendure.io).
Amounts are integers; how many decimal places they have is the shop's own setting, `moneyStrategyPrecision`, the same for every currency.
"""

from collections.abc import Collection, Iterator, Mapping
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
from integrations.contract.reading import amount, moment, moment_if_any, part, required_text, rows, text
from integrations.providers.vendure.shop import changed_at

#: A state that the shop added to its order process is not listed: such an order is open.
STATES: Mapping[str, OrderState] = {
    "PaymentAuthorized": OrderState.OPEN,
    "PaymentSettled": OrderState.OPEN,
    "PartiallyShipped": OrderState.OPEN,
    "PartiallyDelivered": OrderState.OPEN,
    "Modifying": OrderState.OPEN,
    "ArrangingAdditionalPayment": OrderState.OPEN,
    "Shipped": OrderState.CLOSED,
    "Delivered": OrderState.CLOSED,
    "Cancelled": OrderState.VOIDED,
}
#: Of a payment that was taken, and of a refund that was paid out.
SETTLED = "Settled"
ZERO = Decimal(0)


def pulled_order(order: Mapping[str, object], *, places: int, pickup: Collection[str] = ()) -> PulledOrder:
    """The order in our words, its parts without tax, as Vendure computes it.

    `places` are the decimal places of its amounts, `pickup` the shipping methods by which customers collect. Raises ValueError for an
    order that lacks its id, times or amounts.
    """
    lines = tuple(_lines(order, places))
    charges = tuple(_surcharges(order, places))
    added = tuple(charge for charge in charges if charge.unit_price > 0)
    payments = tuple(_payments(order, places))
    total, paid = _money(order, "totalWithTax", places), sum((payment.amount for payment in payments), ZERO)
    refunded = sum((_money(refund, "total", places) for refund in _refunds(order)), ZERO)
    return PulledOrder(
        id=required_text(order, "id"),
        number=required_text(order, "code"),
        currency=required_text(order, "currencyCode").upper(),
        state=_state(order, paid, refunded),
        placed_at=moment(order, "orderPlacedAt"),
        updated_at=changed_at(order),
        total=total,
        payment_state=_payment_state(total, paid, refunded),
        service=_service(order, pickup),
        lines=(*lines, *added),
        subtotal=sum((line.unit_price * line.quantity for line in (*lines, *added)), ZERO),
        tax=total - _money(order, "total", places),
        discount=sum((line.discount or ZERO for line in lines), ZERO)
        - sum((charge.unit_price for charge in charges if charge.unit_price < 0), ZERO),
        shipping=_money(order, "shipping", places),
        refunded=refunded,
        payments=payments,
        customer=_customer(order),
        address=_address(order),
    )


def _money(parts: Mapping[str, object], name: str, places: int) -> Decimal:
    return amount(parts, name, required=True).scaleb(-places)


def _lines(order: Mapping[str, object], places: int) -> Iterator[PulledLine]:
    """What is still ordered: a line that was cancelled whole has a quantity of 0, and counts for nothing."""
    for row in rows(order, "lines"):
        quantity, variant = amount(row, "quantity", required=True), part(row, "productVariant")
        if quantity <= 0:
            continue
        before, after = _money(row, "linePrice", places), _money(row, "proratedLinePrice", places)
        taxed = _money(row, "proratedLinePriceWithTax", places)
        yield PulledLine(
            id=text(row, "id") or "line",
            name=text(variant, "name"),
            quantity=quantity,
            unit_price=before / quantity,
            sku=text(variant, "sku"),
            item_id=text(variant, "id"),
            discount=before - after,
            tax=taxed - after,
            total=taxed,
        )


def _surcharges(order: Mapping[str, object], places: int) -> Iterator[PulledLine]:
    """Each as a line of its own, below zero for one that is a discount."""
    for row in rows(order, "surcharges"):
        price, taxed = _money(row, "price", places), _money(row, "priceWithTax", places)
        name, sku = text(row, "description") or "Surcharge", text(row, "sku")
        yield PulledLine(f"surcharge-{text(row, 'id')}", name, Decimal(1), price, sku, tax=taxed - price, total=taxed)


def _payments(order: Mapping[str, object], places: int) -> Iterator[PulledPayment]:
    """Those that the shop has taken. One that is only authorized, or was declined, is none yet."""
    for row in rows(order, "payments"):
        if text(row, "state") == SETTLED:
            yield PulledPayment(
                amount=_money(row, "amount", places),
                id=text(row, "transactionId") or text(row, "id"),
                brand=text(row, "method"),
                paid_at=moment_if_any(row, "createdAt"),
            )


def _refunds(order: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    for payment in rows(order, "payments"):
        yield from (refund for refund in rows(payment, "refunds") if text(refund, "state") == SETTLED)


def _state(order: Mapping[str, object], paid: Decimal, refunded: Decimal) -> OrderState:
    """Vendure has no state for an order whose whole payment was given back: such a one stays as it was."""
    state = STATES.get(text(order, "state"), OrderState.OPEN)
    return OrderState.REFUNDED if state is not OrderState.VOIDED and ZERO < paid <= refunded else state


def _payment_state(total: Decimal, paid: Decimal, refunded: Decimal) -> PaymentState:
    if refunded:
        return PaymentState.REFUNDED if refunded >= paid else PaymentState.PARTIALLY_REFUNDED
    if not paid:
        return PaymentState.UNPAID
    return PaymentState.PAID if paid >= total else PaymentState.PARTIALLY_PAID


def _service(order: Mapping[str, object], pickup: Collection[str]) -> Service | None:
    methods = {text(part(row, "shippingMethod"), "code") for row in rows(order, "shippingLines")}
    if not methods:
        return None
    return Service.PICKUP if methods <= set(pickup) else Service.DELIVERY


def _customer(order: Mapping[str, object]) -> PulledCustomer | None:
    customer, address = part(order, "customer"), part(order, "shippingAddress")
    if not customer and not text(address, "fullName"):
        return None
    return PulledCustomer(
        id=text(customer, "id"),
        first_name=text(customer, "firstName") or text(address, "fullName"),
        last_name=text(customer, "lastName"),
        email=text(customer, "emailAddress"),
        phone=text(address, "phoneNumber") or text(customer, "phoneNumber"),
    )


def _address(order: Mapping[str, object]) -> PulledAddress | None:
    address = part(order, "shippingAddress")
    if not text(address, "streetLine1"):
        return None
    return PulledAddress(
        line1=text(address, "streetLine1"),
        line2=text(address, "streetLine2"),
        city=text(address, "city"),
        region=text(address, "province"),
        postal_code=text(address, "postalCode"),
        country=text(address, "countryCode"),
    )
