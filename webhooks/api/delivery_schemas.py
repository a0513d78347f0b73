"""Parameters and answers of the calls that read the delivery log."""

from typing import Annotated, Literal

from pydantic import Field

from webhooks.api.queries import EndpointId, Moment, PageQuery
from webhooks.api.schemas import AnyEventTypeName
from webhooks.canonical.values import PosId, StrictModel

StateName = Literal["due", "delivered", "exhausted", "parked", "cancelled"]
_AT = "2025-03-04T18:22:05Z"


class DeliveriesQuery(PageQuery):
    """Which deliveries."""

    state: Annotated[StateName | None, Field(description="Only those in this state.", examples=["exhausted"])] = None
    type: Annotated[
        AnyEventTypeName | None,
        Field(description="Only those of events of this type.", examples=["order.closed"]),
    ] = None
    endpoint_id: Annotated[
        EndpointId | None,
        Field(description="Only those to this endpoint.", examples=["ep_01jq2v7k3h00000000000000p1"]),
    ] = None
    order_id: Annotated[PosId | None, Field(description="Only those of this order.", examples=["ord_9f3a2c"])] = None
    since: Annotated[
        Moment | None, Field(description="Only those made since then. RFC 3339 with an offset.", examples=[_AT])
    ] = None


class DeliveryError(StrictModel):
    """Why the last try failed, or why nothing is sent."""

    code: Annotated[
        str, Field(description="For programs, such as `timeout`; empty where the status says it.", examples=["timeout"])
    ]
    detail: Annotated[str, Field(description="In words.", examples=["No answer within 15 seconds."])]


class DeliverySummary(StrictModel):
    """One event on its way to one endpoint."""

    id: Annotated[str, Field(description="The delivery's id.", examples=["dlv_01jq2v7k3h00000000000000d1"])]
    event_id: Annotated[
        str, Field(description="The event: its `webhook-id`.", examples=["evt_01jq2v7k3h00000000000000e1"])
    ]
    event_type: Annotated[str, Field(description="The event's type.", examples=["order.closed"])]
    order_id: Annotated[str, Field(description="The order.", examples=["ord_9f3a2c"])]
    endpoint_id: Annotated[str, Field(description="Where it goes.", examples=["ep_01jq2v7k3h00000000000000p1"])]
    test: Annotated[bool, Field(description="Of a test order, or a test event.", examples=[False])]
    state: Annotated[
        str,
        Field(
            description=(
                "`due`: a try is to come. `delivered`. `exhausted`: given up. `parked`: kept until its endpoint may be called again. "
                "`cancelled`: stopped."
            ),
            examples=["delivered"],
        ),
    ]
    attempt_count: Annotated[int, Field(ge=0, description="Tries so far.", examples=[1])]
    next_attempt_at: Annotated[
        str | None, Field(description="When the next try is due, or null. RFC 3339 in UTC.", examples=[None])
    ]
    last_status: Annotated[int | None, Field(description="The last answer's HTTP status, or null.", examples=[200])]
    error: Annotated[DeliveryError | None, Field(description="What went wrong last, or null.")]
    replay_of: Annotated[
        str | None, Field(description="The delivery it repeats, or null.", examples=["dlv_01jq2v7k3h00000000000000d0"])
    ]
    created_at: Annotated[str, Field(description="RFC 3339 in UTC.", examples=[_AT])]
    finished_at: Annotated[str | None, Field(description="When nothing more was to come, or null.", examples=[_AT])]


class DeliveryPage(StrictModel):
    """Deliveries, newest first."""

    deliveries: Annotated[list[DeliverySummary], Field(description="The deliveries.")]
    next: Annotated[
        str | None,
        Field(description="The `cursor` of the next page, or null.", examples=["cur_01jq2v7k3h00000000000000c1"]),
    ]
    has_more: Annotated[bool, Field(description="Whether there is a next page.", examples=[True])]


class Header(StrictModel):
    """One header."""

    name: Annotated[str, Field(description="Its name.", examples=["content-type"])]
    value: Annotated[str, Field(description="Its value; secrets are masked.", examples=["application/json"])]


class SentRequest(StrictModel):
    """What was sent: a POST, or what the integration's provider asks for."""

    url: Annotated[str, Field(description="The address.", examples=["https://hooks.example.com/orders"])]
    headers: Annotated[list[Header], Field(description="The headers, in their order.")]
    body_sha256: Annotated[
        str,
        Field(
            description="SHA-256 of the body, in hex. The body itself is that of `GET events/{event_id}`.",
            examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
        ),
    ]


class ReceivedResponse(StrictModel):
    """What the receiver answered."""

    status: Annotated[int, Field(description="The HTTP status.", examples=[200])]
    headers: Annotated[list[Header], Field(description="The headers, in their order.")]
    body: Annotated[
        str,
        Field(
            description="The first 16 kB; what is no UTF-8 is replaced by U+FFFD, and a compressed body is left out.",
            examples=["ok"],
        ),
    ]


class AttemptTimings(StrictModel):
    """How long each step took, in milliseconds."""

    dns: Annotated[float, Field(ge=0, description="Looking up the name.", examples=[4.2])]
    connect: Annotated[float, Field(ge=0, description="Connecting.", examples=[11.0])]
    tls: Annotated[float, Field(ge=0, description="Agreeing on encryption.", examples=[23.5])]
    first_byte: Annotated[float, Field(ge=0, description="Waiting for the answer to begin.", examples=[80.1])]
    total: Annotated[float, Field(ge=0, description="Altogether.", examples=[81.4])]


class AttemptAnswer(StrictModel):
    """One try."""

    number: Annotated[int, Field(ge=1, description="Counts from 1.", examples=[1])]
    started_at: Annotated[str, Field(description="RFC 3339 in UTC.", examples=[_AT])]
    request: Annotated[SentRequest, Field(description="What was sent.")]
    response: Annotated[ReceivedResponse | None, Field(description="What came back, or null.")]
    error: Annotated[DeliveryError | None, Field(description="What went wrong, or null.")]
    remote_address: Annotated[
        str | None, Field(description="The IP address that was connected to, or null.", examples=["203.0.113.7"])
    ]
    timings: Annotated[AttemptTimings, Field(description="How long it took.")]


class DeliveryAnswer(DeliverySummary):
    """One event on its way to one endpoint, with every try."""

    attempts: Annotated[
        list[AttemptAnswer], Field(description="The tries, newest first; the newest 50 where there are more.")
    ]


class DeliveryDetails(StrictModel):
    """A delivery."""

    delivery: Annotated[DeliveryAnswer, Field(description="The delivery.")]
