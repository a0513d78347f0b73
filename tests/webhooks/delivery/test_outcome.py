from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.outbound.request import ErrorCode, OutboundResult, Timings
from webhooks.delivery.backoff import MAX_ATTEMPTS, RETRY_DELAYS
from webhooks.delivery.outcome import Outcome, judge

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def _judge(status: int | None, *headers: tuple[str, str], error: ErrorCode | None = None, attempts: int = 1) -> Outcome:
    result = OutboundResult(status, headers, b"", error, "words" if error else "", "", NOW, Timings())
    return judge(result, attempts_made=attempts, now=NOW, jitter=0)


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_every_2xx_is_a_success(status: int) -> None:
    assert _judge(status) == Outcome("delivered")


@pytest.mark.parametrize("status", [301, 302, 400, 404, 500])
def test_everything_else_is_tried_again(status: int) -> None:
    outcome = _judge(status)
    assert (outcome.state, outcome.retry_in, outcome.pause_lane) == ("due", timedelta(seconds=5), None)


@pytest.mark.parametrize("error", [ErrorCode.dns, ErrorCode.tls, ErrorCode.connect, ErrorCode.timeout])
def test_connection_errors_are_tried_again(error: ErrorCode) -> None:
    outcome = _judge(None, error=error)
    assert (outcome.state, outcome.error, outcome.detail) == ("due", str(error), "words")
    assert outcome.overloaded is (error is ErrorCode.timeout)


def test_the_last_attempt_exhausts() -> None:
    assert _judge(500, attempts=MAX_ATTEMPTS).state == "exhausted"
    assert _judge(500, attempts=MAX_ATTEMPTS - 1).state == "due"


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_pauses_the_lane(status: int) -> None:
    outcome = _judge(status, ("Retry-After", "120"))
    assert (outcome.retry_in, outcome.pause_lane) == (timedelta(seconds=120), timedelta(seconds=120))
    assert _judge(500, ("Retry-After", "120")).pause_lane is None


def test_410_and_the_header_disable() -> None:
    assert _judge(410).state == "parked"
    assert _judge(410).disable
    asked = _judge(200, ("Webhook-Delivery", "disable"))
    assert (asked.state, bool(asked.disable)) == ("delivered", True)
    assert not _judge(404).disable


@given(
    st.sampled_from([200, 302, 410, 429, 500, 503, 599]), st.text(max_size=40), st.text(max_size=40), st.integers(1, 12)
)
def test_no_header_raises_or_shortens_the_wait(status: int, retry_after: str, delivery: str, attempts: int) -> None:
    outcome = _judge(status, ("Retry-After", retry_after), ("webhook-delivery", delivery), attempts=attempts)
    if outcome.state == "due":
        assert outcome.retry_in is not None
        assert outcome.retry_in >= RETRY_DELAYS[attempts - 1]
    if outcome.pause_lane is not None:
        assert timedelta() <= outcome.pause_lane <= timedelta(hours=24)
    assert outcome.overloaded == (outcome.state in {"due", "exhausted"} and status in {429, 500, 503, 599})
