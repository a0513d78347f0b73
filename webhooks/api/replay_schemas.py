"""Bodies and answers of the calls that send again, test and roll."""

from typing import Annotated

from pydantic import Field

from webhooks.canonical.values import StrictModel, Timestamp


class RecoverPost(StrictModel):
    """Since when what was missed is sent again."""

    since: Annotated[
        Timestamp,
        Field(description="Events stored since then. RFC 3339 with an offset.", examples=["2025-03-04T18:22:05Z"]),
    ]


class RollPost(StrictModel):
    """How the endpoint's secret is rolled."""

    overlap_seconds: Annotated[
        int,
        Field(
            ge=0,
            le=604_800,
            description="How long the old secret goes on signing beside the new one. 0 stops it at once; at most 7 days.",
            examples=[86_400],
        ),
    ] = 86_400


class StartedDelivery(StrictModel):
    """A delivery that was just made."""

    id: Annotated[str, Field(description="The delivery's id.", examples=["dlv_01jq2v7k3h00000000000000d1"])]
    event_id: Annotated[
        str,
        Field(description="The event it carries: its `webhook-id`.", examples=["evt_01jq2v7k3h00000000000000e1"]),
    ]
    endpoint_id: Annotated[str, Field(description="Where it goes.", examples=["ep_01jq2v7k3h00000000000000p1"])]
    state: Annotated[
        str, Field(description="`due`, or `parked` while the endpoint is paused or switched off.", examples=["due"])
    ]
    replay_of: Annotated[
        str | None,
        Field(description="The delivery it repeats, or null.", examples=["dlv_01jq2v7k3h00000000000000d0"]),
    ]


class DeliveryStarted(StrictModel):
    """It is stored, and sent as soon as a worker takes it."""

    delivery: Annotated[StartedDelivery, Field(description="The new delivery.")]


class RecoveryAnswer(StrictModel):
    """What was missed is being sent again."""

    id: Annotated[str, Field(description="The recovery's id.", examples=["rec_01jq2v7k3h00000000000000r1"])]
    since: Annotated[str, Field(description="RFC 3339 in UTC.", examples=["2025-03-04T18:22:05Z"])]
    sent_again: Annotated[int, Field(ge=0, description="How many events so far.", examples=[12])]
    finished: Annotated[
        bool, Field(description="False while there are more events to look at; it goes on by itself.", examples=[True])
    ]


class RecoveryStarted(StrictModel):
    """The recovery, which may have been under way already."""

    recovery: Annotated[RecoveryAnswer, Field(description="How far it is.")]


class RolledSecret(StrictModel):
    """The new signing secret."""

    secret: Annotated[
        str,
        Field(
            description="Sign checks with it from now on. Keep it as you keep a password.",
            examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        ),
    ]
    previous_signs_until: Annotated[
        str | None,
        Field(description="RFC 3339 in UTC, or null: it stopped at once.", examples=["2025-03-05T18:22:05Z"]),
    ]
