"""Parameters and answers of the call that lists integrations."""

from typing import Annotated

from pydantic import Field

from webhooks.api.queries import PageQuery
from webhooks.canonical.values import StrictModel

_AT = "2025-03-04T18:22:05Z"


class IntegrationsQuery(PageQuery):
    """Which integrations."""

    include_deactivated: Annotated[
        bool, Field(description="Whether deactivated ones are listed too.", examples=[True])
    ] = False


class IntegrationAnswer(StrictModel):
    """A provider that was added to the store. Its settings are not told, secret or not."""

    id: Annotated[str, Field(description="The integration's id.", examples=["int_01jq2v7k3h00000000000000n1"])]
    provider: Annotated[str, Field(description="The provider, for programs.", examples=["woocommerce"])]
    name: Annotated[str, Field(description="The provider, for people.", examples=["WooCommerce"])]
    status: Annotated[
        str,
        Field(
            description="`needs_setup`, `connected`, `failing`, `suspended` or `deactivated`.", examples=["connected"]
        ),
    ]
    problem: Annotated[
        str | None, Field(description="What is wrong and what to do, in words, or null.", examples=[None])
    ]
    failing_since: Annotated[str | None, Field(description="RFC 3339 in UTC, or null.", examples=[None])]
    last_success_at: Annotated[str | None, Field(description="RFC 3339 in UTC, or null.", examples=[_AT])]
    added_at: Annotated[str, Field(description="RFC 3339 in UTC.", examples=[_AT])]
    deactivated_at: Annotated[str | None, Field(description="RFC 3339 in UTC, or null.", examples=[None])]


class IntegrationPage(StrictModel):
    """The store's integrations, newest first."""

    integrations: Annotated[list[IntegrationAnswer], Field(description="The integrations.")]
    next: Annotated[
        str | None,
        Field(description="The `cursor` of the next page, or null.", examples=["cur_01jq2v7k3h00000000000000c1"]),
    ]
    has_more: Annotated[bool, Field(description="Whether there is a next page.", examples=[False])]
