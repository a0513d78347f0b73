"""The canonical order: what a POS posts, what is stored, and what every webhook carries."""

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from webhooks.canonical.amounts import Discount, Payment, Refund, ServiceCharge, Tax, Totals
from webhooks.canonical.items import LineItem
from webhooks.canonical.people import Customer, Employee, Fulfillment
from webhooks.canonical.values import (
    MAX_SAFE_INTEGER,
    Code,
    Currency,
    Day,
    Label,
    Metadata,
    PosId,
    StrictModel,
    Timestamp,
)

ChannelName = Literal["pos", "online", "kiosk", "phone", "marketplace", "qr_table"]


class StoreReference(StrictModel):
    """The store of the order: the one the API key belongs to."""

    id: Annotated[
        str | None,
        Field(max_length=40, description="As `GET store` answers it.", examples=["sto_01jq2v7k3h00000000000000s1"]),
    ] = None
    code: Annotated[str | None, Field(max_length=40, description="The store's code.", examples=["NYC-01"])] = None
    timezone: Annotated[
        str | None,
        Field(
            max_length=64, description="Filled in from the store; ignored when posted.", examples=["America/New_York"]
        ),
    ] = None


class Order(StrictModel):
    """One order at one moment of its life.

    Required are what every POS knows when an order begins; send the rest as it becomes known. A field that is left out is stored
    and delivered as null, as an empty list, or as the default given here, so a receiver finds every field in every body. Money is an
    integer in minor units of `currency`: 1250 is 12.50 USD, 1250 JPY, or 1.250 KWD.
    """

    id: Annotated[
        PosId,
        Field(
            description="The order's id in the POS, the same in all its events: 1 to 80 letters, digits and `. _ : ~ @ + = -`.",
            examples=["ord_9f3a2c"],
        ),
    ]
    version: Annotated[
        int,
        Field(
            ge=0,
            le=MAX_SAFE_INTEGER,
            description="Rises with each change of the order. Events may overtake one another: the highest version is the latest.",
            examples=[7],
        ),
    ]
    number: Annotated[Code | None, Field(description="The number people call it by.", examples=["1042"])] = None
    external_id: Annotated[
        Label | None, Field(description="Its id where it was placed, if elsewhere.", examples=["UE-9F3A"])
    ] = None
    external_source: Annotated[Label | None, Field(description="Where it was placed.", examples=["uber_eats"])] = None
    store: Annotated[
        StoreReference | None,
        Field(description="May be left out. If given, it must be the API key's own store, or the answer is 422."),
    ] = None
    business_date: Annotated[
        Day | None,
        Field(description="The store's trading day, which may end after midnight.", examples=["2025-03-04"]),
    ] = None
    channel: Annotated[ChannelName, Field(description="How the order was placed.", examples=["pos"])]
    service_type: Annotated[
        Literal["dine_in", "take_out", "pickup", "curbside", "delivery", "drive_thru"] | None,
        Field(description="How it is served.", examples=["dine_in"]),
    ] = None
    status: Annotated[
        Literal["open", "sent", "preparing", "ready", "handed_off", "closed", "voided", "refunded"],
        Field(description="Where the order stands.", examples=["closed"]),
    ]
    payment_status: Annotated[
        Literal["unpaid", "partially_paid", "paid", "refunded", "partially_refunded"] | None,
        Field(description="Where its payment stands.", examples=["paid"]),
    ] = None
    currency: Annotated[
        Currency,
        Field(
            description="ISO 4217. Its exponent says what a minor unit is: 0 for JPY, 2 for USD, 3 for KWD.",
            examples=["USD"],
        ),
    ]
    table: Annotated[Code | None, Field(description="The table's name.", examples=["12"])] = None
    guest_count: Annotated[
        int | None, Field(ge=0, le=10_000, description="How many people are served.", examples=[2])
    ] = None
    revenue_center: Annotated[Label | None, Field(description="The part of the store.", examples=["Patio"])] = None
    employee: Annotated[Employee | None, Field(description="Who took the order.")] = None
    customer: Annotated[Customer | None, Field(description="Who ordered.")] = None
    fulfillment: Annotated[Fulfillment | None, Field(description="How it reaches the guest.")] = None
    line_items: Annotated[
        list[LineItem],
        Field(max_length=1000, description="The lines, in the receipt's order; empty for an order just begun."),
    ]
    taxes: Annotated[list[Tax], Field(max_length=50, description="Taxes, summed over the lines.")] = []
    discounts: Annotated[list[Discount], Field(max_length=100, description="Discounts of the order and of lines.")] = []
    service_charges: Annotated[list[ServiceCharge], Field(max_length=50, description="Charges that are no items.")] = []
    payments: Annotated[list[Payment], Field(max_length=100, description="Payments so far.")] = []
    refunds: Annotated[list[Refund], Field(max_length=100, description="Refunds so far.")] = []
    totals: Annotated[Totals | None, Field(description="The sums, once the POS has computed them.")] = None
    opened_at: Annotated[
        Timestamp | None,
        Field(description="When it was begun. RFC 3339, with an offset.", examples=["2025-03-04T17:40:00Z"]),
    ] = None
    sent_at: Annotated[
        Timestamp | None, Field(description="When it went to the kitchen.", examples=["2025-03-04T17:44:12Z"])
    ] = None
    updated_at: Annotated[
        Timestamp | None, Field(description="When it last changed.", examples=["2025-03-04T18:22:05Z"])
    ] = None
    closed_at: Annotated[
        Timestamp | None, Field(description="When it was closed.", examples=["2025-03-04T18:22:05Z"])
    ] = None
    voided_at: Annotated[
        Timestamp | None, Field(description="When it was voided.", examples=["2025-03-04T18:30:00Z"])
    ] = None
    metadata: Annotated[
        Metadata,
        Field(
            description="Anything of your own: any JSON up to 8 levels deep, passed on as it is.",
            examples=[{"register": "3", "loyalty_points": 12}],
        ),
    ] = {}

    @model_validator(mode="after")
    def _line_ids_are_unique(self) -> "Order":
        seen: set[str] = set()
        for index, line in enumerate(self.line_items):
            if line.id in seen:
                raise ValidationError.from_exception_data(
                    "Order",
                    [
                        InitErrorDetails(
                            type=PydanticCustomError("repeated_id", "Repeated"),
                            loc=("line_items", index, "id"),
                            input=line.id,
                        )
                    ],
                )
            seen.add(line.id)
        return self
