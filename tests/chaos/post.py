"""Stores orders as ingest does, in a process of its own; reads what to do as JSON on stdin and prints the webhook ids as JSON."""

import json
import sys
import time
from datetime import date
from typing import Any

import django

from tests.load.orders import order_event


def seed(urls: list[str], timeout_seconds: int) -> list[str]:
    """One licensed store with an endpoint for each URL."""
    from backoffice.tenancy.models import Organization, Store
    from licensing import actions as licensing
    from licensing.models import PlanLevel
    from webhooks import endpoints
    from webhooks.event_types import ORDER_EVENT_TYPES
    from webhooks.models import Endpoint

    organization = Organization.objects.create(name="Chaos", slug="chaos")
    store = Store.objects.create(organization=organization, code="S1", name="Store", timezone="UTC", currency="USD")
    licensing.subscribe(organization=organization, level=PlanLevel.ENTERPRISE, renews_on=date(2099, 1, 1), by=None)
    license = licensing.set_quantity(organization=organization, quantity=1, by=None)
    licensing.assign(license=license, stores=[store], by=None)
    for url in urls:
        endpoints.create(store=store, url=url, event_types=ORDER_EVENT_TYPES, by=None)
    Endpoint.objects.update(timeout_seconds=timeout_seconds)
    return []


def post(count: int, per_second: float) -> list[list[Any]]:
    """`count` orders, each in a transaction of its own; returns each webhook id with the time before it was stored."""
    from django.db import transaction
    from django.utils import timezone

    from backoffice.tenancy.models import Store
    from webhooks import outbox
    from webhooks.models import OrderEvent

    store = Store.objects.get()
    order = order_event(0)
    stored: list[list[Any]] = []
    start = time.monotonic()
    for number in range(count):
        if per_second:
            time.sleep(max(0.0, start + number / per_second - time.monotonic()))
        before = time.monotonic()
        event = OrderEvent(
            store=store,
            type=order["type"],
            order_id=f"order-{number}",
            order_version=1,
            channel="pos",
            occurred_at=timezone.now(),
            order_json=json.dumps(order["order"]),
        )
        with transaction.atomic():
            event.save(force_insert=True)
            outbox.add([event], store=store)
        stored.append([event.public_id, before])
    return stored


def main() -> None:
    """Does what the JSON object on stdin says and prints the answer as JSON."""
    django.setup()
    wanted = json.load(sys.stdin)
    what = wanted.pop("do")
    sys.stdout.write(json.dumps(seed(**wanted) if what == "seed" else post(**wanted)))


if __name__ == "__main__":
    main()
