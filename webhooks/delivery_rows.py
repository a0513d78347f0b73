"""What a list of deliveries shows of each one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from backoffice.database.identifiers import public_id, uuid7_time
from webhooks.delivery_log import endpoint_of, event_of
from webhooks.errors_in_words import explanation
from webhooks.event_words import words
from webhooks.models import Delivery, OrderEvent
from webhooks.states_in_words import Badge, delivery_badge


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """`problem` is the last failure in words, shown only where it still matters: the delivery did not succeed since."""

    id: str
    badge: Badge
    problem: str
    order_id: str
    heading: str
    endpoint_id: str
    endpoint: str
    attempts: int
    next_try: datetime | None
    created_at: datetime
    test: bool
    resent: bool


def heading(delivery: Delivery, event: OrderEvent | None) -> str:
    """The event in words with the number on the receipt, `Close Order #1042`."""
    name = str(words(delivery.event_type, event.channel if event else "").name)
    return f"{name} #{event.order_number}" if event and event.order_number else name


def delivery_row(delivery: Delivery) -> DeliveryRow:
    """Expects event and endpoint fetched; either may be gone."""
    problem = None
    if delivery.state != Delivery.State.DELIVERED:
        problem = explanation(status=delivery.last_status, error=delivery.last_error, detail=delivery.last_error_detail)
    event, endpoint = event_of(delivery), endpoint_of(delivery)
    return DeliveryRow(
        id=delivery.public_id,
        badge=delivery_badge(delivery),
        problem=problem.what if problem else "",
        order_id=delivery.order_id,
        heading=heading(delivery, event),
        endpoint_id=public_id("ep", delivery.endpoint_id),
        endpoint=(endpoint.description or endpoint.url) if endpoint else "",
        attempts=delivery.attempt_count,
        next_try=delivery.due_at if delivery.state == Delivery.State.DUE and delivery.attempt_count else None,
        created_at=uuid7_time(delivery.pk),
        test=delivery.test,
        resent=delivery.replay_of is not None,
    )


def delivery_rows(deliveries: Iterable[Delivery]) -> list[DeliveryRow]:
    return [delivery_row(delivery) for delivery in deliveries]
