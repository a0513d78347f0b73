"""What a provider's author imports: the declaration of a provider, its settings, its actions, and what it does with an order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
#: A provider's settings with its secrets in the clear, by name. Lives only while a call is made.
Values = Mapping[str, object]


class Category(StrEnum):
    DEVELOPER = "developer"
    E_COMMERCE = "e_commerce"
    ACCOUNTING = "accounting"
    DELIVERY = "delivery"
    MARKETING = "marketing"
    LABOR = "labor"
    LOYALTY = "loyalty"
    FULFILLMENT = "fulfillment"
    MESSAGING = "messaging"
    PAYMENTS = "payments"
    PAYROLL = "payroll"

    @property
    def label(self) -> Text:
        return CATEGORY_NAMES[self]


CATEGORY_NAMES: dict[Category, Text] = {
    Category.DEVELOPER: _("Developer"),
    Category.E_COMMERCE: _("E-commerce"),
    Category.ACCOUNTING: _("Accounting"),
    Category.DELIVERY: _("Delivery"),
    Category.MARKETING: _("Marketing"),
    Category.LABOR: _("Labor"),
    Category.LOYALTY: _("Loyalty"),
    Category.FULFILLMENT: _("Fulfillment"),
    Category.MESSAGING: _("Messaging"),
    Category.PAYMENTS: _("Payments"),
    Category.PAYROLL: _("Payroll"),
}


class SettingType(StrEnum):
    URL = "url"
    TEXT = "text"
    SECRET = "secret"  # noqa: S105  the name of a type, not a secret
    SWITCH = "switch"
    SELECT = "select"
    MULTISELECT = "multiselect"
    INTEGER = "integer"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select setting."""

    value: str
    label: Text


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of an integration's configuration. A secret is stored encrypted and never shown again."""

    name: str
    type: SettingType
    label: Text
    help: Text = ""
    required: bool = True
    default: object = None
    pattern: str = ""
    pattern_help: Text = ""
    options: Sequence[Option] = ()
    max_length: int = 500

    @property
    def secret(self) -> bool:
        return self.type is SettingType.SECRET


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms a store accepts when it adds the provider. A change of text needs a new version."""

    version: str
    text: Text

    @property
    def sha256(self) -> str:
        return sha256(f"{self.version}\n{self.text}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Order:
    """An order event as a provider sees it: the standard webhook body, and its parts."""

    event_id: str
    event_type: str
    channel: str
    body: bytes
    order: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OrderCall:
    """The HTTP call an order becomes. `signed` adds the Standard Webhooks headers over `body`."""

    url: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    method: str = "POST"
    signed: bool = False


@dataclass(frozen=True, slots=True)
class ConnectionResult:
    """What Test connection found: in words a store owner understands, with what to do where it failed."""

    ok: bool
    message: Text


class Provider:
    """A third-party product in the catalog. Subclass it in `integrations/providers/<slug>.py` and declare what it is.

    Secrets reach `on_order` and `test_connection` in `values`; a provider neither stores nor logs them.
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
    allows_several: ClassVar[bool] = False
    #: The order events it may be called for; empty where it takes no orders.
    order_events: ClassVar[Sequence[str]] = ()

    def problems(self, values: Values) -> Mapping[str, Text]:
        """What is wrong with these settings taken together, by the name of the setting to correct."""
        return {}

    def wanted_events(self, values: Values) -> Sequence[str]:
        """Which of `order_events` these settings ask for."""
        return self.order_events

    def target_url(self, values: Values) -> str:
        """Where orders go, for lists and for the breaker. Required of a provider that takes orders."""
        raise NotImplementedError(f"{type(self).__name__} declares order_events and no target_url.")

    def on_order(self, order: Order, values: Values) -> OrderCall | None:
        """The call this order becomes, or None where there is nothing to send. Pure: it reads its arguments only."""
        raise NotImplementedError(f"{type(self).__name__} declares order_events and no on_order.")

    def test_connection(self, values: Values) -> ConnectionResult | None:
        """Make a real call and say in words what works or what is wrong; None where the provider offers no test."""
        return None
