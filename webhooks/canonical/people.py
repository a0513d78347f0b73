"""The people of an order, and where it goes."""

from typing import Annotated

from pydantic import Field

from webhooks.canonical.values import Code, Country, Email, Label, Name, Phone, PosId, StrictModel, Text, Timestamp


class Employee(StrictModel):
    """Who took the order."""

    id: Annotated[PosId | None, Field(description="The employee's id in the POS.", examples=["emp_7"])] = None
    name: Annotated[Name | None, Field(description="As shown on the receipt.", examples=["Maria"])] = None


class Customer(StrictModel):
    """Who ordered. Personal data: send only what partners need."""

    id: Annotated[PosId | None, Field(description="The customer's id in the POS.", examples=["cus_88"])] = None
    first_name: Annotated[Label | None, Field(description="Given name.", examples=["Ada"])] = None
    last_name: Annotated[Label | None, Field(description="Family name.", examples=["Byron"])] = None
    email: Annotated[Email | None, Field(description="Email address.", examples=["ada@example.com"])] = None
    phone: Annotated[Phone | None, Field(description="Best in international form.", examples=["+12125550142"])] = None


class Address(StrictModel):
    """Where a delivery goes."""

    line1: Annotated[Name, Field(description="Street and number.", examples=["350 Fifth Avenue"])]
    line2: Annotated[Name | None, Field(description="Floor, flat, company.", examples=["Floor 12"])] = None
    city: Annotated[Label | None, Field(description="Town or city.", examples=["New York"])] = None
    region: Annotated[Label | None, Field(description="State, province or county.", examples=["NY"])] = None
    postal_code: Annotated[Code | None, Field(description="Postal code.", examples=["10118"])] = None
    country: Annotated[Country | None, Field(description="ISO 3166-1, two letters.", examples=["US"])] = None
    instructions: Annotated[Text, Field(description="For the driver.", examples=["Ring twice"])] = ""


class Fulfillment(StrictModel):
    """How the order reaches the guest."""

    promised_at: Annotated[
        Timestamp | None, Field(description="When the guest expects it.", examples=["2025-03-04T18:45:00Z"])
    ] = None
    pickup_code: Annotated[Code | None, Field(description="What the guest shows to collect it.", examples=["7731"])] = (
        None
    )
    address: Annotated[Address | None, Field(description="For deliveries.")] = None
