"""Fills the plain way's tables, from a process of its own so that the harness needs no Django; reads its orders as JSON on stdin."""

import itertools
import json
import sys
from typing import Any

import django


def stores(targets: list[str], secret: str) -> list[str]:
    """One store with one endpoint for each target; returns the stores' API keys."""
    from tests.load.plain.models import Endpoint, Store
    from tests.load.plain.views import key_hash

    keys = [f"plain_{index:03d}" for index in range(len(targets))]
    for key, target in zip(keys, targets, strict=True):
        store = Store.objects.create(key_hash=key_hash(key))
        Endpoint.objects.create(store=store, url=target, secret=secret)
    return keys


def backlog(payload: dict[str, Any], count: int) -> None:
    """`count` deliveries, spread over the endpoints, stored and enqueued."""
    from tests.load.plain.celery import app
    from tests.load.plain.models import Delivery, Endpoint, Event
    from tests.load.plain.tasks import deliver

    app.set_default()
    turn = itertools.cycle(Endpoint.objects.select_related("store").order_by("pk"))
    endpoints = [next(turn) for _ in range(count)]
    events = Event.objects.bulk_create(
        [
            Event(store=endpoint.store, type=payload["type"], payload={"order": payload["order"]})
            for endpoint in endpoints
        ],
        batch_size=1000,
    )
    deliveries = Delivery.objects.bulk_create(
        [Delivery(event=event, endpoint=endpoint) for event, endpoint in zip(events, endpoints, strict=True)],
        batch_size=1000,
    )
    with app.producer_pool.acquire(block=True) as producer:
        for delivery in deliveries:
            deliver.apply_async((delivery.pk,), producer=producer)


def main() -> None:
    """Does what the JSON object on stdin says and prints the answer as JSON."""
    django.setup()
    wanted = json.load(sys.stdin)
    if wanted["do"] == "stores":
        sys.stdout.write(json.dumps(stores(wanted["targets"], wanted["secret"])))
    else:
        backlog(wanted["payload"], wanted["count"])


if __name__ == "__main__":
    main()
