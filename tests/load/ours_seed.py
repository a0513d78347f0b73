"""Fills our product's tables as its owner, from a process of its own; reads what to do as JSON on stdin."""

import itertools
import json
import sys
from datetime import timedelta
from typing import Any

import django

BATCH = 1000


def stores(targets: list[str], secret: str) -> list[str]:
    """One Enterprise organization with a licensed store, its API key and one endpoint for each target; returns the keys' texts."""
    from django.utils import timezone

    from backoffice.database.identifiers import uuid7
    from backoffice.tenancy.models import Organization, Store
    from integrations import api_keys
    from licensing import actions, assignments
    from licensing.models import PlanLevel
    from webhooks.endpoint_secrets import seal_key
    from webhooks.event_types import ORDER_EVENT_TYPES
    from webhooks.models import Endpoint, Lane, SigningKey

    organization = Organization.objects.create(name="Load", slug="load")
    made = [
        Store.objects.create(
            organization=organization, code=f"S{number:03d}", name=f"Store {number}", timezone="UTC", currency="USD"
        )
        for number in range(len(targets))
    ]
    renews_on = timezone.localdate() + timedelta(days=365)
    actions.subscribe(organization=organization, level=PlanLevel.ENTERPRISE, renews_on=renews_on, by=None)
    license = actions.set_quantity(organization=organization, quantity=len(made), by=None)
    assignments.assign(license=license, stores=made, by=None)
    keys = []
    for store, target in zip(made, targets, strict=True):
        endpoint = Endpoint.objects.create(store=store, url=target, event_types=[*ORDER_EVENT_TYPES])
        Lane.objects.get_or_create(endpoint=endpoint, shard=0)
        key_id = uuid7()
        sealed = seal_key(owner_id=store.pk, key_id=key_id, secret=secret)
        SigningKey.objects.create(pk=key_id, endpoint=endpoint, ciphertext=sealed, hint=secret[-4:])
        keys.append(api_keys.create(store=store, name="Load", by=None).text)
    return keys


def backlog(payload: dict[str, Any], count: int) -> None:
    """`count` deliveries, spread over the endpoints, stored as ingest stores them, with their lanes marked due."""
    from django.utils import timezone

    from webhooks.canonical.order import Order
    from webhooks.models import Delivery, Lane, OrderEvent

    order_json = Order.model_validate_json(json.dumps(payload["order"])).model_dump_json()
    lanes = Lane.objects.select_related("endpoint").order_by("pk")
    turn = itertools.cycle([(lane, store) for lane in lanes if (store := lane.endpoint.store_id)])
    now = timezone.now()
    for start in range(0, count, BATCH):
        rows = [next(turn) for _ in range(min(BATCH, count - start))]
        events = OrderEvent.objects.bulk_create(
            [
                OrderEvent(
                    store_id=store,
                    type=payload["type"],
                    order_id=payload["order"]["id"],
                    order_version=payload["order"]["version"],
                    order_number=payload["order"]["number"],
                    channel=payload["order"]["channel"],
                    occurred_at=now,
                    order_json=order_json,
                )
                for _lane, store in rows
            ]
        )
        Delivery.objects.bulk_create(
            [
                Delivery(
                    store_id=store,
                    endpoint_id=lane.endpoint_id,
                    lane=lane,
                    event=event,
                    event_type=event.type,
                    order_id=event.order_id,
                    due_at=now,
                )
                for (lane, store), event in zip(rows, events, strict=True)
            ]
        )
    Lane.objects.filter(lease_until__isnull=True).update(next_due_at=now)


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
