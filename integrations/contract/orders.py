"""An order on its way out: the event as a provider sees it, and the call it becomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Order:
    """An order event as a provider sees it: the standard webhook body, and its parts.

    `order` is the canonical order of the developer API: money as integers in minor units of `order["currency"]`.
    """

    event_id: str
    event_type: str
    channel: str
    body: bytes
    order: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OrderCall:
    """The HTTP call an order becomes. `signed` adds the Standard Webhooks headers over `body`; `url`, which is recorded, names no customer."""

    url: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    method: str = "POST"
    signed: bool = False


@dataclass(frozen=True, slots=True)
class OrderCard:
    """What the Action tab shows of one recent order, such as its pick-up code. `picture` is an SVG of the provider's own making."""

    order_id: str
    title: str
    code: str
    picture: str = ""
