"""Parameters and answers of the calls that read order events and orders."""

from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from webhooks.api.queries import AtCommas, Moment, PageQuery, Query
from webhooks.api.schemas import AnyEventTypeName, WebhookBody
from webhooks.canonical.order import Order
from webhooks.canonical.values import PosId, StrictModel
from webhooks.event_types import API_VERSION
from webhooks.payload_versions import names

#: Written as an enum, but read by the registry, which tests and releases extend.
VersionName = Annotated[str, WithJsonSchema({"type": "string", "enum": list(names())})]


class VersionQuery(Query):
    """In which version of the webhook's body events are told."""

    api_version: Annotated[
        VersionName,
        Field(
            description="The payload version, the newest by default. Name the one you are built for.",
            examples=[API_VERSION],
        ),
    ] = API_VERSION


class EventsQuery(PageQuery, VersionQuery):
    """Which events."""

    type: Annotated[
        list[AnyEventTypeName] | None,
        AtCommas,
        Field(
            description="Only these types, with commas between them.",
            examples=[["order.closed", "order.refunded"]],
        ),
    ] = None
    order_id: Annotated[PosId | None, Field(description="Only events of this order.", examples=["ord_9f3a2c"])] = None
    since: Annotated[
        Moment | None,
        Field(
            description="Only events taken in since then. RFC 3339 with an offset.", examples=["2025-03-04T18:22:05Z"]
        ),
    ] = None
    order: Annotated[
        Literal["asc", "desc"],
        Field(description="`desc`: newest first. `asc`: oldest first, to follow what happens.", examples=["asc"]),
    ] = "desc"


class EventPageAnswer(StrictModel):
    """Events, each as a webhook delivers it."""

    events: Annotated[list[WebhookBody], Field(description="The events, in the order that was asked for.")]
    next: Annotated[
        str | None,
        Field(
            description="The `cursor` of the next call. With `order=asc` it is always there: keep it, and ask later for what came since.",
            examples=["cur_01jq2v7k3h00000000000000c1"],
        ),
    ]
    has_more: Annotated[
        bool,
        Field(
            description="True: call again at once. A page may be short, or empty, and still have more.",
            examples=[False],
        ),
    ]


class LastEvent(StrictModel):
    """The event that told of the order's latest state."""

    id: Annotated[str, Field(description="The event's id.", examples=["evt_01jq2v7k3h00000000000000e1"])]
    type: Annotated[str, Field(description="What happened.", examples=["order.closed"])]
    timestamp: Annotated[
        str, Field(description="When it happened. RFC 3339 in UTC.", examples=["2025-03-04T18:22:05Z"])
    ]


class OrderAnswer(StrictModel):
    """An order as it stands."""

    order: Annotated[
        Order, Field(description="The order of the highest version that was posted, every field filled in.")
    ]
    last_event: Annotated[LastEvent, Field(description="The event that brought it.")]
