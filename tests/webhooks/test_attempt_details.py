"""An attempt made fit to be read: bodies as safe text, headers as pairs, timings as a bar."""

import pytest

from backoffice.outbound.request import BODY_LIMIT
from tests.factories.webhooks import AttemptFactory, OrderEventFactory
from webhooks.attempt_details import LONGEST_TEXT, attempt_details, body_text, payload_text, webhook_body


def test_json_is_laid_out_and_other_text_is_left() -> None:
    assert body_text(b'{"a":[1,2]}', []).text == '{\n  "a": [\n    1,\n    2\n  ]\n}'
    assert body_text("schön\tok\n".encode(), []).text == "schön\tok\n"


def test_control_characters_are_left_out() -> None:
    assert (
        body_text(b"plain text of some length \x1b[31mred\x00\r\n" * 3, []).text
        == "plain text of some length [31mred\n" * 3
    )


@pytest.mark.parametrize(
    ("body", "headers", "note"),
    [
        (b"", [], "The answer had no body."),
        (bytes(range(256)) * 4, [], "A binary answer, 1024 bytes kept."),
        (b"\x1f\x8b", [("Content-Encoding", "gzip")], "A compressed answer (gzip), 2 bytes kept."),
    ],
)
def test_what_is_no_text_is_said_instead(body: bytes, headers: list[tuple[str, str]], note: str) -> None:
    shown = body_text(body, headers)
    assert (shown.text, shown.note) == ("", note)


def test_a_full_body_says_that_it_was_cut() -> None:
    assert body_text(b"a" * BODY_LIMIT, []).note == "The first 16 kB of the answer."
    assert body_text(b"a" * (BODY_LIMIT - 1), []).note == ""


def test_a_long_payload_is_cut_at_a_line() -> None:
    shown = payload_text("[" + ",".join(["1"] * 30_000) + "]")
    assert len(shown.text) <= LONGEST_TEXT
    assert shown.text.endswith("1,")
    assert shown.note == f"The first {shown.text.count(chr(10)) + 1} of 30002 lines. The API gives the whole order."


@pytest.mark.django_db
def test_the_body_shown_is_the_body_sent() -> None:
    event = OrderEventFactory.create(order_json='{"id":"o1","total":1361}')
    body = webhook_body(event, "2026-11-01")
    assert body.startswith(f'{{"id":"{event.public_id}","type":"order.closed","timestamp":"')
    assert body.endswith('"api_version":"2026-11-01","data":{"order":{"id":"o1","total":1361}}}')


@pytest.mark.django_db
def test_details_of_an_attempt() -> None:
    attempt = AttemptFactory.create(dns_ms=1, connect_ms=10, tls_ms=20, first_byte_ms=60, total_ms=100)
    details = attempt_details(attempt)
    assert details.request_headers == [("content-type", "application/json")]
    assert details.response.text == "ok"
    assert (details.badge.text, details.badge.kind, details.explanation) == ("200", "success", None)
    assert details.duration == "100 ms"
    assert [time for _code, _name, time in details.timings] == ["1.0 ms", "10 ms", "20 ms", "60 ms", "9.0 ms"]
