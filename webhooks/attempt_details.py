"""What the delivery page shows of one attempt: outcome, headers, answer and timings, made fit to be read."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.outbound.request import BODY_LIMIT
from webhooks.curl import Curl, curl, sent_body
from webhooks.delivery.build import standard_body
from webhooks.delivery.fetch import DueDelivery
from webhooks.errors_in_words import Explanation, explanation
from webhooks.event_types import API_VERSION
from webhooks.models import Attempt, OrderEvent
from webhooks.payload_versions import names
from webhooks.states_in_words import Badge, attempt_badge
from webhooks.timings import bar_svg, milliseconds, phases

Headers = Sequence[tuple[str, str]]

#: Pretty-printed text beyond this is cut on pages; the API gives it whole.
LONGEST_TEXT = 60_000
#: Of the characters of a body that is text, at most this share cannot be read.
UNREADABLE_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Text:
    """A body as text; `note` says what was cut or why there is no text."""

    text: str
    note: str


@dataclass(frozen=True, slots=True)
class AttemptDetails:
    attempt: Attempt
    badge: Badge
    explanation: Explanation | None
    request_headers: Headers
    response_headers: Headers
    response: Text
    duration: str
    bar: SafeString
    timings: list[tuple[str, str, str]]
    carried_body: bool
    curl: Curl | None

    @property
    def curl_id(self) -> str:
        return f"curl-command-{self.attempt.pk}"


def attempt_details(attempt: Attempt, body: bytes | None = None) -> AttemptDetails:
    """`body` is the webhook's as it would be sent now; None where nobody asks, or its event is no longer kept.

    Only where the attempt carried that very body can it be shown as a command.
    """
    steps = phases(attempt)
    response_headers = header_pairs(attempt.response_headers)
    problem = explanation(status=attempt.status, error=attempt.error, detail=attempt.error_detail)
    request_headers = header_pairs(attempt.request_headers)
    carried = body is not None and sent_body(body, bytes(attempt.body_sha256))
    return AttemptDetails(
        attempt=attempt,
        badge=attempt_badge(attempt),
        explanation=problem,
        request_headers=request_headers,
        response_headers=response_headers,
        response=body_text(bytes(attempt.response_body), response_headers),
        duration=milliseconds(attempt.total_ms),
        bar=bar_svg(steps),
        timings=[(step.code, step.name, milliseconds(step.milliseconds)) for step in steps],
        carried_body=carried,
        curl=curl(attempt.url, request_headers, body) if body is not None and carried else None,
    )


def header_pairs(stored: object) -> Headers:
    """Headers are stored as pairs, since a name may come twice."""
    if not isinstance(stored, list):
        return []
    return [(str(pair[0]), str(pair[1])) for pair in stored if isinstance(pair, list) and len(pair) == 2]


def body_text(body: bytes, headers: Headers) -> Text:
    """A stored answer as text that is safe to show: no control characters, JSON laid out, and what is binary left out."""
    if not body:
        return Text("", _("The answer had no body."))
    size = ngettext("%(count)d byte", "%(count)d bytes", len(body)) % {"count": len(body)}
    encoding = next((value for name, value in headers if name.lower() == "content-encoding"), "identity")
    if encoding.strip().lower() != "identity":
        return Text("", _("A compressed answer (%(encoding)s), %(size)s kept.") % {"encoding": encoding, "size": size})
    decoded = body.decode("utf-8", errors="replace")
    readable = "".join(character for character in decoded if character.isprintable() or character in "\n\t")
    unreadable = decoded.count("\ufffd") + len(decoded) - len(readable) - decoded.count("\r")
    if unreadable > UNREADABLE_SHARE * len(decoded):
        return Text("", _("A binary answer, %(size)s kept.") % {"size": size})
    note = _("The first 16 kB of the answer.") if len(body) >= BODY_LIMIT else ""
    return Text(pretty(readable), note)


def pretty(text: str) -> str:
    """JSON laid out with two spaces; anything else as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def webhook_body(event: OrderEvent, api_version: str, *, without_personal_data: bool = False) -> str:
    """The standard body, as each attempt at an endpoint with this payload version carries it; the newest, if it is gone."""
    due = DueDelivery(
        lane_id=0,
        id=event.pk,
        store_id=event.store_id,
        event_id=event.pk,
        event_type=event.type,
        test=event.test,
        attempts_made=0,
        due_at=event.occurred_at,
        channel=event.channel,
        occurred_at=event.occurred_at,
        order_json=event.order_json,
    )
    version = api_version if api_version in names() else API_VERSION
    body = standard_body(due, event.public_id, version, without_personal_data=without_personal_data)
    return body.decode()


def payload_text(body: str) -> Text:
    """The webhook's body laid out, cut where a page would become unusable."""
    laid_out = pretty(body)
    if len(laid_out) <= LONGEST_TEXT:
        return Text(laid_out, "")
    cut = laid_out[:LONGEST_TEXT].rsplit("\n", 1)[0]
    note = _("The first %(shown)d of %(all)d lines. The API gives the whole order.") % {
        "shown": cut.count("\n") + 1,
        "all": laid_out.count("\n") + 1,
    }
    return Text(cut, note)
