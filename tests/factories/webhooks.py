"""Endpoints with their lane, order events, deliveries and attempts, as rows."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import OrganizationFactory
from webhooks.event_types import ORDER_EVENT_TYPES, EventType
from webhooks.models import Attempt, CustomerErasure, Delivery, Endpoint, Lane, OrderEvent


class LaneFactory(DjangoModelFactory[Lane]):
    class Meta:
        model = Lane
        django_get_or_create = ("endpoint", "shard")

    endpoint = factory.SubFactory("tests.factories.webhooks.EndpointFactory")
    shard = 0


class EndpointFactory(DjangoModelFactory[Endpoint]):
    """An endpoint with one lane; without a signing key, which `webhooks.endpoints` makes."""

    class Meta:
        model = Endpoint
        skip_postgeneration_save = True

    class Params:
        paused = factory.Trait(state="paused")
        disabled = factory.Trait(state="disabled", state_reason="The receiver answered 410.")

    store = factory.SubFactory(LicensedStoreFactory)
    url = factory.Sequence(lambda n: f"https://hooks.example.com/{n}")
    event_types = factory.LazyFunction(lambda: [str(event) for event in ORDER_EVENT_TYPES])

    @factory.post_generation
    def lane(self: Endpoint, create: bool, _extracted: object, **_kwargs: Any) -> None:
        if create:
            LaneFactory.create(endpoint=self)


class OrderEventFactory(DjangoModelFactory[OrderEvent]):
    class Meta:
        model = OrderEvent

    store = factory.SubFactory(LicensedStoreFactory)
    type = EventType.ORDER_CLOSED
    order_id = factory.Sequence(lambda n: f"order-{n}")
    order_version = 1
    order_number = factory.Sequence(lambda n: str(1000 + n))
    channel = "pos"
    occurred_at = factory.LazyFunction(timezone.now)
    order_json = factory.LazyAttribute(
        lambda event: json.dumps({"id": event.order_id, "number": event.order_number, "currency": "USD", "total": 1361})
    )


class DeliveryFactory(DjangoModelFactory[Delivery]):
    """A delivery that waits; `delivered=True` and `exhausted=True` are those that ended."""

    class Meta:
        model = Delivery

    class Params:
        delivered = factory.Trait(
            state="delivered",
            due_at=None,
            attempt_count=1,
            last_status=200,
            finished_at=factory.LazyFunction(timezone.now),
        )
        exhausted = factory.Trait(
            state="exhausted",
            due_at=None,
            attempt_count=10,
            last_status=500,
            last_error_detail="The endpoint answered 500.",
            finished_at=factory.LazyFunction(timezone.now),
        )

    event = factory.SubFactory(OrderEventFactory)
    store = factory.SelfAttribute("event.store")
    endpoint = factory.SubFactory(EndpointFactory, store=factory.SelfAttribute("..store"))
    lane = factory.LazyAttribute(lambda delivery: LaneFactory.create(endpoint=delivery.endpoint))
    event_type = factory.SelfAttribute("event.type")
    order_id = factory.SelfAttribute("event.order_id")
    due_at = factory.LazyFunction(timezone.now)


class CustomerErasureFactory(DjangoModelFactory[CustomerErasure]):
    """An erasure that has looked through everything, and found nothing yet: what it looks for is `wanted`."""

    class Meta:
        model = CustomerErasure

    organization = factory.SubFactory(OrganizationFactory)
    kind = "email"
    wanted_sha256 = "0" * 64
    state = "found"
    after = uuid.UUID(int=0)
    until = uuid.UUID(int=0)
    looked_through = True


class AttemptFactory(DjangoModelFactory[Attempt]):
    class Meta:
        model = Attempt

    delivery = factory.SubFactory(DeliveryFactory, delivered=True)
    number = 1
    started_at = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
    url = factory.SelfAttribute("delivery.endpoint.url")
    request_headers = factory.LazyFunction(lambda: [["content-type", "application/json"]])
    body_sha256 = b"\x00" * 32
    status = 200
    response_headers = factory.LazyFunction(lambda: [["content-type", "text/plain"]])
    response_body = b"ok"
    total_ms = 42.0
