"""What becomes of a delivery after a try: a pure function of the answer and of how often it was tried."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from backoffice.outbound.request import ErrorCode, OutboundResult
from webhooks.delivery.backoff import next_delay, parse_retry_after

DUE, DELIVERED, EXHAUSTED, PARKED, CANCELLED = "due", "delivered", "exhausted", "parked", "cancelled"
GONE = 410
TOO_MANY = 429
#: Answers whose Retry-After speaks for the whole endpoint, not for one request.
PAUSING = frozenset({TOO_MANY, 503})


@dataclass(frozen=True, slots=True)
class Outcome:
    """A delivery's next state. `retry_in` goes with `due`; the other fields concern its lane and its endpoint."""

    state: str
    retry_in: timedelta | None = None
    error: str = ""
    detail: str = ""
    overloaded: bool = False
    pause_lane: timedelta | None = None
    #: Why the endpoint is to be disabled, in words; empty if it is not.
    disable: str = ""


def judge(result: OutboundResult, *, attempts_made: int, now: datetime, jitter: float) -> Outcome:
    """`attempts_made` counts this one. Redirects are failures, like every answer that is not 2xx."""
    headers = {name.lower(): value for name, value in result.headers}
    disable = _disable(result.status, headers)
    if result.succeeded:
        return Outcome(DELIVERED, disable=disable)
    error, detail = str(result.error or ""), result.error_detail
    if disable:
        return Outcome(PARKED, error=error, detail=disable, disable=disable)
    asked = parse_retry_after(headers["retry-after"], now) if "retry-after" in headers else None
    delay = next_delay(attempts_made, retry_after=asked, jitter=jitter)
    return Outcome(
        EXHAUSTED if delay is None else DUE,
        retry_in=delay,
        error=error,
        detail=detail,
        overloaded=result.error is ErrorCode.timeout or _asks_for_less(result.status),
        pause_lane=asked if result.status in PAUSING else None,
    )


def _asks_for_less(status: int | None) -> bool:
    return status is not None and (status == TOO_MANY or 500 <= status < 600)


def _disable(status: int | None, headers: dict[str, str]) -> str:
    if status == GONE:
        return _("The receiver answered 410 Gone.")
    if headers.get("webhook-delivery", "").strip().lower() == "disable":
        return _("The receiver asked for it with the header webhook-delivery: disable.")
    return ""
