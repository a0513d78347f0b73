from webhooks.models.delivery import Attempt, Delivery, HourlyFigures
from webhooks.models.endpoint import Endpoint, Lane, SigningKey
from webhooks.models.order_event import IdempotencyKey, OrderEvent

__all__ = ["Attempt", "Delivery", "Endpoint", "HourlyFigures", "IdempotencyKey", "Lane", "OrderEvent", "SigningKey"]
