"""Each attempt that was written back has a line with its ids, and nothing of what was sent or answered."""

import json
import logging
import uuid
from datetime import UTC, datetime

import pytest

from backoffice.database.identifiers import public_id, uuid7
from backoffice.outbound.request import OutboundRequest, OutboundResult, Timings
from backoffice.web.log_lines import JsonLines
from backoffice.web.request_id import RequestIdFilter
from webhooks.delivery.attempt_log import log_attempts
from webhooks.delivery.build import Built
from webhooks.delivery.outcome import DELIVERED, EXHAUSTED, Outcome
from webhooks.delivery.record import Finished

LOGGER = "webhooks.delivery.attempt_log"
CANARY = "canary-7f3a91c2d4e5"
REQUEST = "0123456789abcdef"
STORE, ENDPOINT, DELIVERY, EVENT = (uuid7() for _ in range(4))


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    records = [record for record in caplog.records if record.name == LOGGER and RequestIdFilter().filter(record)]
    found = [json.loads(JsonLines().format(record)) for record in records]
    for line in found:
        del line["time"]
    return found


def sent(delivery: uuid.UUID) -> Finished:
    request = OutboundRequest(
        f"https://hooks.example.com/{CANARY}?token={CANARY}", headers=(("authorization", CANARY),), body=CANARY.encode()
    )
    result = OutboundResult(
        503, (("x-echo", CANARY),), CANARY.encode(), None, CANARY, "", datetime.now(UTC), Timings(total_ms=12.345)
    )
    outcome, built = Outcome("due", error="http", detail=CANARY), Built(request, (), b"", request.url)
    return Finished(delivery, 2, outcome, built, result, EVENT, request_id=REQUEST)


def test_a_line_says_which_delivery_and_how_it_went(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    log_attempts(STORE, ENDPOINT, [sent(DELIVERY)], late=False)
    assert lines(caplog) == [
        {
            "level": "INFO",
            "logger": LOGGER,
            "message": "Attempt 2 of a delivery: due",
            "store_id": public_id("sto", STORE),
            "endpoint_id": public_id("ep", ENDPOINT),
            "delivery_id": public_id("dlv", DELIVERY),
            "event_id": public_id("evt", EVENT),
            "request_id": REQUEST,
            "attempt": 2,
            "state": "due",
            "status": 503,
            "error": "http",
            "duration_ms": 12.3,
        }
    ]
    assert CANARY not in repr([record.__dict__ for record in caplog.records])


def test_late_ones_and_those_never_sent_are_told_apart(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    log_attempts(STORE, ENDPOINT, [Finished(DELIVERY, 1, Outcome(DELIVERED))], late=True)
    log_attempts(STORE, ENDPOINT, [Finished(DELIVERY, 0, Outcome(EXHAUSTED, error="invalid_header"))], late=False)
    late, unsent = lines(caplog)
    assert late["state"] == "late"
    assert (unsent["state"], unsent["error"]) == ("exhausted", "invalid_header")
    assert "status" not in unsent


def test_nothing_is_made_where_nothing_is_written(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, LOGGER)
    log_attempts(STORE, ENDPOINT, [sent(DELIVERY)], late=False)
    assert caplog.records == []
