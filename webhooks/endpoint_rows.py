"""What the Order Webhook page shows of each endpoint, grouped by the integration that brought it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.database.identifiers import uuid7_time
from backoffice.tenancy.models import Store
from integrations.catalog import all_providers
from integrations.models import Integration
from webhooks.delivery_log import latest_of_endpoints
from webhooks.event_types import Channel
from webhooks.event_words import SWITCH_WORDS, EventWords, in_order
from webhooks.figures import DayFigures, last_day
from webhooks.models import Delivery, Endpoint, Lane
from webhooks.opened_orders import left_out, switched_on
from webhooks.states_in_words import Badge, delivery_badge, endpoint_badge


@dataclass(frozen=True, slots=True)
class Health:
    """How the endpoint's lanes fare: a sentence, and until when they rest; empty where all is well."""

    text: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class LastDelivery:
    id: str
    badge: Badge
    status: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class EventSwitch:
    """One switch of an endpoint's events. `note` says what the endpoint's channels make of it."""

    switch: str
    words: EventWords
    on: bool
    note: str

    @property
    def code(self) -> str:
        """The switch as it may stand in an element's id."""
        return self.switch.replace(".", "-").replace(":", "-")


@dataclass(frozen=True, slots=True)
class EndpointRow:
    endpoint: Endpoint
    id: str
    badge: Badge
    reason: str
    events: list[EventWords]
    channels: list[str]
    health: Health | None
    last: LastDelivery | None
    day: DayFigures
    custom_headers: list[str]

    @property
    def switches(self) -> list[EventSwitch]:
        """Every switch in the order pages list them."""
        on, channels = switched_on(self.endpoint.event_types, self.endpoint.opened_from), self.endpoint.channels
        return [
            EventSwitch(each, words, each in on, _("left out by its channels") if left_out(each, channels) else "")
            for each, words in SWITCH_WORDS.items()
        ]

    @property
    def may_pause(self) -> bool:
        return self.endpoint.state == Endpoint.State.ENABLED


@dataclass(frozen=True, slots=True)
class EndpointGroup:
    """The store's own endpoints (`integration` is None), or those of one integration.

    An integration that takes orders and has none yet is there too: it waits to be set up.
    """

    integration: Integration | None
    name: str
    slug: str
    rows: list[EndpointRow]


def endpoint_groups(store: Store) -> list[EndpointGroup]:
    """The store's endpoints in five queries, however many there are: its own first, then by integration."""
    endpoints = list(Endpoint.objects.listed().filter(store_id=store.pk).select_related("integration").order_by("-id"))
    rows = endpoint_rows(endpoints)
    own = [row for row in rows if row.endpoint.integration_id is None]
    groups = [EndpointGroup(None, _("This store's own"), "", own)]
    by_integration: dict[Integration, list[EndpointRow]] = {one: [] for one in _taking_orders(store)}
    for row in rows:
        if row.endpoint.integration:
            by_integration.setdefault(row.endpoint.integration, []).append(row)
    named = [EndpointGroup(one, provider_name(one), one.provider_slug, found) for one, found in by_integration.items()]
    return groups + sorted(named, key=lambda group: group.name)


def _taking_orders(store: Store) -> list[Integration]:
    """The active integrations whose providers take orders."""
    providers = all_providers()
    found = Integration.objects.active().filter(store_id=store.pk).order_by("provider_slug", "slot")
    return [one for one in found if one.provider_slug in providers and providers[one.provider_slug].order_events]


def provider_name(integration: Integration) -> str:
    """The provider's name; its slug once it has left the catalog."""
    provider = all_providers().get(integration.provider_slug)
    return str(provider.name) if provider else integration.provider_slug


def endpoint_rows(endpoints: Iterable[Endpoint]) -> list[EndpointRow]:
    found = list(endpoints)
    ids = [endpoint.pk for endpoint in found]
    days, latest, health = last_day(ids), latest_of_endpoints(ids), _health(found)
    return [
        EndpointRow(
            endpoint=endpoint,
            id=endpoint.public_id,
            badge=endpoint_badge(endpoint),
            reason=_reason(endpoint),
            events=in_order(switched_on(endpoint.event_types, endpoint.opened_from)),
            channels=[str(Channel(channel).label) for channel in endpoint.channels],
            health=health.get(endpoint.pk),
            last=_last(latest.get(endpoint.pk)),
            day=days[endpoint.pk],
            custom_headers=list(endpoint.header_names),
        )
        for endpoint in found
    ]


def _reason(endpoint: Endpoint) -> str:
    if endpoint.integration is not None and endpoint.integration.deactivated_at is not None:
        return _("Its integration is deactivated. Orders wait, and are sent once it is active again.")
    return endpoint.state_reason


def _last(delivery: Delivery | None) -> LastDelivery | None:
    if delivery is None:
        return None
    return LastDelivery(
        delivery.public_id,
        delivery_badge(delivery),
        delivery.last_status,
        delivery.finished_at or uuid7_time(delivery.pk),
    )


def _health(endpoints: list[Endpoint]) -> dict[object, Health]:
    now = timezone.now()
    health: dict[object, Health] = {}
    lanes = Lane.objects.filter(endpoint_id__in=[endpoint.pk for endpoint in endpoints]).order_by(
        "endpoint_id", "shard"
    )
    for lane in lanes:
        if found := lane_health(lane, now):
            health.setdefault(lane.endpoint_id, found)
    return health


def lane_health(lane: Lane, now: datetime) -> Health | None:
    """What keeps a lane from being served as usual, in words."""
    if lane.open_until and lane.open_until > now:
        return Health(_("Too many failures in a row: calls rest, and none is counted as an attempt."), lane.open_until)
    if lane.paused_until and lane.paused_until > now:
        return Health(_("The receiver asked us to wait."), lane.paused_until)
    if lane.failing_since:
        return Health(_("Nothing has been delivered since the last failures. Look at its deliveries for the reason."))
    return None
