"""PUC: what the cabinet service gets, over a real socket where it is asked, and which customers are mailed.

There is no vendor's document to test against: the service here keeps the format of our own guide.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import segno
from pytest_django.fixtures import Settings

from integrations.contract import ItemOutcome, NeedsAttention, Order
from integrations.provider_http import ProviderHttp
from integrations.providers.puc import Puc
from integrations.providers.puc.codes import code_of
from tests.integrations.providers.local_service import Asked, Reply, serving
from tests.integrations.providers.recording import RecordingRun

PUC = Puc()
ROW = {
    "cabinet_id": "C1", "reference": "R", "display_name": "Front", "queue_hold_minutes": 30, "estimated_size": 2,
    "environment": "heated",
}  # fmt: skip
VALUES: dict[str, object] = {
    "base_url": "https://cabinets.example/v1/", "api_key": "k3y", "key_header": "x-api-key", "site_code": "NYC-01", "digits": 6,
    "cabinets": [ROW], "mail_customers": True,
}  # fmt: skip


def order(number: int, event_type: str = "order.opened", channel: str = "online", **other: Any) -> Order:
    canonical: dict[str, object] = {
        "id": f"ord_{number}", "number": str(number), "version": 3, "channel": channel, "service_type": "pickup", "status": "open",
        "business_date": "2026-03-04", "fulfillment": {"promised_at": "2026-03-04T19:00:00Z"},
        "customer": {"first_name": "Jo", "last_name": "Doe", "email": f"jo{number}@example.com", "phone": "+1212"},
        "line_items": [{"name": "Soup", "quantity": "1.000", "unit_price": 900}, {"name": "X", "quantity": "1", "voided": True}],
        **other,
    }  # fmt: skip
    return Order(f"evt_{number:03}", event_type, channel, b"{}", canonical)


def sent(event: Order, **changed: object) -> dict[str, Any]:
    call = PUC.on_order(event, {**VALUES, **changed})
    assert call is not None
    found: dict[str, Any] = json.loads(call.body)
    return found


def test_the_service_learns_the_code_and_no_more_than_it_needs() -> None:
    call = PUC.on_order(order(1042), VALUES)
    assert call is not None
    assert (call.url, call.method, call.signed) == ("https://cabinets.example/v1/pickup-orders", "POST", True)
    assert set(call.headers) >= {("x-api-key", "k3y"), ("idempotency-key", "evt_1042")}
    body = sent(order(1042))
    assert body["code"] == code_of({"id": "ord_1042"}, VALUES)
    assert body["order"] == {
        "id": "ord_1042", "number": "1042", "version": 3, "promised_at": "2026-03-04T19:00:00Z", "customer": "Jo D.",
        "items": [{"name": "Soup", "quantity": "1.000"}],
    }  # fmt: skip
    assert (body["format"], body["state"], body["cabinets"]) == ("pickup-order/1", "expected", [ROW])
    assert b"@" not in call.body
    assert b"900" not in call.body


@pytest.mark.parametrize(
    ("event_type", "status", "state"),
    [
        ("order.updated", "preparing", "expected"),
        ("order.status_changed", "ready", "ready"),
        ("order.status_changed", "handed_off", "collected"),
        ("order.closed", "closed", "collected"),
        ("order.voided", "open", "cancelled"),
        ("order.refunded", "refunded", "cancelled"),
    ],
)
def test_it_learns_what_becomes_of_the_order_under_the_same_code(event_type: str, status: str, state: str) -> None:
    body = sent(order(1, event_type, status=status))
    assert (body["state"], body["code"]) == (state, sent(order(1))["code"])


def test_other_orders_are_not_sent_and_a_test_is() -> None:
    assert PUC.on_order(order(1, channel="pos"), VALUES) is None
    assert PUC.on_order(order(1, service_type="delivery"), VALUES) is None
    body = sent(Order("evt_t", "webhook.test", "", b"{}"), key_header="authorization")
    assert body == {"format": "pickup-order/1", "event": "webhook.test", "event_id": "evt_t", "site": "NYC-01"}


def test_at_least_one_cabinet_and_none_twice() -> None:
    assert set(PUC.problems({**VALUES, "cabinets": []})) == {"cabinets"}
    assert set(PUC.problems({**VALUES, "cabinets": [ROW, ROW]})) == {"cabinets"}
    assert PUC.problems(VALUES) == {}


def test_cards_show_open_orders_with_their_code() -> None:
    cards = PUC.order_cards([order(1), order(2, status="handed_off"), order(3, channel="pos")], VALUES)
    assert [(card.order_id, card.title) for card in cards] == [("ord_1", "1 · Jo D.")]
    assert cards[0].code == code_of({"id": "ord_1"}, VALUES)
    assert cards[0].picture.startswith("<svg")


def read(html: str) -> list[list[int]]:
    """The dark and light cells of the QR code in a mail, as a camera sees them."""
    (table,) = re.findall(r"<table.*</table>", html)
    return [
        [int("#000000" in cell) for cell in re.findall(r"<td[^>]*></td>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", table)
    ]


@contextmanager
def service(settings: Settings, reply: Reply) -> Iterator[dict[str, object]]:
    settings.OUTBOUND_OPEN_NETWORKS = ["127.0.0.0/8"]

    def answer(asked: Asked) -> Reply:
        assert (asked.method, asked.path) == ("GET", "/cabinets")
        right = asked.headers.get("authorization") == "Bearer k3y" or asked.headers.get("x-api-key") == "k3y"
        return reply if right else Reply(401)

    with serving(answer) as running:
        yield {**VALUES, "base_url": running.url}


@pytest.mark.parametrize(
    ("reply", "changed", "ok", "words"),
    [
        (Reply(200, {"cabinets": [{"cabinet_id": "C1"}]}), {}, True, "knows every cabinet"),
        (
            Reply(200, {"cabinets": [{"cabinet_id": "C1"}]}),
            {"key_header": "authorization"},
            True,
            "knows every cabinet",
        ),
        (Reply(200, {"cabinets": [{"cabinet_id": "C9"}]}), {}, False, "C1"),
        (Reply(200, {"cabinets": []}), {"api_key": "old"}, False, "refuses the key"),
        (Reply(404, b"<html>"), {}, False, "404"),
        (Reply(200, b"<html>"), {}, False, "other than its list"),
        (Reply(200, {"error": "no"}), {}, False, "other than its list"),
        (Reply(429, b"", {"Retry-After": "5"}), {}, False, "429"),
    ],
)
def test_the_connection_in_words(
    settings: Settings, reply: Reply, changed: dict[str, object], ok: bool, words: str
) -> None:
    with service(settings, reply) as values:
        result = PUC.test_connection({**values, **changed}, ProviderHttp(sleep=lambda _seconds: None))
    assert result.ok is ok
    assert words in str(result.message)


def test_each_new_customer_is_mailed_once() -> None:
    no_mail = order(3, customer={"first_name": "Al"})
    stored = [
        order(1),
        order(2, channel="pos"),
        no_mail,
        order(4, service_type="delivery"),
        order(5, business_date="2026-03-01"),
    ]
    run = RecordingRun(VALUES, stored=stored)
    PUC.send_codes(run)
    (mail,) = run.mails
    code = code_of({"id": "ord_1"}, VALUES)
    assert mail["to"] == "jo1@example.com"
    assert code in mail["subject"]
    assert all(part in mail["text"] for part in (code, "order number is 1", "Downtown", "not added to any list"))
    assert f"<strong>{code}</strong>" in mail["html"]
    assert read(mail["html"]) == [
        list(row) for row in segno.make(f"PUC1:NYC-01:ord_1:{code}", error="m", micro=False).matrix_iter(border=4)
    ]
    assert "<img" not in mail["html"]
    assert len(mail["html"]) < 100_000, "Gmail cuts what is longer, and with it the code."
    assert [(key, outcome) for key, outcome, _note in run.items] == [
        ("1", ItemOutcome.CREATED),
        ("3", ItemOutcome.SKIPPED),
        ("5", ItemOutcome.SKIPPED),
    ]
    again = RecordingRun(VALUES, stored=stored, cursor=run.cursor)
    PUC.send_codes(again)
    assert (again.mails, again.items) == ([], [])


def test_turned_off_nobody_is_mailed_now_or_for_the_past() -> None:
    run = RecordingRun({**VALUES, "mail_customers": False}, stored=[order(1)])
    PUC.send_codes(run)
    assert (run.mails, run.cursor) == ([], "evt_001")


def test_a_dry_run_moves_nothing() -> None:
    run = RecordingRun(VALUES, stored=[order(1)], dry_run=True)
    PUC.send_codes(run)
    assert (run.cursor, len(run.items)) == ("", 1)


def test_a_name_cannot_write_into_the_mail() -> None:
    stored = order(1)
    run = RecordingRun(
        VALUES, stored=[Order("evt_1", "order.opened", "online", b"{}", {**stored.order, "number": "<b>1"})]
    )
    PUC.send_codes(run)
    assert "&lt;b&gt;1" in run.mails[0]["html"]
    assert "<b>1" not in run.mails[0]["html"]


def test_a_code_is_sent_again_by_number() -> None:
    stored = [order(1, business_date="2026-03-03"), order(2, customer={})]
    run = RecordingRun(VALUES, stored=stored, parameters={"order_number": " #1 "}, cursor="evt_009")
    PUC.resend_code(run)
    assert (len(run.mails), run.cursor) == (1, "evt_009")
    silent = RecordingRun(VALUES, stored=stored, parameters={"order_number": "2"})
    PUC.resend_code(silent)
    assert (silent.mails, silent.items[0][1]) == ([], ItemOutcome.FAILED)
    with pytest.raises(NeedsAttention, match="number 7"):
        PUC.resend_code(RecordingRun(VALUES, stored=stored, parameters={"order_number": "7"}))
