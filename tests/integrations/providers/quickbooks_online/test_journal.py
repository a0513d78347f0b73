"""QuickBooks Online's entry: what each part of an order becomes, and that debits equal credits whatever the orders say."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.providers.quickbooks_online.journal import (
    KEYS,
    TENDERS,
    balances,
    document_number,
    entry,
    written,
)
from tests.integrations.providers.recording import STORE

DAY = date(2026, 3, 4)


def order(**parts: Any) -> dict[str, Any]:
    """12.50, tax 1.11, tip 2.00, paid by card."""
    return {
        "id": "ord_1", "status": "closed", "currency": "USD",
        "taxes": [{"id": "t", "name": "Sales tax", "inclusive": False, "amount": 111}],
        "payments": [{"id": "p1", "type": "card", "amount": 1361, "tip": 200, "status": "captured"}],
        "totals": {"subtotal": 1250, "discount": 0, "service_charge": 0, "tax": 111, "tip": 200, "total": 1561},
        **parts,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ([order()], {"sales": -1250, "taxes": -111, "tips": -200, "card": 1561}),
        (  # prices contain the tax: 12.50 of which 1.11 is tax
            [order(totals={"tax": 111, "total": 1450, "tip": 200}, payments=[{"type": "cash", "amount": 1250, "tip": 200}])],
            {"sales": -1139, "taxes": -111, "tips": -200, "cash": 1450},
        ),
        (
            [order(totals={"discount": 250, "service_charge": 100, "tax": 111, "tip": 200, "total": 1411})],
            {"sales": -1250, "discounts": 250, "service_charges": -100, "taxes": -111, "tips": -200, "card": 1561, "other": -150},
        ),
        (  # half of it by another tender, a rest unpaid
            [order(payments=[{"type": "gift_card", "amount": 500}, {"type": "cash", "amount": 500}])],
            {"sales": -1250, "taxes": -111, "tips": -200, "gift_card": 500, "cash": 500, "other": 561},
        ),
        (
            [order(refunds=[{"payment_id": "p1", "amount": 400}])],
            {"sales": -1250, "taxes": -111, "tips": -200, "refunds": 400, "card": 1161},
        ),
        (  # refunded in whole, told by the payment alone
            [order(status="refunded", payments=[{"type": "cash", "amount": 1361, "tip": 200, "status": "refunded"}])],
            {"sales": -1250, "taxes": -111, "tips": -200, "refunds": 1561},
        ),
        ([order(payments=[{"type": "card", "amount": 9, "status": "voided"}])], {"sales": -1250, "taxes": -111, "tips": -200, "other": 1561}),
        ([order(totals=None)], {"sales": -1250, "taxes": -111, "tips": -200, "card": 1561}),
        ([order(status="voided"), order(status="open"), order(status="ready")], {}),
        ([order(status="handed_off", closed_at="2026-03-04T20:00:00Z")], {"sales": -1250, "taxes": -111, "tips": -200, "card": 1561}),
        ([order(), order(payments=[{"type": "bitcoin", "amount": 1561}])], {"sales": -2500, "taxes": -222, "tips": -400, "card": 1561, "other": 1561}),
    ],
)  # fmt: skip
def test_what_an_order_becomes(orders: list[dict[str, Any]], expected: dict[str, int]) -> None:
    assert balances(orders) == expected
    assert sum(expected.values()) == 0


MONEY = st.integers(-(10**9), 10**9)
PAYMENT = st.fixed_dictionaries(
    {"type": st.sampled_from([*TENDERS, "bitcoin"]), "amount": MONEY},
    optional={"tip": MONEY, "id": st.sampled_from("ab"), "status": st.sampled_from(["captured", "voided", "refunded"])},
)
TOTALS = st.fixed_dictionaries(
    {"total": MONEY}, optional=dict.fromkeys(("tip", "tax", "discount", "service_charge"), MONEY)
)
ORDER = st.fixed_dictionaries(
    {"status": st.sampled_from(["closed", "refunded", "voided", "open"])},
    optional={
        "payments": st.lists(PAYMENT, max_size=4),
        "refunds": st.lists(
            st.fixed_dictionaries({"amount": MONEY}, optional={"payment_id": st.sampled_from("abc")}), max_size=3
        ),
        "taxes": st.lists(st.fixed_dictionaries({"amount": MONEY}), max_size=3),
        "discounts": st.lists(st.fixed_dictionaries({"amount": MONEY}), max_size=2),
        "service_charges": st.lists(st.fixed_dictionaries({"amount": MONEY}), max_size=2),
        "totals": st.none() | TOTALS,
    },
)


@given(st.lists(ORDER, max_size=8), st.sampled_from(["USD", "JPY", "KWD"]))
def test_debits_equal_credits_to_the_minor_unit(orders: list[dict[str, Any]], currency: str) -> None:
    sums = balances(orders)
    store = replace(STORE, currency=currency)
    body = entry(sums, store=store, day=DAY, accounts=dict.fromkeys(KEYS, "1"), words=dict.fromkeys(KEYS, "w"))
    lines = json.loads(written(body), parse_float=Decimal, parse_int=Decimal)["Line"]
    sides = {"Debit": Decimal(0), "Credit": Decimal(0)}
    for line in lines:
        assert line["Amount"] > 0
        sides[line["JournalEntryLineDetail"]["PostingType"]] += line["Amount"]
    assert sides["Debit"] == sides["Credit"]
    assert len(lines) == len(sums)


def test_amounts_are_numbers_and_texts_cannot_become_one() -> None:
    store = replace(STORE, name='Joe\'s "Amount": "9"')
    body = entry(
        {"cash": 5, "sales": -5},
        store=store,
        day=DAY,
        accounts=dict.fromkeys(KEYS, "1"),
        words=dict.fromkeys(KEYS, "w"),
    )
    text = written(body).decode()
    assert text.count('"Amount": 0.05') == 2
    assert store.name in json.loads(text)["PrivateNote"]


@pytest.mark.parametrize(
    ("code", "number"),
    [("NYC-01", "NYC-01-20260304"), ("DOWNTOWN-001", "DOWNTOWN-001-20260304")],
)
def test_the_number_is_code_and_date(code: str, number: str) -> None:
    assert document_number(replace(STORE, code=code), DAY) == number


def test_long_and_odd_codes_keep_apart_within_the_length_allowed() -> None:
    codes = ["A" * 20 + "1", "A" * 20 + "2", "A" * 13, "it's", "it?s", "it-s"]
    numbers = {document_number(replace(STORE, code=code), DAY) for code in codes}
    assert len(numbers) == len(codes)
    assert all(len(number) <= 21 and "'" not in number for number in numbers)
