"""A key's line for the terminal: an order posted with it, the key itself left to whoever holds it."""

import json
import shlex
from typing import Any

from django.conf import settings

from integrations.models import ApiKey

#: Nothing but what an order needs.
SMALLEST_ORDER: dict[str, Any] = {
    "id": "order-1",
    "version": 1,
    "channel": "pos",
    "status": "open",
    "currency": "USD",
    "line_items": [],
}
#: Stands where a key of the organization names a store.
ANY_STORE = "STORE-CODE"
COVERED = "•" * 12


def curl_line(key: ApiKey) -> str:
    """For a POSIX shell. The key is covered but for the beginning that says whether it is a test key."""
    covered = key.masked.partition("…")[0][: len("hub_live_")] + COVERED
    order = SMALLEST_ORDER | ({"currency": key.store.currency} if key.store else {})
    headers = [
        f"Authorization: Bearer {covered}",
        *([] if key.store else [f"x-store: {ANY_STORE}"]),
        "Content-Type: application/json",
        f"Idempotency-Key: {order['id']}-opened",
    ]
    body = json.dumps({"type": "order.opened", "order": order})
    parts = [
        f"curl {settings.PUBLIC_URL}/api/v1/orders",
        *(f"-H {shlex.quote(header)}" for header in headers),
        f"-d {shlex.quote(body)}",
    ]
    return " \\\n  ".join(parts)
