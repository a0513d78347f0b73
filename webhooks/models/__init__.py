from webhooks.models.customer_erasure import CustomerErasure, FoundOrder
from webhooks.models.delivery import Attempt, Delivery, HourlyFigures
from webhooks.models.endpoint import Endpoint, Lane, SigningKey
from webhooks.models.engine_totals import EngineTotals
from webhooks.models.order_event import IdempotencyKey, OrderEvent
from webhooks.models.owner_notice import OwnerNotice
from webhooks.models.recovery import Recovery

__all__ = [
    "Attempt",
    "CustomerErasure",
    "Delivery",
    "Endpoint",
    "EngineTotals",
    "FoundOrder",
    "HourlyFigures",
    "IdempotencyKey",
    "Lane",
    "OrderEvent",
    "OwnerNotice",
    "Recovery",
    "SigningKey",
]
