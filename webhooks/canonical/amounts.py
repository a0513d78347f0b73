"""What is added to, taken from and paid for an order."""

from typing import Annotated, Literal

from pydantic import Field

from webhooks.canonical.values import Label, LastFour, Money, Name, Percent, PosId, StrictModel, Text, Timestamp


class Tax(StrictModel):
    """A tax on the order, summed over its lines."""

    id: Annotated[PosId, Field(description="Referred to by the lines' `applied_taxes`.", examples=["tx_1"])]
    name: Annotated[Name, Field(description="As printed on the receipt.", examples=["Sales tax"])]
    rate_percent: Annotated[Percent | None, Field(description="A decimal as text.", examples=["8.875"])] = None
    inclusive: Annotated[bool, Field(description="Already contained in the prices.", examples=[False])] = False
    amount: Annotated[Money, Field(description="In minor units.", examples=[111])]


class Discount(StrictModel):
    """A reduction of the order or of some of its lines."""

    id: Annotated[
        PosId | None, Field(description="Referred to by the lines' `applied_discounts`.", examples=["ds_1"])
    ] = None
    name: Annotated[Name, Field(description="As printed on the receipt.", examples=["Lunch 10 %"])]
    type: Annotated[
        Literal["percentage", "amount", "comp", "promo"],
        Field(description="How it came about.", examples=["percentage"]),
    ]
    scope: Annotated[
        Literal["order", "line"], Field(description="Given on the whole order, or on lines.", examples=["order"])
    ] = "order"
    amount: Annotated[Money, Field(description="In minor units, as a positive number.", examples=[125])]


class ServiceCharge(StrictModel):
    """A charge that is no item."""

    name: Annotated[Name, Field(description="As printed on the receipt.", examples=["Delivery"])]
    type: Annotated[
        Literal["service", "delivery", "bag", "packing", "other"],
        Field(description="What it is for.", examples=["delivery"]),
    ] = "other"
    amount: Annotated[Money, Field(description="In minor units.", examples=[399])]
    taxable: Annotated[bool, Field(description="Whether taxes apply to it.", examples=[False])] = False


class Payment(StrictModel):
    """A payment. Never a card number: the last four digits at most."""

    id: Annotated[PosId | None, Field(description="The payment's id in the POS.", examples=["pay_1"])] = None
    type: Annotated[
        Literal["cash", "card", "gift_card", "house_account", "external", "other"],
        Field(description="The tender. `external`: paid where the order was placed.", examples=["card"]),
    ]
    brand: Annotated[Label | None, Field(description="The card's brand.", examples=["visa"])] = None
    last4: Annotated[LastFour | None, Field(description="The card's last four digits.", examples=["4242"])] = None
    amount: Annotated[Money, Field(description="Without the tip, in minor units.", examples=[1361])]
    tip: Annotated[Money, Field(description="In minor units.", examples=[200])] = 0
    status: Annotated[
        Literal["authorized", "captured", "voided", "refunded"],
        Field(description="Where it stands.", examples=["captured"]),
    ] = "captured"
    paid_at: Annotated[
        Timestamp | None, Field(description="RFC 3339, with an offset.", examples=["2025-03-04T18:21:40Z"])
    ] = None


class Refund(StrictModel):
    """Money given back."""

    id: Annotated[PosId | None, Field(description="The refund's id in the POS.", examples=["re_1"])] = None
    payment_id: Annotated[PosId | None, Field(description="The `id` of the payment.", examples=["pay_1"])] = None
    amount: Annotated[Money, Field(description="In minor units, as a positive number.", examples=[500])]
    reason: Annotated[Text, Field(description="Why, in words.", examples=["Cold food"])] = ""
    refunded_at: Annotated[
        Timestamp | None, Field(description="RFC 3339, with an offset.", examples=["2025-03-05T09:10:00Z"])
    ] = None


class Totals(StrictModel):
    """The order's sums in minor units, as the POS computed them; they are passed on and not recomputed."""

    subtotal: Annotated[Money | None, Field(description="Lines before discounts and taxes.", examples=[1250])] = None
    discount: Annotated[Money | None, Field(description="All discounts, as a positive number.", examples=[125])] = None
    service_charge: Annotated[Money | None, Field(description="All service charges.", examples=[0])] = None
    tax: Annotated[Money | None, Field(description="All taxes.", examples=[111])] = None
    tip: Annotated[Money | None, Field(description="All tips.", examples=[200])] = None
    total: Annotated[Money, Field(description="What the guest owes in all, with tip.", examples=[1436])]
    paid: Annotated[Money | None, Field(description="Paid so far.", examples=[1436])] = None
    due: Annotated[Money | None, Field(description="Still to be paid.", examples=[0])] = None
