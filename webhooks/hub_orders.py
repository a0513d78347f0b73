"""Order events for the hub's runs: orders of shops on their way in, and stored events on their way to a provider."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from backoffice.database.identifiers import parse_public_id, uuid7_floor
from backoffice.database.statements import run
from backoffice.tenancy.models import Store
from integrations.contract import Order as ProviderOrder
from webhooks.canonical.order import Order
from webhooks.ingest import Post, ingest_all
from webhooks.models import Endpoint, OrderEvent
from webhooks.store_references import store_reference

_ORDERS_AT_ONCE = 200
#: An order is told of at the latest so long after its business date, unless it is older news that nobody exports.
_TOLD_WITHIN = timedelta(days=35)

_ORDERS_OF_DAY = """
SELECT order_id FROM webhooks_orderevent
WHERE store_id = %(store)s AND id >= %(first)s AND id < %(last)s AND NOT test
    AND COALESCE(order_json::json ->> 'business_date', (occurred_at AT TIME ZONE %(timezone)s)::date::text) = %(day)s
GROUP BY order_id ORDER BY order_id
"""
_LATEST = """
SELECT DISTINCT ON (order_id) id FROM webhooks_orderevent
WHERE store_id = %(store)s AND order_id = ANY(%(orders)s) AND NOT test
ORDER BY order_id, order_version DESC, id DESC
"""


class HubOrders:
    """Keeps `integrations.order_events.OrderEvents`."""

    def take_in(self, store: Store, event_types: Collection[str], order: Mapping[str, Any]) -> None:
        """Raises ValueError for an order that the developer API would refuse."""
        read = Order.model_validate_json(orjson.dumps(order))
        read.store = store_reference(store)
        order_json = read.model_dump_json()
        ingest_all(store=store, api_key=None, posts=[Post(event_type, read, order_json) for event_type in event_types])

    def orders_of(self, store: Store, day: date) -> Iterator[ProviderOrder]:
        midnight = datetime.combine(day, time(), ZoneInfo(store.timezone))
        found = run(
            _ORDERS_OF_DAY,
            {
                "store": store.pk,
                "first": uuid7_floor(midnight - timedelta(days=1)),
                "last": uuid7_floor(midnight + _TOLD_WITHIN),
                "timezone": store.timezone,
                "day": day.isoformat(),
            },
        )
        orders = [order_id for (order_id,) in found]
        for start in range(0, len(orders), _ORDERS_AT_ONCE):
            some = orders[start : start + _ORDERS_AT_ONCE]
            latest = [event_id for (event_id,) in run(_LATEST, {"store": store.pk, "orders": some})]
            for event in OrderEvent.objects.filter(pk__in=latest).order_by("order_id"):
                order = as_provider_order(event)
                if order.order.get("business_date") in {None, day.isoformat()}:
                    yield order

    def events(
        self, store: Store, types: Collection[str], channels: Collection[str], *, after: str, most: int
    ) -> Iterator[ProviderOrder]:
        found = OrderEvent.objects.filter(store=store, pk__gt=_event_id(after), type__in=types, test=False)
        if channels:
            found = found.filter(channel__in=channels)
        for event in found.order_by("pk")[:most]:
            yield as_provider_order(event)

    def recent(self, store: Store, *, most: int) -> Iterator[ProviderOrder]:
        newest = OrderEvent.objects.filter(store=store).order_by("-pk")[:most]
        latest: dict[str, OrderEvent] = {}
        for event in newest:
            known = latest.get(event.order_id)
            if not event.test and (known is None or known.order_version < event.order_version):
                latest[event.order_id] = event
        yield from map(as_provider_order, latest.values())


def as_provider_order(event: OrderEvent) -> ProviderOrder:
    """The event with the body that a webhook of today's version has."""
    body = b'{"id":"%b","type":"%b","timestamp":"%b","api_version":"%b","data":{"order":%b}}' % (
        event.public_id.encode(),
        event.type.encode(),
        event.occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z").encode(),
        str(Endpoint._meta.get_field("api_version").get_default()).encode(),
        event.order_json.encode(),
    )
    return ProviderOrder(event.public_id, event.type, event.channel, body, orjson.loads(event.order_json))


def _event_id(cursor: str) -> UUID:
    """A cursor that is no event's id starts at the beginning of what is kept."""
    try:
        return parse_public_id("evt", cursor)
    except ValueError:
        return uuid7_floor(datetime(1970, 1, 1, tzinfo=UTC))
