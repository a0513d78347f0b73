"""The way to order events for runs: the app that stores them registers it, as imports go only down."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any, Protocol

from backoffice.tenancy.models import Store
from integrations.contract import Order


class OrderEvents(Protocol):
    """Where a store's order events are kept."""

    def take_in(self, store: Store, event_types: Collection[str], order: Mapping[str, Any]) -> None:
        """Store an event of each type with its deliveries, in the caller's transaction. Raises ValueError for an order that is none."""
        ...

    def orders_of(self, store: Store, day: date) -> Iterator[Order]:
        """The latest event of each order of a business date; test orders are left out."""
        ...

    def events(
        self, store: Store, types: Collection[str], channels: Collection[str], *, after: str, most: int
    ) -> Iterator[Order]:
        """Events after the one with the id `after`, oldest first; test orders are left out."""
        ...

    def recent(self, store: Store, *, most: int) -> Iterator[Order]:
        """Of the store's newest `most` events the latest of each order, newest first; test orders are left out."""
        ...


_registered: list[OrderEvents] = []


def register_order_events(order_events: OrderEvents) -> None:
    """Call it in `AppConfig.ready`; the last one counts."""
    _registered[:] = [order_events]


def order_events() -> OrderEvents:
    """Raises RuntimeError where no app keeps order events."""
    if not _registered:
        raise RuntimeError("No app has registered order events.")
    return _registered[0]
