"""Pick-up codes, the call that tells the cabinet service of one, and its picture: pure."""

import hmac
import json
from collections.abc import Mapping
from hashlib import sha256
from html import escape

import segno

from integrations.contract import Order, Values

FORMAT = "pickup-order/1"
SERVICES = frozenset({"pickup", "take_out", "curbside"})
DIGITS = 6
_DARK, _LIGHT = ('<td width="5" height="5" bgcolor="#000000"></td>', '<td width="5" height="5"></td>')
_STATES: Mapping[str, str] = {
    "ready": "ready",
    "handed_off": "collected",
    "closed": "collected",
    "voided": "cancelled",
    "refunded": "cancelled",
}


def wants_code(order: Mapping[str, object]) -> bool:
    """Whether somebody comes to collect this online order. One that does not say how it is served is taken to be collected."""
    service = order.get("service_type")
    return order.get("channel") == "online" and (service is None or service in SERVICES)


def is_open(order: Mapping[str, object]) -> bool:
    """Whether it is still to be collected. A paid order may be closed before the kitchen begins, so only its hand-over ends it."""
    return order.get("status") not in {"handed_off", "voided", "refunded"}


def code_of(order: Mapping[str, object], values: Values) -> str:
    """The order's code: the same for each event of the order and on each machine, and not to be guessed without the secret.

    64 bits of an HMAC, modulo a power of ten of at most eight digits: the bias is below one in ten thousand million.
    """
    secret = str(values.get("code_secret") or values.get("api_key") or "")
    digits = values.get("digits")
    length = digits if isinstance(digits, int) and 4 <= digits <= 8 else DIGITS
    message = json.dumps(["pickup-code", values.get("site_code") or "", order.get("id")]).encode()
    number = int.from_bytes(hmac.digest(secret.encode(), message, sha256)[:8], "big") % 10**length
    return f"{number:0{length}}"


def qr_text(order: Mapping[str, object], values: Values) -> str:
    """What the QR code says; the order's id makes it unique even where two codes are equal."""
    return f"PUC1:{values.get('site_code') or ''}:{order.get('id')}:{code_of(order, values)}"


def qr_picture(order: Mapping[str, object], values: Values) -> str:
    """The QR code as SVG, dark on light with its quiet zone, so that it can be scanned from a dark page too."""
    picture: str = segno.make(qr_text(order, values), error="m", micro=False).svg_inline(
        scale=4, border=4, light="#fff", svgclass=None, lineclass=None
    )
    return picture


def qr_table(order: Mapping[str, object], values: Values, label: str) -> str:
    """The QR code for an email, drawn with the cells of a table: programs that show no pictures show it, and none is fetched to tell who reads.

    `label` is what a screen reader says. It has its quiet zone, on white whatever the program's colours are.
    """
    rows = "".join(
        f"<tr>{''.join(_DARK if cell else _LIGHT for cell in row)}</tr>"
        for row in segno.make(qr_text(order, values), error="m", micro=False).matrix_iter(border=4)
    )
    return (
        f'<table role="img" aria-label="{escape(label)}" cellpadding="0" cellspacing="0" border="0" bgcolor="#ffffff" '
        f'style="border-collapse:collapse;background:#fff;line-height:0;font-size:0">{rows}</table>'
    )


def message(order: Order, values: Values) -> bytes:
    """The body of the call, in the format that the guide describes."""
    body: dict[str, object] = {
        "format": FORMAT,
        "event": order.event_type,
        "event_id": order.event_id,
        "site": values.get("site_code") or "",
    }
    if order.event_type != "webhook.test":
        body |= {
            "code": code_of(order.order, values),
            "qr": qr_text(order.order, values),
            "state": _state(order),
            "order": _order(order.order),
            "cabinets": cabinets(values),
        }
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def cabinets(values: Values) -> list[Mapping[str, object]]:
    rows = values.get("cabinets")
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, (list, tuple)) else []


def guest(order: Mapping[str, object]) -> str:
    """The first name and the first letter of the last, as is called out over a counter; empty where unknown."""
    customer = order.get("customer")
    if not isinstance(customer, Mapping):
        return ""
    first, last = str(customer.get("first_name") or ""), str(customer.get("last_name") or "")
    return f"{first} {last[:1]}.".strip() if last else first


def _state(order: Order) -> str:
    if order.event_type == "order.voided":
        return "cancelled"
    return _STATES.get(str(order.order.get("status")), "expected")


def _order(order: Mapping[str, object]) -> dict[str, object]:
    fulfillment, lines = order.get("fulfillment"), order.get("line_items")
    return {
        "id": order.get("id"),
        "number": order.get("number"),
        "version": order.get("version"),
        "promised_at": fulfillment.get("promised_at") if isinstance(fulfillment, Mapping) else None,
        "customer": guest(order),
        "items": [
            {"name": line.get("name"), "quantity": line.get("quantity")}
            for line in (lines if isinstance(lines, (list, tuple)) else ())
            if isinstance(line, Mapping) and not line.get("voided")
        ],
    }
