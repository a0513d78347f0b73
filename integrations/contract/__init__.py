"""All that a provider's author imports: how a provider, its settings and actions are declared, and what its methods get and give."""

from backoffice.web.money import exponent
from integrations.contract.actions import Action, ItemOutcome, Kind, Run, Schedule, StoreFacts
from integrations.contract.categories import Category
from integrations.contract.files import Sftp, SftpAccount, WayOut
from integrations.contract.http import Answer, Call, Http, NeedsAttention, ProviderProblem, TryLater
from integrations.contract.inbound import InboundCall, NotAuthentic
from integrations.contract.oauth import OAuth
from integrations.contract.orders import Order, OrderCall, OrderCard
from integrations.contract.provider import ConnectionResult, Provider, Terms
from integrations.contract.pulled import (
    OrderState,
    PaymentState,
    PulledAddress,
    PulledCustomer,
    PulledLine,
    PulledOrder,
    PulledPayment,
    Service,
)
from integrations.contract.settings import Option, Scope, Setting, SettingType, ShownIf
from integrations.contract.text import Text, Values

__all__ = [
    "Action",
    "Answer",
    "Call",
    "Category",
    "ConnectionResult",
    "Http",
    "InboundCall",
    "ItemOutcome",
    "Kind",
    "NeedsAttention",
    "NotAuthentic",
    "OAuth",
    "Option",
    "Order",
    "OrderCall",
    "OrderCard",
    "OrderState",
    "PaymentState",
    "Provider",
    "ProviderProblem",
    "PulledAddress",
    "PulledCustomer",
    "PulledLine",
    "PulledOrder",
    "PulledPayment",
    "Run",
    "Schedule",
    "Scope",
    "Service",
    "Setting",
    "SettingType",
    "Sftp",
    "SftpAccount",
    "ShownIf",
    "StoreFacts",
    "Terms",
    "Text",
    "TryLater",
    "Values",
    "WayOut",
    "exponent",
]
