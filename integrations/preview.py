"""What a provider would send for an order: the call with made-up data and without its secrets."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from integrations.contract import Order, OrderCall, Provider, Values
from integrations.covering import Cover, cover_of

#: The version of the order format that the sample is written in; a test holds it to the one in use.
API_VERSION = "2026-11-01"

_LINE = {
    "id": "li_1", "item_id": "itm_204", "sku": "BRG-01", "name": "Cheeseburger", "category": "Mains", "quantity": "2.000",
    "unit_price": 1250, "gross": 2500, "discount_total": 0, "tax_total": 222, "total": 2722, "note": "No onions",
    "voided": False, "modifiers": [], "applied_taxes": [{"tax_id": "tx_1", "amount": 222}], "applied_discounts": [],
}  # fmt: skip
_PAYMENT = {
    "id": "pay_1", "type": "card", "brand": "visa", "last4": "4242", "amount": 2722, "tip": 400, "status": "captured",
    "paid_at": "2026-03-04T18:22:01Z",
}  # fmt: skip
SAMPLE_ORDER: Mapping[str, object] = {
    "id": "ord_1042", "version": 7, "number": "1042", "business_date": "2026-03-04", "channel": "online",
    "service_type": "pickup", "status": "closed", "payment_status": "paid", "currency": "USD",
    "customer": {"first_name": "Jo", "last_name": "Doe", "email": "jo@example.com", "phone": "+12125550123"},
    "line_items": [_LINE],
    "taxes": [{"id": "tx_1", "name": "Sales tax", "rate_percent": "8.875", "inclusive": False, "amount": 222}],
    "payments": [_PAYMENT],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Preview:
    """A call that was never made: `headers` as sent, with secrets covered; the signature's headers named only."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: str


def sample_order(event_type: str, channel: str = "online") -> Order:
    """An order event such as the provider would get, made up."""
    order = {**SAMPLE_ORDER, "channel": channel}
    envelope = {
        "id": "evt_01jnx5q0c8f2v7r9k3m6w4hb1d",
        "type": event_type,
        "timestamp": "2026-03-04T18:22:05Z",
        "api_version": API_VERSION,
        "data": {"order": order},
    }
    body = json.dumps(envelope, separators=(",", ":")).encode()
    return Order(str(envelope["id"]), event_type, channel, body, order)


def preview(provider: Provider, values: Values) -> Preview | None:
    """The call of the first event these settings ask for that makes one; None where none does."""
    cover = cover_of(provider, values)
    for event_type, channel in product(provider.wanted_events(values), ("online", "pos")):
        call = provider.on_order(sample_order(event_type, channel), values)
        if call is not None:
            return _covered(call, cover)
    return None


def _covered(call: OrderCall, cover: Cover) -> Preview:
    signature = (
        (("webhook-id", "evt_…"), ("webhook-timestamp", "…"), ("webhook-signature", "v1,…")) if call.signed else ()
    )
    headers = tuple((name, cover(value)) for name, value in call.headers) + signature
    return Preview(call.method, cover(call.url), headers, cover(_pretty(call.body)))


def _pretty(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body.decode(errors="replace")
