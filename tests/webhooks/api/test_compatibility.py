"""The API's contract is stored: a change that breaks a client fails here, an addition passes.

A break that is meant is a decision: record the contract anew with `python -m tests.webhooks.api.write_openapi`, and say so in the
changelog. Additions may be recorded whenever it suits.
"""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.webhooks.api.compatibility import breaking_changes
from tests.webhooks.api.write_openapi import STORED, URL
from webhooks.api import openapi

Document = dict[str, Any]


@pytest.fixture(scope="module")
def now() -> Document:
    document: Document = json.loads(openapi.as_bytes(URL, "/api/v1/"))
    return document


def test_nothing_breaks_a_client_of_the_stored_contract(now: Document) -> None:
    assert breaking_changes(json.loads(STORED.read_text()), now) == []


def _schema(document: Document, name: str) -> Document:
    schema: Document = document["components"]["schemas"][name]
    return schema


def _event_types(document: Document) -> Document:
    schema: Document = _schema(document, "OrderPost")["properties"]["type"]
    return schema


BREAKS: dict[str, tuple[Callable[[Document], object], str]] = {
    "a path": (lambda d: d["paths"].pop("/events"), "GET /events is gone"),
    "a method": (lambda d: d["paths"]["/webhook-endpoints"].pop("post"), "POST /webhook-endpoints is gone"),
    "a webhook": (lambda d: d["webhooks"].pop("order.voided"), "the webhook order.voided is gone"),
    "a webhook's header": (
        lambda d: d["webhooks"]["order.voided"]["post"]["parameters"].pop(0),
        "webhook order.voided: the header webhook-id is gone",
    ),
    "a field of an answer": (
        lambda d: _schema(d, "StoreAnswer")["properties"].pop("code"),
        "GET /store 200: the field code is gone",
    ),
    "a field that may be missing": (
        lambda d: _schema(d, "StoreAnswer")["required"].remove("code"),
        "GET /store 200: the field code may now be missing",
    ),
    "a field that may be null": (
        lambda d: _schema(d, "StoreAnswer")["properties"].update(
            code={"anyOf": [{"type": "string"}, {"type": "null"}]}
        ),
        "GET /store 200.code newly gives null",
    ),
    "another type": (
        lambda d: _schema(d, "StoreAnswer")["properties"]["code"].update(type="integer"),
        "GET /store 200.code is integer instead of string",
    ),
    "a field of a body": (
        lambda d: _schema(d, "RollPost")["properties"].pop("overlap_seconds"),
        "POST /webhook-endpoints/{endpoint_id}/rotate-secret body: the field overlap_seconds is gone",
    ),
    "a field that is required": (
        lambda d: _schema(d, "EndpointPost")["required"].append("description"),
        "POST /webhook-endpoints body: the field description is newly required",
    ),
    "a value that is taken": (
        lambda d: _event_types(d)["enum"].remove("order.voided"),
        "POST /orders body.type no longer takes order.voided",
    ),
    "a lower limit": (
        lambda d: _schema(d, "OrderBatch")["properties"]["events"].update(maxItems=10),
        "POST /orders/batch body.events: maxItems is lower",
    ),
    "a parameter": (
        lambda d: d["paths"]["/deliveries"]["get"]["parameters"].pop(0),
        "GET /deliveries: the parameter limit is gone",
    ),
    "a parameter that is required": (
        lambda d: d["paths"]["/deliveries"]["get"]["parameters"][1].update(required=True),
        "GET /deliveries: the parameter cursor is newly required",
    ),
    "a status": (lambda d: d["paths"]["/store"]["get"]["responses"].pop("304"), "GET /store no longer answers 304"),
    "a header": (
        lambda d: d["paths"]["/store"]["get"]["responses"]["200"]["headers"].pop("ETag"),
        "GET /store 200: the header ETag is gone",
    ),
    "a problem": (
        lambda d: d["components"]["responses"]["Problem403"]["content"]["application/problem+json"]["examples"].pop(
            "license_required"
        ),
        "GET /store 403: the problem license_required is gone",
    ),
    "a scope": (
        lambda d: d["paths"]["/store"]["get"].update(security=[{"bearerKey": ["orders:read"]}]),
        "GET /store needs another key or scope",
    ),
}
ADDITIONS: dict[str, Callable[[Document], object]] = {
    "a path": lambda d: d["paths"].update({"/menus": d["paths"]["/store"]}),
    "a webhook": lambda d: d["webhooks"].update({"menu.changed": d["webhooks"]["order.voided"]}),
    "a field of an answer": lambda d: (
        _schema(d, "StoreAnswer")["properties"].update(phone={"type": "string"}),
        _schema(d, "StoreAnswer")["required"].append("phone"),
    ),
    "a field of a body": lambda d: _schema(d, "OrderPost")["properties"].update(note={"type": "string"}),
    "a value": lambda d: _event_types(d)["enum"].append("order.split"),
    "a higher limit": lambda d: _schema(d, "OrderBatch")["properties"]["events"].update(maxItems=1000),
    "a parameter": lambda d: d["paths"]["/store"]["get"]["parameters"].append(
        {"name": "expand", "in": "query", "required": False, "schema": {"type": "string"}}
    ),
    "a status": lambda d: d["paths"]["/store"]["get"]["responses"].update({"410": {"description": "Gone."}}),
    "a kind that is taken": lambda d: _schema(d, "RollPost")["properties"].update(
        overlap_seconds={"anyOf": [_schema(d, "RollPost")["properties"]["overlap_seconds"], {"type": "null"}]}
    ),
    "other words": lambda d: d["info"].update(description="Words."),
}


@pytest.mark.parametrize("change", BREAKS)
def test_a_break_is_found(now: Document, change: str) -> None:
    act, sentence = BREAKS[change]
    changed = copy.deepcopy(now)
    act(changed)
    assert sentence in breaking_changes(now, changed)


@pytest.mark.parametrize("change", ADDITIONS)
def test_an_addition_breaks_nobody(now: Document, change: str) -> None:
    changed = copy.deepcopy(now)
    ADDITIONS[change](changed)
    assert changed != now
    assert breaking_changes(now, changed) == []
