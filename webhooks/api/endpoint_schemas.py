"""Bodies and answers of the calls that manage webhook endpoints."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, WithJsonSchema

from backoffice.security.address_guard import LONGEST_URL
from webhooks.api.queries import PageQuery
from webhooks.api.schemas import EventTypeName
from webhooks.canonical.order import ChannelName
from webhooks.canonical.values import StrictModel
from webhooks.event_types import API_VERSION
from webhooks.headers import LONGEST_NAME, LONGEST_VALUE, MOST_HEADERS
from webhooks.payload_versions import names
from webhooks.wishes import FASTEST_PACE, MOST_AT_A_TIME

_AT = "2025-03-04T18:22:05Z"
_ONE_LINE = r"^[^\x00-\x1f\x7f]*$"

Url = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_URL, pattern=r"^[^\x00-\x20\x7f]+$")]
EventTypes = Annotated[list[EventTypeName], Field(min_length=1, max_length=6)]
Channels = Annotated[list[ChannelName], Field(max_length=6)]
Description = Annotated[str, StringConstraints(max_length=200, pattern=_ONE_LINE)]
Headers = Annotated[
    dict[
        Annotated[str, StringConstraints(max_length=LONGEST_NAME)],
        Annotated[str, StringConstraints(max_length=LONGEST_VALUE)],
    ],
    Field(max_length=MOST_HEADERS),
]
Timeout = Annotated[int, Field(ge=1, le=30)]
Opened = Literal["anywhere", "pos", "elsewhere"]
AtATime = Annotated[int, Field(ge=1, le=MOST_AT_A_TIME)]
Pace = Annotated[int, Field(ge=0, le=FASTEST_PACE)]
#: Written as an enum, but checked against the registry, which tests and releases extend.
Version = Annotated[str, WithJsonSchema({"type": "string", "enum": list(names())})]

_URL = Field(
    description="An https address that can be reached from the internet. It may hold no user name.",
    examples=["https://hooks.example.com/orders"],
)
_EVENT_TYPES = Field(description="Which events it gets.", examples=[["order.closed"]])
_CHANNELS = Field(description="Only orders of these channels; empty for all.", examples=[["online"]])
_OPENED_FROM = Field(
    description="Of `order.opened`, which: `pos` for orders placed at the point of sale, known as “3rd Order”; `elsewhere` for those of "
    "all other channels, “Open Order”; or both.",
    examples=["anywhere"],
)
_DESCRIPTION = Field(description="How people call it.", examples=["Kitchen screens"])
_ACCEPTS_TEST = Field(description="Whether test orders are sent too.", examples=[False])
_PERSONAL = Field(
    description="Whether personal data is left out of its webhooks: customer, delivery address, employee, card digits, notes "
    "and `metadata` are then null or empty in each order.",
    examples=[False],
)
_HEADERS = Field(
    description="Headers to send with each call, all of them anew. Their values are kept encrypted and never answered.",
    examples=[{"X-API-Key": "k-42"}],
)
_TIMEOUT = Field(description="How long it may take to answer, in seconds.", examples=[15])
_AT_A_TIME = Field(
    description="How many calls may be under way at once. Fewer spare a small receiver; in a rush, orders then wait longer.",
    examples=[10],
)
_PACE = Field(
    description="How many calls may start each second; 0 for as many as it takes. At a slow pace webhooks arrive later, and none is lost.",
    examples=[0],
)
_KEEPS_ORDER = Field(
    description="Whether each order's events wait for the ones before. One that keeps failing then holds its order back until it is "
    "given up; other orders go on.",
    examples=[False],
)
_VERSION = Field(
    description="The payload version of its webhooks. It stays as it is when a newer one comes out.",
    examples=[API_VERSION],
)


class EndpointPost(StrictModel):
    """A new endpoint."""

    url: Annotated[Url, _URL]
    event_types: Annotated[EventTypes, _EVENT_TYPES]
    channels: Annotated[Channels, _CHANNELS] = []
    opened_from: Annotated[Opened, _OPENED_FROM] = "anywhere"
    description: Annotated[Description, _DESCRIPTION] = ""
    accepts_test_events: Annotated[bool, _ACCEPTS_TEST] = False
    without_personal_data: Annotated[bool, _PERSONAL] = False
    headers: Annotated[Headers, _HEADERS] = {}
    timeout_seconds: Annotated[Timeout, _TIMEOUT] = 15
    api_version: Annotated[Version, _VERSION] = API_VERSION
    max_in_flight: Annotated[AtATime, _AT_A_TIME] = 10
    rate_per_second: Annotated[Pace, _PACE] = 0
    keeps_order: Annotated[bool, _KEEPS_ORDER] = False


class EndpointPatch(StrictModel):
    """What is to change; what is left out, or null, stays as it is."""

    url: Annotated[Url | None, _URL] = None
    event_types: Annotated[EventTypes | None, _EVENT_TYPES] = None
    channels: Annotated[Channels | None, _CHANNELS] = None
    opened_from: Annotated[Opened | None, _OPENED_FROM] = None
    description: Annotated[Description | None, _DESCRIPTION] = None
    accepts_test_events: Annotated[bool | None, _ACCEPTS_TEST] = None
    without_personal_data: Annotated[bool | None, _PERSONAL] = None
    headers: Annotated[Headers | None, _HEADERS] = None
    timeout_seconds: Annotated[Timeout | None, _TIMEOUT] = None
    api_version: Annotated[Version | None, _VERSION] = None
    max_in_flight: Annotated[AtATime | None, _AT_A_TIME] = None
    rate_per_second: Annotated[Pace | None, _PACE] = None
    keeps_order: Annotated[bool | None, _KEEPS_ORDER] = None
    state: Annotated[
        Literal["enabled", "paused"] | None,
        Field(
            description="`paused` keeps what comes in; `enabled` sends it, and turns a disabled endpoint on again.",
            examples=["paused"],
        ),
    ] = None


class EndpointsQuery(PageQuery):
    """Which page of the endpoints."""


class EndpointAnswer(StrictModel):
    """An endpoint."""

    id: Annotated[str, Field(description="The endpoint's id.", examples=["ep_01jq2v7k3h00000000000000p1"])]
    url: Annotated[str, Field(description="Where it is.", examples=["https://hooks.example.com/orders"])]
    description: Annotated[str, Field(description="How people call it.", examples=["Kitchen screens"])]
    event_types: Annotated[list[str], Field(description="Which events it gets.", examples=[["order.closed"]])]
    channels: Annotated[list[str], Field(description="Of which channels; empty: of all.", examples=[[]])]
    opened_from: Annotated[
        str, Field(description="Which opened orders: `anywhere`, `pos` or `elsewhere`.", examples=["anywhere"])
    ]
    accepts_test_events: Annotated[bool, Field(description="Whether test orders are sent too.", examples=[False])]
    without_personal_data: Annotated[
        bool, Field(description="Whether personal data is left out of its webhooks.", examples=[False])
    ]
    header_names: Annotated[
        list[str], Field(description="The names of its own headers, without values.", examples=[["X-API-Key"]])
    ]
    timeout_seconds: Annotated[int, Field(description="How long it may take to answer.", examples=[15])]
    api_version: Annotated[str, Field(description="The payload version it is pinned to.", examples=[API_VERSION])]
    state: Annotated[
        str, Field(description="`enabled`, `paused`, or `disabled` after too many failures.", examples=["enabled"])
    ]
    state_reason: Annotated[str, Field(description="Why it was disabled, in words.", examples=[""])]
    integration_id: Annotated[
        str | None,
        Field(
            description="The integration that brought it, and manages it; null for the store's own and its organization's.",
            examples=[None],
        ),
    ]
    of_organization: Annotated[
        bool,
        Field(
            description="Whether the organization has set it for several stores; then only a key of the organization that opens all of them can change it.",
            examples=[False],
        ),
    ]
    max_in_flight: Annotated[int, Field(description="How many calls are made at a time, at most.", examples=[10])]
    rate_per_second: Annotated[
        int | None, Field(description="How many calls a second, at most; null: as many as it takes.", examples=[None])
    ]
    keeps_order: Annotated[
        bool, Field(description="Whether each order's events wait for the ones before.", examples=[False])
    ]
    confirmed_at: Annotated[
        str | None, Field(description="When the URL first answered a call with success, or null.", examples=[_AT])
    ]
    created_at: Annotated[str, Field(description="RFC 3339 in UTC.", examples=[_AT])]


class EndpointDetails(StrictModel):
    """An endpoint."""

    endpoint: Annotated[EndpointAnswer, Field(description="The endpoint.")]


class EndpointCreated(EndpointDetails):
    """The new endpoint with its secret, which no other call answers."""

    secret: Annotated[
        str,
        Field(
            description="Check the signatures of its webhooks with it. Keep it as you keep a password.",
            examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        ),
    ]


class EndpointPage(StrictModel):
    """The store's endpoints, newest first."""

    endpoints: Annotated[list[EndpointAnswer], Field(description="The endpoints.")]
    next: Annotated[
        str | None,
        Field(description="The `cursor` of the next page, or null.", examples=["cur_01jq2v7k3h00000000000000c1"]),
    ]
    has_more: Annotated[bool, Field(description="Whether there is a next page.", examples=[False])]
