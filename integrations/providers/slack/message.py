"""From an order to a Slack message in Block Kit: pure, and within Slack's limits whatever the order holds.

Sources: "Formatting text for app surfaces" (escaping), "Block Kit: blocks" (at most 50 a message), "Header block" (150 characters),
"Section block" (3,000 characters; at most 10 fields of 2,000) on docs.slack.dev.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from integrations.contract import Order, exponent
from integrations.contract.reading import part, rows

HEADER_LIMIT = 150
SECTION_LIMIT = 3000
FIELD_LIMIT = 2000
MOST_ITEMS = 40
_ITEM_LIMIT = 500


def message(order: Order) -> dict[str, object]:
    """The body of the call: blocks, and the text that notifications show."""
    parts = order.order
    title = _title(order)
    blocks: list[dict[str, object]] = [
        {"type": "header", "text": {"type": "plain_text", "text": cut(title, HEADER_LIMIT), "emoji": False}},
        {"type": "section", "fields": [_mrkdwn(field, FIELD_LIMIT) for field in _facts(order)]},
    ]
    blocks += [{"type": "section", "text": _mrkdwn(text, SECTION_LIMIT)} for text in _item_sections(parts)]
    totals = _totals(parts)
    if totals:
        blocks += [{"type": "divider"}, {"type": "section", "text": _mrkdwn("\n".join(totals), SECTION_LIMIT)}]
    return {"text": escape(cut(title, HEADER_LIMIT)), "blocks": blocks}


def total_of(order: Mapping[str, object]) -> Decimal | None:
    """The order's total in units of its currency; None where the order does not tell it."""
    minor = _minor(part(order, "totals"), "total")
    if minor is None:
        paid = [_minor(payment, "amount") for payment in rows(order, "payments")]
        known = [amount for amount in paid if amount is not None]
        minor = sum(known) if known else None
    return None if minor is None else Decimal(minor).scaleb(-exponent(_text(order, "currency")))


def escape(text: str) -> str:
    """The three characters that Slack gives a meaning: without this, a name could mention the whole channel or hide a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _title(order: Order) -> str:
    number = _text(order.order, "number") or _text(order.order, "id")
    happened = {
        "order.opened": _("Order %(number)s was placed"),
        "order.updated": _("Order %(number)s was changed"),
        "order.closed": _("Order %(number)s was closed"),
        "order.voided": _("Order %(number)s was voided"),
        "order.refunded": _("Order %(number)s was refunded"),
        "order.status_changed": _("Order %(number)s moved on"),
        "webhook.test": _("Test order %(number)s"),
    }
    return happened.get(order.event_type, _("Order %(number)s")) % {"number": number}


def _facts(order: Order) -> list[str]:
    parts = order.order
    store = _text(part(parts, "store"), "code")
    facts = [
        (_("Order"), _text(parts, "number") or _text(parts, "id")),
        (_("Store"), store),
        (_("Channel"), _words(order.channel or _text(parts, "channel"))),
        (_("Service"), _words(_text(parts, "service_type"))),
        (_("Status"), _words(_text(parts, "status"))),
        (_("Payment"), _words(_text(parts, "payment_status"))),
    ]
    return [f"*{label}*\n{_line(value)}" for label, value in facts if value]


def _item_sections(order: Mapping[str, object]) -> list[str]:
    """The items in as few sections as their length allows."""
    items = [line for line in rows(order, "line_items") if line.get("voided") is not True]
    currency = _text(order, "currency")
    written = [_item(line, currency) for line in items[:MOST_ITEMS]]
    if len(items) > MOST_ITEMS:
        written.append("_" + _("and %(count)d more items") % {"count": len(items) - MOST_ITEMS} + "_")
    sections: list[str] = []
    for text in written:
        if sections and len(sections[-1]) + 1 + len(text) <= SECTION_LIMIT:
            sections[-1] += "\n" + text
        else:
            sections.append(text)
    return sections


def _item(line: Mapping[str, object], currency: str) -> str:
    amount = _minor(line, "total")
    text = f"{_quantity(line)} × {_line(_text(line, 'name') or '—')}"
    if amount is not None:
        text += f"  {_money(amount, currency)}"
    modifiers = [_line(_text(modifier, "name")) for modifier in rows(line, "modifiers")]
    note = _text(line, "note")
    more = [f"    + {name}" for name in modifiers if name] + ([f"    _{_line(note)}_"] if note else [])
    # Cut between lines, so that no escaped character is cut in two.
    for extra in more:
        if len(text) + 1 + len(extra) > _ITEM_LIMIT:
            return text + "\n    …"
        text += "\n" + extra
    return text


def _totals(order: Mapping[str, object]) -> list[str]:
    totals, currency = part(order, "totals"), _text(order, "currency")
    named: Sequence[tuple[str, str]] = (
        (_("Subtotal"), "subtotal"),
        (_("Discount"), "discount"),
        (_("Service charge"), "service_charge"),
        (_("Tax"), "tax"),
        (_("Tip"), "tip"),
    )
    found = [(label, _minor(totals, name)) for label, name in named]
    lines = [f"{label}: {_money(amount, currency)}" for label, amount in found if amount]
    total = total_of(order)
    if total is not None:
        lines.append(f"*{_('Total')}: {_decimal(total, currency)}*")
    refunded = sum(_minor(refund, "amount") or 0 for refund in rows(order, "refunds"))
    if refunded:
        lines.append(f"{_('Refunded')}: {_money(refunded, currency)}")
    return lines


def _mrkdwn(text: str, limit: int) -> dict[str, object]:
    """A text object; `verbatim` keeps Slack from turning names into links and mentions."""
    return {"type": "mrkdwn", "text": cut(text, limit), "verbatim": True}


def _line(text: str) -> str:
    return escape(cut(" ".join(text.split()), 80))


def _words(code: str) -> str:
    return code.replace("_", " ").capitalize() if code != "pos" else "POS"


def _quantity(line: Mapping[str, object]) -> str:
    whole, _dot, places = (_text(line, "quantity") or "1").partition(".")
    return _line(f"{whole}.{places.rstrip('0')}".rstrip("."))


def _money(minor: int, currency: str) -> str:
    return _decimal(Decimal(minor).scaleb(-exponent(currency)), currency)


def _decimal(amount: Decimal, currency: str) -> str:
    return f"{amount:,.{exponent(currency)}f} {_line(currency.upper())}".rstrip()


def _minor(parts: Mapping[str, object], name: str) -> int | None:
    value = parts.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(parts: Mapping[str, object], name: str) -> str:
    value = parts.get(name)
    return value if isinstance(value, str) else ""
