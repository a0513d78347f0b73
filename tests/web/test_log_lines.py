"""A line of JSON for machines: the fields that are meant, and no other."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from backoffice.security.redaction import SecretsFilter
from backoffice.web import log_context
from backoffice.web.log_context import LogContextFilter
from backoffice.web.log_lines import FIELDS, JsonLines
from backoffice.web.request_id import RequestIdFilter, forget

CANARY = "canary-7f3a91c2d4e5"


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger that writes as production's does."""
    forget()
    log_context.forget()
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    for each in (RequestIdFilter(), LogContextFilter(), SecretsFilter()):
        handler.addFilter(each)
    logger = logging.getLogger("webhooks.test")
    logger.addHandler(handler)
    monkeypatch.setattr(logger, "propagate", False)
    yield logger, written
    logger.removeHandler(handler)


def line(log: tuple[logging.Logger, io.StringIO]) -> dict[str, object]:
    text = log[1].getvalue()
    assert text.count("\n") == 1, "one line a record, whatever it holds"
    found: dict[str, object] = json.loads(text)
    return found


def test_a_record_is_one_line_with_its_fields(log: tuple[logging.Logger, io.StringIO]) -> None:
    log[0].info(
        "Attempt %d\nof many", 2, extra={"delivery_id": "dlv_1", "status": 200, "duration_ms": 1.5, "error": ""}
    )
    found = line(log)
    assert str(found.pop("time")).endswith("Z")
    assert found == {
        "level": "INFO",
        "logger": "webhooks.test",
        "message": "Attempt 2\nof many",
        "delivery_id": "dlv_1",
        "status": 200,
        "duration_ms": 1.5,
    }


def test_a_field_that_nobody_named_is_not_written(log: tuple[logging.Logger, io.StringIO]) -> None:
    log[0].info("said", extra={"headers": {"x": CANARY}, "request": CANARY, "body": CANARY})
    assert CANARY not in log[1].getvalue()


def test_an_exception_stands_in_its_line(log: tuple[logging.Logger, io.StringIO]) -> None:
    try:
        raise RuntimeError("something")
    except RuntimeError:
        log[0].exception("failed", stack_info=True)
    found = line(log)
    assert "RuntimeError: something" in str(found["exception"])
    assert "Stack (most recent call last)" in str(found["stack"])


def test_what_was_bound_in_the_request_is_on_each_line(log: tuple[logging.Logger, io.StringIO]) -> None:
    log_context.begin()
    log_context.bind(event_id="evt_1", store_id="sto_1")
    log[0].info("said", extra={"store_id": "sto_of_its_own"})
    found = line(log)
    assert (found["event_id"], found["store_id"]) == ("evt_1", "sto_of_its_own")
    log_context.begin()
    assert log_context.bound() == {}
    log_context.forget()
    log_context.bind(event_id="evt_2")
    assert log_context.bound() == {}


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("sent %s", ({"Authorization": f"Bearer {CANARY}", "accept": "*/*"},)),
        ("sent %s", ([("apikey", CANARY), ("x-auth-token", CANARY)],)),
        ("sent %s", ([(b"Cookie", f"sessionid={CANARY}")],)),
        ("Authorization: Basic %s", (CANARY,)),
        ("called https://hooks.example.com/in?token=%s&x=1 again", (CANARY,)),
        ("Not Found: /search?q=%s", (CANARY,)),
        ("redis://user:%s@broker:6379/0 is away", (CANARY,)),
        ("config {'client_secret': '%s'}", (CANARY,)),
        ("password=%s", (CANARY,)),
    ],
)
def test_planted_secrets_do_not_come_out(
    log: tuple[logging.Logger, io.StringIO],
    message: str,
    arguments: tuple[object, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    log[0].warning(message, *arguments)
    printed = log[1].getvalue() + "".join(capsys.readouterr())
    assert printed
    assert CANARY not in printed


def test_planted_secrets_do_not_come_out_of_exceptions(log: tuple[logging.Logger, io.StringIO]) -> None:
    try:
        try:
            raise ConnectionError(f"https://user:{CANARY}@partner.example.com/v1?key={CANARY} refused")
        except ConnectionError as error:
            raise RuntimeError({"X-Api-Key": CANARY, "Authorization": f"Token {CANARY}"}) from error
    except RuntimeError as error:
        log[0].exception("failed: %s", error)
    assert "partner.example.com" in log[1].getvalue()
    # The lines of the program that a traceback quotes name the constant, not its value.
    assert CANARY not in log[1].getvalue()


def test_harmless_text_is_left_as_it_is(log: tuple[logging.Logger, io.StringIO]) -> None:
    text = "The token was refused; what is the password? Mail support@example.com (see https://example.com/help)."
    log[0].info(text)
    assert line(log)["message"] == text


def test_no_field_is_one_that_logging_itself_uses() -> None:
    assert not set(FIELDS) & set(logging.LogRecord("x", 0, "x", 0, "x", None, None).__dict__)
