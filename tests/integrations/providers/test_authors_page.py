"""The page for authors of providers: its examples run, and together they are a provider that does what the page says."""

import hmac
import json
import re
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from integrations import contract, providers
from integrations.checks import problems_of
from integrations.contract import (
    Answer,
    Call,
    InboundCall,
    ItemOutcome,
    NeedsAttention,
    NotAuthentic,
    Order,
    Provider,
    TryLater,
)
from tests.integrations.providers.recording import RecordingRun

PAGE = (Path(providers.__path__[0]) / "README.md").read_text()
VALUES = {"address": "https://api.example.com", "kind": "key", "api_key": "k3y"}


class Service:
    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.calls: list[Call] = []

    def send(self, call: Call) -> Answer:
        self.calls.append(call)
        return self.answer


@pytest.fixture
def acme() -> Any:
    """The examples in the order of the page, in one module; its functions are the methods of its class."""
    names: dict[str, Any] = {"__name__": "integrations.providers.acme"}
    for example in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(compile(example, "README.md", "exec"), names)
    methods = {name: names[name] for name in ("test_connection", "pull_orders", "target_url", "on_order", "on_inbound")}
    made = type("Acme", (names["Acme"],), {**methods, "actions": (names["PULL"],), "order_events": ("order.closed",)})
    made.__module__ = "integrations.providers.acme"
    return made()


def test_the_examples_pass_the_startup_checks_but_for_the_drawing(acme: Provider) -> None:
    assert [problem.id for problem in problems_of(acme)] == ["providers.E003"]


def test_the_connection_is_tried(acme: Any) -> None:
    service = Service(Answer(200))
    assert acme.test_connection(VALUES, service).ok
    assert service.calls[0].url == "https://api.example.com/me"
    assert not acme.test_connection(VALUES, Service(Answer(401))).ok


def test_orders_are_pulled_and_the_cursor_follows(acme: Any) -> None:
    found = {"id": "7", "changed": "2026-03-04T18:00:00+00:00", "item": "Tea", "total": "3.50"}
    run = RecordingRun(VALUES, http=Service(Answer(200, {}, json.dumps([found]).encode())))
    acme.pull_orders(run)
    assert run.items == [("7", ItemOutcome.CREATED, "")]
    assert (run.expected, run.checkpoints) == (1, ["2026-03-04T18:00:00+00:00"])
    assert run.received[0].placed_at.date() == date(2026, 3, 4)
    with pytest.raises(NeedsAttention, match="key was refused"):
        acme.pull_orders(RecordingRun(VALUES, http=Service(Answer(401))))
    with pytest.raises(TryLater, match="status 500"):
        acme.pull_orders(RecordingRun(VALUES, http=Service(Answer(500, {}, b"[]"))))


def test_an_order_becomes_a_call(acme: Any) -> None:
    call = acme.on_order(Order("evt_1", "order.closed", "pos", b"", {"number": "7"}), VALUES)
    assert (call.url, call.body) == ("https://api.example.com", b'{"number": "7", "event": "order.closed"}')


def test_a_webhook_needs_its_proof(acme: Any) -> None:
    proof = hmac.new(b"k3y", b"{}", sha256).hexdigest()
    assert acme.on_inbound(InboundCall("POST", {"x-signature": proof}, {}, b"{}"), VALUES) == ()
    for headers in ({}, {"x-signature": "é"}, {"x-signature": proof[:-1]}):
        with pytest.raises(NotAuthentic):
            acme.on_inbound(InboundCall("POST", headers, {}, b"{}"), VALUES)


def mentioned(names: Sequence[str]) -> set[str]:
    return {name for name in names if re.search(rf"\b{name}\b", PAGE)}


def test_everything_a_run_offers_is_on_the_page() -> None:
    offered = [name for name in vars(contract.Run) if not name.startswith("_")]
    assert mentioned(offered) == set(offered)
