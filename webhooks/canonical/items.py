"""The lines of an order."""

from typing import Annotated

from pydantic import Field

from webhooks.canonical.values import Label, Money, Name, PosId, Quantity, StrictModel, Text


class AppliedTax(StrictModel):
    """The part of one of the order's taxes that falls on a line."""

    tax_id: Annotated[PosId, Field(description="The `id` of one of the order's `taxes`.", examples=["tx_1"])]
    amount: Annotated[Money, Field(description="In minor units.", examples=[111])]


class AppliedDiscount(StrictModel):
    """The part of one of the order's discounts that falls on a line."""

    discount_id: Annotated[PosId, Field(description="The `id` of one of the order's `discounts`.", examples=["ds_1"])]
    amount: Annotated[Money, Field(description="In minor units, as a positive number.", examples=[125])]


class Modifier(StrictModel):
    """A choice made for a line: a side, a size, an extra."""

    id: Annotated[PosId | None, Field(description="The modifier's id in the POS.", examples=["mo_fries"])] = None
    group: Annotated[Label | None, Field(description="What it is a choice of.", examples=["Sides"])] = None
    name: Annotated[Name, Field(description="As printed on the receipt.", examples=["Fries"])]
    quantity: Annotated[Quantity, Field(description="How many for each unit of the line.", examples=["1.000"])] = "1"
    unit_price: Annotated[Money, Field(description="For one, in minor units.", examples=[250])] = 0
    total: Annotated[Money | None, Field(description="For all of them, in minor units.", examples=[250])] = None


class LineItem(StrictModel):
    """One line of the order. A line that was voided stays, with `voided` set."""

    id: Annotated[
        PosId, Field(description="Unique in the order and stable from version to version.", examples=["li_1"])
    ]
    item_id: Annotated[PosId | None, Field(description="The menu item's id in the POS.", examples=["itm_204"])] = None
    sku: Annotated[Label | None, Field(description="Stock-keeping unit or barcode.", examples=["BRG-01"])] = None
    name: Annotated[Name, Field(description="As printed on the receipt.", examples=["Burger"])]
    category: Annotated[Label | None, Field(description="The item's category in the POS.", examples=["Mains"])] = None
    quantity: Annotated[
        Quantity,
        Field(description="A decimal as text, so that weights stay exact; negative for a return.", examples=["1.000"]),
    ]
    unit_price: Annotated[Money, Field(description="Price of one before modifiers, in minor units.", examples=[1000])]
    gross: Annotated[
        Money | None, Field(description="Quantity times price, with modifiers, before discounts.", examples=[1250])
    ] = None
    discount_total: Annotated[
        Money | None, Field(description="All discounts on the line, as a positive number.", examples=[125])
    ] = None
    tax_total: Annotated[Money | None, Field(description="All taxes on the line.", examples=[111])] = None
    total: Annotated[Money | None, Field(description="What the line adds to the order's total.", examples=[1236])] = (
        None
    )
    note: Annotated[Text, Field(description="What the guest asked for.", examples=["No onions"])] = ""
    voided: Annotated[bool, Field(description="Taken off the order again.", examples=[False])] = False
    modifiers: Annotated[list[Modifier], Field(max_length=100, description="Choices made for this line.")] = []
    applied_taxes: Annotated[list[AppliedTax], Field(max_length=20, description="Taxes on this line.")] = []
    applied_discounts: Annotated[
        list[AppliedDiscount], Field(max_length=20, description="Discounts on this line.")
    ] = []
