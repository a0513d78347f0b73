"""How an integration's orders go out: the app that sends them registers it, as imports go only down."""

import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class OrderHealth:
    """`failing_since` is None where orders arrive, or none was sent. `problem` says what is wrong and what to do.

    `paused`: somebody holds the orders back, so that nothing is known of them. `last_success_at` is exact to the hour.
    """

    failing_since: datetime | None = None
    problem: str = ""
    last_success_at: datetime | None = None
    paused: bool = False
    #: The public id of the endpoint that sends them, whose page has the last attempts.
    endpoint: str = ""


class OrdersOut(Protocol):
    """Who knows how orders go out. Each call takes a constant number of queries."""

    def health_of(self, integrations: Collection[uuid.UUID]) -> Mapping[uuid.UUID, OrderHealth]:
        """By integration; one that gets no orders is missing."""
        ...

    def failing_since(self, before: datetime) -> Iterator[Mapping[uuid.UUID, OrderHealth]]:
        """All integrations whose orders have been failing from `before` on or longer, of every tenant, a bounded number at a time."""
        ...


class _Nowhere:
    """No orders go out where no app sends them."""

    def health_of(self, integrations: Collection[uuid.UUID]) -> Mapping[uuid.UUID, OrderHealth]:
        return {}

    def failing_since(self, before: datetime) -> Iterator[Mapping[uuid.UUID, OrderHealth]]:
        return iter(())


_registered: list[OrdersOut] = [_Nowhere()]


def register_orders_out(orders_out: OrdersOut) -> None:
    """Call it in `AppConfig.ready`; the last one counts."""
    _registered[:] = [orders_out]


def orders_out() -> OrdersOut:
    return _registered[0]
