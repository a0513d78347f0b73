"""An order on its way in: what a provider found in a shop, in the words most shops have in common.

Amounts are decimals in units of the currency, as shops write them (`Decimal("12.50")` in USD); the hub turns them into the integers
in minor units that order events carry.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal(0)


class OrderState(StrEnum):
    """Where an order stands in the shop; the hub tells from it, and from what it saw before, which event happened."""

    OPEN = "open"
    READY = "ready"
    CLOSED = "closed"
    VOIDED = "voided"
    REFUNDED = "refunded"


class PaymentState(StrEnum):
    UNPAID = "unpaid"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"


class Service(StrEnum):
    PICKUP = "pickup"
    DELIVERY = "delivery"
    TAKE_OUT = "take_out"
    DINE_IN = "dine_in"


@dataclass(frozen=True, slots=True)
class PulledLine:
    """One line. `unit_price` is before discounts; `discount` (positive), `tax` and `total` are for the whole line, where the shop tells them."""

    id: str
    name: str
    quantity: Decimal
    unit_price: Decimal
    sku: str = ""
    item_id: str = ""
    discount: Decimal | None = None
    tax: Decimal | None = None
    total: Decimal | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PulledCustomer:
    id: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class PulledAddress:
    """Where a delivery goes; `country` is the ISO 3166-1 code of two letters."""

    line1: str
    line2: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class PulledPayment:
    """A payment in the shop; `kind` is a tender of the canonical order, `external` where the shop took the money."""

    amount: Decimal
    id: str = ""
    kind: str = "external"
    brand: str = ""
    paid_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PulledOrder:
    """One order as it stands in the shop now.

    `id` is the shop's own and stable; together with `updated_at` it tells whether the hub has seen this state before. Times have a time zone.
    """

    id: str
    number: str
    currency: str
    state: OrderState
    placed_at: datetime
    updated_at: datetime
    total: Decimal
    payment_state: PaymentState = PaymentState.UNPAID
    service: Service | None = None
    lines: Sequence[PulledLine] = ()
    subtotal: Decimal | None = None
    tax: Decimal = ZERO
    tax_included: bool = False
    discount: Decimal = ZERO
    shipping: Decimal = ZERO
    tip: Decimal = ZERO
    refunded: Decimal = ZERO
    payments: Sequence[PulledPayment] = ()
    customer: PulledCustomer | None = None
    address: PulledAddress | None = None
    note: str = ""
    promised_at: datetime | None = None
