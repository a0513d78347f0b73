"""What a provider declares about itself and does: the class that each file in `integrations/providers/` derives from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar, Literal

from integrations.contract.actions import Action
from integrations.contract.categories import Category
from integrations.contract.files import WayOut
from integrations.contract.inbound import InboundCall
from integrations.contract.oauth import OAuth
from integrations.contract.orders import Order, OrderCall, OrderCard
from integrations.contract.pulled import PulledOrder
from integrations.contract.settings import Setting
from integrations.contract.text import Text, Values


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms a store accepts when it adds the provider. A change of text needs a new version."""

    version: str
    text: Text

    @property
    def sha256(self) -> str:
        return sha256(f"{self.version}\n{self.text}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ConnectionResult:
    """What Test connection found: in words a store owner understands, with what to do where it failed."""

    ok: bool
    message: Text


class Provider:
    """A third-party product in the catalog. Subclass it in `integrations/providers/<slug>.py` and declare what it is.

    Secrets reach its methods in `values`; a provider neither stores nor logs them. An instance holds no state.
    """

    slug: ClassVar[str]
    name: ClassVar[Text]
    tagline: ClassVar[Text]
    category: ClassVar[Category]
    description: ClassVar[Text]
    #: Know More: how to obtain each credential and what to expect, in Markdown.
    guide: ClassVar[Text]
    terms: ClassVar[Terms]
    data_sent: ClassVar[Sequence[Text]]
    data_received: ClassVar[Sequence[Text]] = ()
    settings: ClassVar[Sequence[Setting]] = ()
    #: What it can do on demand or on schedule; each names a method.
    actions: ClassVar[Sequence[Action]] = ()
    allows_several: ClassVar[bool] = False
    #: How many calls a minute the service allows one customer; 0 where it states none.
    requests_per_minute: ClassVar[int] = 0
    #: What it costs at the provider's, in words, if anything.
    price: ClassVar[Text] = ""
    #: Where the service documents what this provider does.
    documentation_url: ClassVar[str] = ""
    #: The order events it may be called for; empty where it takes no orders.
    order_events: ClassVar[Sequence[str]] = ()

    def problems(self, values: Values) -> Mapping[str, Text]:
        """What is wrong with these settings taken together, by the name of the setting to correct."""
        return {}

    def wanted_events(self, values: Values) -> Sequence[str]:
        """Which of `order_events` these settings ask for."""
        return self.order_events

    def opened_from(self, values: Values) -> Literal["anywhere", "pos", "elsewhere"]:
        """Where `wanted_events` has opened orders: those of the point of sale, those of all other channels, or both."""
        return "anywhere"

    def target_url(self, values: Values) -> str:
        """Where orders go, for lists and for the breaker. Required of a provider that takes orders."""
        raise NotImplementedError(f"{type(self).__name__} declares order_events and no target_url.")

    def on_order(self, order: Order, values: Values) -> OrderCall | None:
        """The call this order becomes, or None where there is nothing to send. Pure: it reads its arguments only."""
        raise NotImplementedError(f"{type(self).__name__} declares order_events and no on_order.")

    def order_cards(self, orders: Sequence[Order], values: Values) -> Sequence[OrderCard]:
        """What the Action tab shows of the store's recent orders; nothing by default. Pure."""
        return ()

    def test_connection(self, values: Values, http: WayOut) -> ConnectionResult | None:
        """Make a real call and say in words what works or what is wrong; None where the provider offers no test."""
        return None

    @property
    def tests_connection(self) -> bool:
        """Whether there is a test to offer."""
        return type(self).test_connection is not Provider.test_connection

    def oauth(self, values: Values) -> OAuth | None:
        """How its account is connected; required of a provider with a setting of type OAUTH."""
        return None

    def on_inbound(self, call: InboundCall, values: Values) -> Sequence[PulledOrder]:
        """The orders that a webhook of the service tells of. Raises NotAuthentic unless the call proves that the service sent it."""
        raise NotImplementedError(f"{type(self).__name__} has a callback URL and no on_inbound.")
