"""Events, deliveries, attempts and endpoints in the admin site: found by their ids, linked to each other, never altered."""

from webhooks.admin.deliveries import AttemptAdmin, DeliveryAdmin
from webhooks.admin.endpoints import EndpointAdmin, HourlyFiguresAdmin, LaneAdmin
from webhooks.admin.erasures import CustomerErasureAdmin
from webhooks.admin.events import IdempotencyKeyAdmin, OrderEventAdmin

__all__ = [
    "AttemptAdmin",
    "CustomerErasureAdmin",
    "DeliveryAdmin",
    "EndpointAdmin",
    "HourlyFiguresAdmin",
    "IdempotencyKeyAdmin",
    "LaneAdmin",
    "OrderEventAdmin",
]
