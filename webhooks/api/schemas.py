"""Bodies of the calls, and their answers."""

from typing import Annotated, Literal

from pydantic import Field

from webhooks.canonical.order import Order
from webhooks.canonical.values import StrictModel

EventTypeName = Literal[
    "order.opened", "order.updated", "order.closed", "order.voided", "order.refunded", "order.status_changed"
]
#: What a POS posts, and the test event that is ours to send.
AnyEventTypeName = Literal[
    "order.opened",
    "order.updated",
    "order.closed",
    "order.voided",
    "order.refunded",
    "order.status_changed",
    "webhook.test",
]

#: The most events that one batch may hold.
MOST_EVENTS = 500


class OrderPost(StrictModel):
    """An order event, as a POS posts it."""

    type: Annotated[EventTypeName, Field(description="What happened.", examples=["order.closed"])]
    order: Annotated[Order, Field(description="The whole order as it now is.")]


class AcceptedEvent(StrictModel):
    """The event that was stored."""

    id: Annotated[
        str,
        Field(description="The event's id: every delivery carries it.", examples=["evt_01jq2v7k3h00000000000000e1"]),
    ]
    type: Annotated[EventTypeName, Field(description="As posted.", examples=["order.closed"])]
    order_id: Annotated[str, Field(description="The order's id, as posted.", examples=["ord_9f3a2c"])]
    test: Annotated[bool, Field(description="Posted with a test key.", examples=[False])]


class OrderAccepted(StrictModel):
    """The event is stored and will not be lost; its deliveries follow on their own."""

    event: Annotated[AcceptedEvent, Field(description="The stored event.")]
    deliveries: Annotated[int, Field(ge=0, description="How many endpoints it goes to.", examples=[2])]


class BatchEvent(OrderPost):
    """One order event of a batch."""

    idempotency_key: Annotated[
        str | None,
        Field(
            pattern=r"^[ -~]{1,255}$",
            description="What the header Idempotency-Key is to a single event: 1 to 255 printable ASCII characters.",
            examples=["b1d2a9f4-6a0e-4c38-9a55-0d6a3f1f7a10"],
        ),
    ] = None


class OrderBatch(StrictModel):
    """Order events, in the order in which they happened."""

    events: Annotated[list[BatchEvent], Field(min_length=1, max_length=MOST_EVENTS, description="1 to 500 events.")]


class BatchResult(StrictModel):
    """What became of one event of a batch: the stored event, or the problem."""

    status: Annotated[
        int, Field(description="What the event alone would have been answered: 202, 409, 413 or 422.", examples=[202])
    ]
    event: Annotated[AcceptedEvent | None, Field(description="The stored event; with 202.")] = None
    deliveries: Annotated[int | None, Field(ge=0, description="How many endpoints it goes to.", examples=[2])] = None
    replayed: Annotated[
        bool | None,
        Field(description="True: this is the answer of an earlier event with the same key.", examples=[False]),
    ] = None
    problem: Annotated[
        "ItemProblem | None", Field(description="What is wrong, and where in the body; without 202.")
    ] = None


class BatchAccepted(StrictModel):
    """Each event was looked at; those with the status 202 are stored and will not be lost."""

    results: Annotated[list[BatchResult], Field(description="One for each event, in the order of the events.")]


class OrganizationAnswer(StrictModel):
    """The customer that the store belongs to."""

    name: Annotated[str, Field(description="Its name.", examples=["Harbour Restaurants"])]


class HubAnswer(StrictModel):
    """The store's Integration Hub."""

    licensed: Annotated[
        bool, Field(description="True in every 200: without a license the answer is 403.", examples=[True])
    ]


class KeyAnswer(StrictModel):
    """The API key of this very call, without its secret."""

    id: Annotated[str, Field(description="The key's id.", examples=["key_01jq2v7k3h00000000000000k1"])]
    name: Annotated[str, Field(description="The name it was given.", examples=["Front counter POS"])]
    scopes: Annotated[list[str], Field(description="What it may do.", examples=[["orders:write", "orders:read"]])]
    test: Annotated[bool, Field(description="Orders posted with it are test orders.", examples=[False])]
    expires_at: Annotated[str | None, Field(description="RFC 3339, or null: it does not expire.", examples=[None])]


class StoreAnswer(StrictModel):
    """The store that the API key belongs to, or that the call with an organization's key names."""

    id: Annotated[str, Field(description="The store's id.", examples=["sto_01jq2v7k3h00000000000000s1"])]
    code: Annotated[str, Field(description="Its code, unique in the organization.", examples=["NYC-01"])]
    name: Annotated[str, Field(description="Its name.", examples=["Harbour Grill, 5th Avenue"])]
    timezone: Annotated[str, Field(description="IANA time zone.", examples=["America/New_York"])]
    currency: Annotated[str, Field(description="ISO 4217.", examples=["USD"])]
    organization: Annotated[OrganizationAnswer, Field(description="Whose store it is.")]
    hub: Annotated[HubAnswer, Field(description="Its Integration Hub.")]
    key: Annotated[KeyAnswer, Field(description="The key of this call.")]


class FieldProblem(StrictModel):
    """One thing wrong with the body, or with a parameter of the address."""

    pointer: Annotated[
        str | None,
        Field(description="JSON pointer (RFC 6901) into the body.", examples=["/order/line_items/0/quantity"]),
    ] = None
    parameter: Annotated[
        str | None, Field(description="The parameter's name, where it is not the body.", examples=["limit"])
    ] = None
    detail: Annotated[str, Field(description="What is wrong, in words.", examples=["This field is required."])]


class ItemProblem(StrictModel):
    """What is wrong with one event of a batch, as a problem document (RFC 9457)."""

    type: Annotated[
        str, Field(description="The problem's address in this documentation.", examples=["#problem-not_found"])
    ]
    title: Annotated[
        str, Field(description="The kind of problem, in words.", examples=["There is nothing at this address"])
    ]
    status: Annotated[int, Field(description="The HTTP status.", examples=[404])]
    detail: Annotated[str, Field(description="This problem, and what to do about it.", examples=["Check the address."])]
    code: Annotated[
        str, Field(description="The kind of problem, for programs: it never changes.", examples=["not_found"])
    ]
    errors: Annotated[list[FieldProblem] | None, Field(description="Each field that is wrong, at most 50.")] = None


class Problem(ItemProblem):
    """A problem document (RFC 9457)."""

    instance: Annotated[str, Field(description="The address that was called.", examples=["/api/v1/orders"])]
    request_id: Annotated[
        str | None,
        Field(
            description="For questions to support; also in the header X-Request-ID. Left out of 401.",
            examples=["b7e9f0c2"],
        ),
    ] = None


class WebhookData(StrictModel):
    """What the event is about."""

    order: Annotated[Order, Field(description="The whole order as it then was, every field filled in.")]


class WebhookBody(StrictModel):
    """The body of every webhook."""

    id: Annotated[
        str,
        Field(
            description="The event's id, as in the header `webhook-id`.", examples=["evt_01jq2v7k3h00000000000000e1"]
        ),
    ]
    type: Annotated[
        EventTypeName | Literal["webhook.test"], Field(description="What happened.", examples=["order.closed"])
    ]
    timestamp: Annotated[
        str, Field(description="When it happened. RFC 3339 in UTC.", examples=["2025-03-04T18:22:05Z"])
    ]
    api_version: Annotated[
        str, Field(description="The version of this format that the endpoint asked for.", examples=["2026-11-01"])
    ]
    test: Annotated[bool, Field(description="There, and true, only for test events.", examples=[True])] = False
    data: Annotated[WebhookData, Field(description="What it is about.")]
