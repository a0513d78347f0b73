"""From an order as WooCommerce writes it to the words that shops have in common: pure.

Source: "Order properties" of the WooCommerce REST API documentation, version wc/v3 (woocommerce/woocommerce-rest-api-docs,
source/includes/wp-api-v3/_orders.md).
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from html import unescape

from integrations.contract import (
    OrderState,
    PaymentState,
    PulledAddress,
    PulledCustomer,
    PulledLine,
    PulledOrder,
    PulledPayment,
    Service,
    reading,
)
from integrations.contract.reading import amount, identity, moment, part, rows

#: A checkout that nobody finished is no order yet.
DRAFTS = frozenset({"checkout-draft", "auto-draft"})
#: Statuses of plugins are not listed: such an order is open.
STATES: Mapping[str, OrderState] = {
    "pending": OrderState.OPEN,
    "processing": OrderState.OPEN,
    "on-hold": OrderState.OPEN,
    "completed": OrderState.CLOSED,
    "cancelled": OrderState.VOIDED,
    "refunded": OrderState.REFUNDED,
    "failed": OrderState.VOIDED,
    "trash": OrderState.VOIDED,
}
_PICKUP = frozenset({"local_pickup", "pickup_location", "legacy_local_pickup"})
_CASH_ON_DELIVERY = "cod"


def pulled_order(shop: Mapping[str, object]) -> PulledOrder:
    """The order in our words. Raises ValueError for one that lacks its id, times or amounts.

    Line amounts of WooCommerce never contain tax, whatever `prices_include_tax` says of how they were entered.
    """
    status = text(shop, "status")
    total, refunded = amount(shop, "total"), _refunded(shop)
    if status == "refunded" and not refunded:
        refunded = total
    paid_at = moment(shop, "date_paid_gmt") if text(shop, "date_paid_gmt") else None
    fees = [amount(fee, "total") for fee in rows(shop, "fee_lines")]
    lines = tuple(_lines(shop))
    return PulledOrder(
        id=identity(shop, "id"),
        number=text(shop, "number") or identity(shop, "id"),
        currency=text(shop, "currency").upper(),
        state=STATES.get(status, OrderState.OPEN),
        placed_at=moment(shop, "date_created_gmt"),
        updated_at=moment(shop, "date_modified_gmt"),
        total=total,
        payment_state=_payment_state(total, refunded, paid=paid_at is not None),
        service=_service(shop),
        lines=lines,
        subtotal=sum((line.unit_price * line.quantity for line in lines), Decimal(0)),
        tax=amount(shop, "total_tax"),
        discount=amount(shop, "discount_total") - sum((fee for fee in fees if fee < 0), Decimal(0)),
        shipping=amount(shop, "shipping_total"),
        refunded=refunded,
        payments=(_payment(shop, total, paid_at),) if paid_at and total else (),
        customer=_customer(shop),
        address=_address(shop),
        note=text(shop, "customer_note"),
    )


def text(parts: Mapping[str, object], name: str) -> str:
    """A text of the shop with its HTML entities resolved, empty where there is none."""
    return unescape(reading.text(parts, name)).strip()


def _lines(shop: Mapping[str, object]) -> Iterator[PulledLine]:
    for row in rows(shop, "line_items"):
        before, after, tax = amount(row, "subtotal"), amount(row, "total"), amount(row, "total_tax")
        quantity = amount(row, "quantity") or Decimal(1)
        yield PulledLine(
            id=str(row.get("id") or "line"),
            name=text(row, "name"),
            quantity=quantity,
            unit_price=before / quantity,
            sku=text(row, "sku"),
            item_id=str(row.get("variation_id") or row.get("product_id") or ""),
            discount=before - after,
            tax=tax,
            total=after + tax,
        )
    for row in rows(shop, "fee_lines"):
        fee, tax = amount(row, "total"), amount(row, "total_tax")
        if fee > 0:
            name = text(row, "name") or "Fee"
            yield PulledLine(str(row.get("id") or "fee"), name, Decimal(1), fee, tax=tax, total=fee + tax)


def _refunded(shop: Mapping[str, object]) -> Decimal:
    """The sum of the refunds, which the shop writes as negative amounts."""
    return sum((abs(amount(row, "total")) for row in rows(shop, "refunds")), Decimal(0))


def _payment_state(total: Decimal, refunded: Decimal, *, paid: bool) -> PaymentState:
    if refunded:
        return PaymentState.REFUNDED if refunded >= total else PaymentState.PARTIALLY_REFUNDED
    return PaymentState.PAID if paid else PaymentState.UNPAID


def _payment(shop: Mapping[str, object], total: Decimal, paid_at: datetime | None) -> PulledPayment:
    kind = "cash" if text(shop, "payment_method") == _CASH_ON_DELIVERY else "external"
    return PulledPayment(total, text(shop, "transaction_id"), kind, text(shop, "payment_method_title"), paid_at)


def _service(shop: Mapping[str, object]) -> Service | None:
    methods = {text(row, "method_id").partition(":")[0] for row in rows(shop, "shipping_lines")}
    if not methods:
        return None
    return Service.PICKUP if methods <= _PICKUP else Service.DELIVERY


def _customer(shop: Mapping[str, object]) -> PulledCustomer:
    billing, account = part(shop, "billing"), shop.get("customer_id")
    return PulledCustomer(
        id=str(account) if account else "",
        first_name=text(billing, "first_name"),
        last_name=text(billing, "last_name"),
        email=text(billing, "email"),
        phone=text(billing, "phone"),
    )


def _address(shop: Mapping[str, object]) -> PulledAddress | None:
    shipping, billing = part(shop, "shipping"), part(shop, "billing")
    parts = shipping if text(shipping, "address_1") else billing
    if not text(parts, "address_1"):
        return None
    return PulledAddress(
        line1=text(parts, "address_1"),
        line2=text(parts, "address_2"),
        city=text(parts, "city"),
        region=text(parts, "state"),
        postal_code=text(parts, "postcode"),
        country=text(parts, "country"),
    )
