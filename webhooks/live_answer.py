"""What became of one delivery at a glance: shown beside the button that sent it, until its first answer is there."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from webhooks.attempt_details import body_text
from webhooks.delivery_log import attempts_of, fingerprint, row_fingerprint
from webhooks.errors_in_words import Explanation, explanation, status_in_words
from webhooks.models import Attempt, Delivery
from webhooks.states_in_words import is_finished
from webhooks.timings import milliseconds

#: More of an answer stands on the delivery's own page.
LONGEST_EXCERPT = 300


@dataclass(frozen=True, slots=True)
class LiveAnswer:
    """`kind` is good, bad or waiting; `answered` says that nothing more is to be waited for here."""

    id: str
    kind: str
    answered: bool
    said: str
    problem: Explanation | None
    excerpt: str
    next_try: datetime | None
    fingerprint: str


def live_answer(delivery: Delivery) -> LiveAnswer:
    """In one query."""
    attempt = attempts_of(delivery).first()
    problem = None
    if delivery.state != Delivery.State.DELIVERED and (attempt or delivery.state != Delivery.State.DUE):
        problem = explanation(status=delivery.last_status, error=delivery.last_error, detail=delivery.last_error_detail)
    answered = attempt is not None or is_finished(delivery) or delivery.state == Delivery.State.PARKED
    return LiveAnswer(
        id=delivery.public_id,
        kind="good" if delivery.state == Delivery.State.DELIVERED else "bad" if answered else "waiting",
        answered=answered,
        said=_said(delivery, attempt),
        problem=problem,
        excerpt=_excerpt(attempt) if attempt else "",
        next_try=delivery.due_at if delivery.state == Delivery.State.DUE and attempt else None,
        fingerprint=fingerprint([*row_fingerprint(delivery), attempt.pk if attempt else ""]),
    )


def _said(delivery: Delivery, attempt: Attempt | None) -> str:
    if attempt is None:
        waits = delivery.state == Delivery.State.DUE
        return _("It is on its way. The answer shows up here.") if waits else _("Nothing was sent.")
    if attempt.status is None:
        return _("No answer came, after %(time)s.") % {"time": milliseconds(attempt.total_ms)}
    return _("The receiver answered %(status)s after %(time)s.") % {
        "status": status_in_words(attempt.status),
        "time": milliseconds(attempt.total_ms),
    }


def _excerpt(attempt: Attempt) -> str:
    headers = [(str(name), str(value)) for name, value in attempt.response_headers]
    text = body_text(bytes(attempt.response_body), headers).text
    return text if len(text) <= LONGEST_EXCERPT else f"{text[:LONGEST_EXCERPT]}…"
