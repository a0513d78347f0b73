"""One Celery task per delivery: read it, sign, post, write the attempt and the outcome in one transaction."""

import functools
import json
import time
from typing import Any

import requests
from celery import shared_task
from django.db import transaction
from django.utils import timezone
from requests.adapters import HTTPAdapter

from tests.load.plain.models import Attempt, Delivery
from tests.load.plain.signing import signature

RETRY_SECONDS = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
CONNECT_AND_READ_SECONDS = (5, 15)
KEPT_BYTES = 16_384


@functools.cache
def session() -> requests.Session:
    """One pool of kept-alive connections for each worker process; no look at the environment on every call."""
    pool = requests.Session()
    pool.trust_env = False
    adapter = HTTPAdapter(pool_connections=64, pool_maxsize=1)
    pool.mount("http://", adapter)
    pool.mount("https://", adapter)
    return pool


def build(delivery: Delivery) -> tuple[dict[str, str], bytes]:
    """Headers and body of one try."""
    event = delivery.event
    webhook_id = str(event.public_id)
    body = json.dumps(
        {
            "id": webhook_id,
            "type": event.type,
            "timestamp": event.created_at.isoformat(),
            "api_version": "2025-01-01",
            "data": event.payload,
        },
        separators=(",", ":"),
    ).encode()
    now = int(time.time())
    headers = {
        "content-type": "application/json",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(now),
        "webhook-signature": signature(delivery.endpoint.secret, webhook_id, now, body),
    }
    return headers, body


@shared_task(bind=True, acks_late=True, ignore_result=True, max_retries=len(RETRY_SECONDS))
def deliver(self: Any, delivery_id: int) -> None:
    """Sends one delivery; a failure is tried again on the schedule, as a task with a countdown."""
    delivery = Delivery.objects.select_related("event", "endpoint").get(pk=delivery_id)
    if delivery.state != "due":
        return
    headers, body = build(delivery)
    status: int | None = None
    answer = error = ""
    started = time.monotonic()
    try:
        response = session().post(
            delivery.endpoint.url,
            data=body,
            headers=headers,
            timeout=CONNECT_AND_READ_SECONDS,
            allow_redirects=False,
        )
        status = response.status_code
        answer = response.content[:KEPT_BYTES].decode(errors="replace")
    except requests.RequestException as exception:
        error = str(exception)
    delivered = status is not None and 200 <= status < 300
    exhausted = not delivered and self.request.retries >= len(RETRY_SECONDS)
    with transaction.atomic():
        Attempt.objects.create(
            delivery=delivery,
            status=status,
            request_headers=headers,
            response_body=answer,
            error=error,
            milliseconds=int((time.monotonic() - started) * 1000),
        )
        Delivery.objects.filter(pk=delivery.pk).update(
            state="delivered" if delivered else "exhausted" if exhausted else "due",
            attempts=self.request.retries + 1,
            last_status=status,
            updated_at=timezone.now(),
        )
    if not delivered and not exhausted:
        raise self.retry(countdown=RETRY_SECONDS[self.request.retries])
