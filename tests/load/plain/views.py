"""The plain ingest view, and a bare view that inserts one row."""

import hashlib
import json
from functools import partial

from django.db import transaction
from django.http import HttpRequest, JsonResponse

from tests.load.plain.models import BareRow, Delivery, Endpoint, Event, Store
from tests.load.plain.tasks import deliver


def key_hash(key: str) -> str:
    """How a store's API key is stored."""
    return hashlib.sha256(key.encode()).hexdigest()


def orders(request: HttpRequest) -> JsonResponse:
    """Stores an order event and its deliveries in one transaction, and enqueues a task for each once it is committed."""
    key = request.headers.get("Authorization", "").removeprefix("Bearer ")
    store = Store.objects.filter(key_hash=key_hash(key)).first()
    if store is None:
        return JsonResponse({"title": "Unknown key"}, status=401)
    posted = json.loads(request.body)
    with transaction.atomic():
        event = Event.objects.create(store=store, type=posted["type"], payload={"order": posted["order"]})
        deliveries = Delivery.objects.bulk_create(
            [
                Delivery(event=event, endpoint=endpoint)
                for endpoint in Endpoint.objects.filter(store=store, enabled=True)
            ]
        )
        for delivery in deliveries:
            transaction.on_commit(partial(deliver.delay, delivery.pk))
    return JsonResponse({"event": {"id": str(event.public_id)}, "deliveries": len(deliveries)}, status=202)


def bare(request: HttpRequest) -> JsonResponse:
    """Inserts one row, and nothing else: what the server and the database can do at most."""
    row = BareRow.objects.create(payload=json.loads(request.body))
    return JsonResponse({"id": row.pk}, status=201)
