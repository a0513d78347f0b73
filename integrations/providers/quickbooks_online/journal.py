"""A day's orders as one balanced journal entry, in integers of the currency's smallest unit: pure."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from hashlib import sha256

from integrations.contract import StoreFacts, exponent
from integrations.contract.reading import rows

TENDERS = ("cash", "card", "gift_card", "house_account", "external", "other")
KEYS = ("sales", "discounts", "service_charges", "tips", "taxes", "refunds", *TENDERS)
#: QuickBooks allows 21 characters.
DOC_NUMBER_LENGTH = 21
_AMOUNT = re.compile(r'"Amount": "(\d+(?:\.\d+)?)"')


def balances(orders: Iterable[Mapping[str, object]]) -> dict[str, int]:
    """What each key of the mapping gets, debits positive and credits negative; they add up to zero by construction.

    Sales are what remains of an order's total once tips, taxes and charges are taken out and discounts put back, so they are without tax
    whether prices contain it or not.
    """
    sums = dict.fromkeys(KEYS, 0)
    for order in orders:
        if counts(order):
            _add(sums, order)
    return {key: amount for key, amount in sums.items() if amount}


def counts(order: Mapping[str, object]) -> bool:
    """Whether the order belongs in the books: closed, or refunded after it was."""
    status = order.get("status")
    return status in {"closed", "refunded"} or (status == "handed_off" and bool(order.get("closed_at")))


def document_number(store: StoreFacts, day: date) -> str:
    """The entry's number: the store's code, shortened with a check where it is long, and the date."""
    code = re.sub(r"[^A-Za-z0-9-]", "-", store.code)
    room = DOC_NUMBER_LENGTH - 9
    if len(code) > room or code != store.code:
        code = f"{code[: room - 5]}-{sha256(store.code.encode()).hexdigest()[:4]}"
    return f"{code}-{day:%Y%m%d}"


def marker(store: StoreFacts) -> str:
    """What stands in the private note of each entry of ours, so that nobody else's is ever overwritten."""
    return f"[{store.id}]"


def entry(
    sums: Mapping[str, int], *, store: StoreFacts, day: date, accounts: Mapping[str, str], words: Mapping[str, str]
) -> dict[str, object]:
    """The JournalEntry. `words` describes each key; an amount is text here and becomes a number in `written`, never a float."""
    places = exponent(store.currency)
    lines = [
        {
            "Description": f"{words[key]} {day.isoformat()}",
            "Amount": f"{Decimal(abs(amount)).scaleb(-places):.{places}f}",
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {
                "PostingType": "Debit" if amount > 0 else "Credit",
                "AccountRef": {"value": accounts[key]},
            },
        }
        for key, amount in sums.items()
    ]
    content = sha256(json.dumps([day.isoformat(), store.currency, lines]).encode()).hexdigest()[:12]
    return {
        "DocNumber": document_number(store, day),
        "TxnDate": day.isoformat(),
        "CurrencyRef": {"value": store.currency},
        "PrivateNote": f"{store.name} {day.isoformat()} {marker(store)} #{content}",
        "Line": lines,
    }


def written(body: Mapping[str, object]) -> bytes:
    """The body as JSON with amounts as exact numbers. Quotes in texts are escaped, so that only amounts match."""
    return _AMOUNT.sub(r'"Amount": \1', json.dumps(body)).encode()


def _add(sums: dict[str, int], order: Mapping[str, object]) -> None:
    payments = [row for row in rows(order, "payments") if row.get("status") != "voided"]
    received = sum(_int(row, "amount") + _int(row, "tip") for row in payments)
    totals = order.get("totals")
    stated: Mapping[str, object] = totals if isinstance(totals, Mapping) else {}

    def part(name: str, listed: str, field: str = "amount") -> int:
        value = stated.get(name)
        return value if isinstance(value, int) else sum(_int(row, field) for row in rows(order, listed))

    total = part("total", "") if isinstance(stated.get("total"), int) else received
    tip, tax = part("tip", "payments", "tip"), part("tax", "taxes")
    charge, discount = part("service_charge", "service_charges"), part("discount", "discounts")
    sums["sales"] -= total - tip - tax - charge + discount
    sums["discounts"] += discount
    sums["service_charges"] -= charge
    sums["taxes"] -= tax
    sums["tips"] -= tip
    for row in payments:
        sums[_tender(row)] += _int(row, "amount") + _int(row, "tip")
    sums["other"] += total - received
    for tender, amount in _refunds(order, payments):
        sums["refunds"] += amount
        sums[tender] -= amount


def _refunds(order: Mapping[str, object], payments: list[Mapping[str, object]]) -> Iterable[tuple[str, int]]:
    """What went back and by which tender: of the payment it names, else of the largest; without a list, the payments marked so."""
    refunds = rows(order, "refunds")
    if not refunds:
        return [
            (_tender(row), _int(row, "amount") + _int(row, "tip"))
            for row in payments
            if row.get("status") == "refunded"
        ]
    by_id = {row.get("id"): _tender(row) for row in payments if row.get("id")}
    largest = _tender(max(payments, key=lambda row: _int(row, "amount"))) if payments else "other"
    return [(by_id.get(row.get("payment_id"), largest), _int(row, "amount")) for row in refunds]


def _tender(payment: Mapping[str, object]) -> str:
    kind = payment.get("type")
    return kind if isinstance(kind, str) and kind in TENDERS else "other"


def _int(parts: Mapping[str, object], name: str) -> int:
    value = parts.get(name)
    return value if isinstance(value, int) else 0
