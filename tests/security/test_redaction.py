"""Secrets do not survive on their way to a page or a log."""

import logging
from collections.abc import Iterator

import pytest

from backoffice.security.redaction import SecretsFilter, hint, mask_headers, scrub

KEY = "hub_live_9aXk20mQpL7rT4vWz1b"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw+/=="


def test_hint_shows_four_characters_of_a_long_secret_and_none_of_a_short_one() -> None:
    assert hint("sk_0123456789ab4f2a") == "•••• 4f2a"
    assert hint("12345678901") == "••••"
    assert hint("") == "••••"


def test_headers_are_masked_by_name_whatever_their_case() -> None:
    masked = mask_headers(
        [
            ("AUTHORIZATION", "Bearer abcdefghijkl1234"),
            ("apikey", KEY),
            ("Cookie", "session=short"),
            ("X-Partner", "partner-secret-value"),
            ("X-Echo", f"you sent {KEY}"),
            ("webhook-id", "evt_1"),
        ],
        secret_names=["x-partner"],
    )
    assert masked == (
        ("AUTHORIZATION", "•••• 1234"),
        ("apikey", "•••• Wz1b"),
        ("Cookie", "•••• hort"),
        ("X-Partner", "•••• alue"),
        ("X-Echo", "you sent hub_live_••••"),
        ("webhook-id", "evt_1"),
    )


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f"key {KEY}.", "key hub_live_••••."),
        (f"hub_test_{KEY[9:]}|{SECRET}|x", "hub_test_••••|whsec_••••|x"),
        ("the prefix hub_live_ alone", "the prefix hub_live_ alone"),
        ("nothing", "nothing"),
    ],
)
def test_scrub(text: str, clean: str) -> None:
    assert scrub(text) == clean


class Echo:
    """An argument whose secret shows only when it is formatted."""

    def __str__(self) -> str:
        return f"object with {SECRET}"


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def logger(lines: list[str]) -> Iterator[logging.Logger]:
    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler = Keep()
    handler.addFilter(SecretsFilter())
    logger = logging.getLogger("tests.redaction")
    logger.addHandler(handler)
    logger.propagate = False
    yield logger
    logger.removeHandler(handler)


def test_log_lines_hold_no_secret_in_message_arguments_or_traceback(logger: logging.Logger, lines: list[str]) -> None:
    logger.warning("plain " + KEY)  # noqa: G003 - a message built beforehand is the case
    logger.warning("argument %s, %d%%", KEY, 5)
    logger.warning("mapping %(key)s", {"key": SECRET})
    logger.warning("object %s and %r", Echo(), [KEY])
    logger.warning("stack", stack_info=True)
    try:
        raise RuntimeError(f"failed with {KEY}")
    except RuntimeError:
        logger.exception("while sending %s", SECRET)
    assert len(lines) == 6
    together = "\n".join(lines)
    assert KEY not in together
    assert SECRET not in together
    assert "argument hub_live_••••, 5%" in together
    assert "RuntimeError: failed with hub_live_••••" in together


def test_record_without_secrets_is_left_as_it_is(logger: logging.Logger) -> None:
    record = logging.LogRecord("a", logging.INFO, "f", 1, "100%% of %s", ("orders",), None)
    assert SecretsFilter().filter(record)
    assert (record.msg, record.args) == ("100%% of %s", ("orders",))


def test_broken_format_string_does_not_let_a_secret_through() -> None:
    record = logging.LogRecord("a", logging.INFO, "f", 1, "%d " + SECRET, (KEY,), None)
    assert SecretsFilter().filter(record)
    assert KEY not in str(record.args)
    assert SECRET not in str(record.msg)
