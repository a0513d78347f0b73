"""What went wrong with an attempt, as a sentence with its likely cause and what to do about it."""

from dataclasses import dataclass
from http import HTTPStatus

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.outbound.request import ErrorCode, explain


@dataclass(frozen=True, slots=True)
class Explanation:
    """`what` happened, the likely `cause`, and the `advice` for whoever runs the receiver (or for the store owner)."""

    what: str
    cause: str
    advice: str


@dataclass(frozen=True, slots=True)
class _Known:
    cause: Promise
    advice: Promise


_STATUS: dict[int, _Known] = {
    400: _Known(
        gettext_lazy("The receiver could not make sense of the request."),
        gettext_lazy("Compare the payload below with what the receiver expects; its answer often names the field."),
    ),
    401: _Known(
        gettext_lazy("The receiver wants credentials, and those sent were missing or wrong."),
        gettext_lazy("Ask your partner for the header name and value, and replace them on the endpoint."),
    ),
    403: _Known(
        gettext_lazy("The receiver knows who called and refuses: a wrong key, a firewall, or a blocked address."),
        gettext_lazy("Check the header value, and ask your partner whether our calls are let through their firewall."),
    ),
    404: _Known(
        gettext_lazy("There is nothing at this URL: it has a typing error or the receiver has moved."),
        gettext_lazy("Compare the URL with the one your partner gave you."),
    ),
    405: _Known(
        gettext_lazy("The URL exists and does not take POST requests; it is probably a page for browsers."),
        gettext_lazy("Ask your partner for the webhook's own URL."),
    ),
    408: _Known(
        gettext_lazy("The receiver gave up waiting for the request."),
        gettext_lazy("Nothing to do if it was once. If it goes on, the receiver is overloaded."),
    ),
    409: _Known(
        gettext_lazy("The receiver sees a conflict, often because it has this event already."),
        gettext_lazy("Receivers should answer 200 to a webhook-id they know. Tell your partner."),
    ),
    410: _Known(
        gettext_lazy("The receiver says that this URL is gone for good."),
        gettext_lazy("The endpoint was switched off. Enter the new URL, then resume it."),
    ),
    413: _Known(
        gettext_lazy("The receiver finds the order too large."),
        gettext_lazy("Ask your partner to accept bodies of up to 1 MB."),
    ),
    415: _Known(
        gettext_lazy("The receiver does not take JSON here."),
        gettext_lazy("Ask your partner for a URL that takes application/json."),
    ),
    422: _Known(
        gettext_lazy("The receiver understood the request and refuses its contents."),
        gettext_lazy("Its answer below usually says which field it minds."),
    ),
    429: _Known(
        gettext_lazy("The receiver gets more calls than it allows."),
        gettext_lazy("We slow down and try again by ourselves. Ask your partner for a higher limit if it goes on."),
    ),
    500: _Known(
        gettext_lazy("A fault in the receiver's program."),
        gettext_lazy("Your partner finds it in their log, by the webhook-id and the time below."),
    ),
    502: _Known(
        gettext_lazy("The receiver's front server got no answer from the program behind it."),
        gettext_lazy("The program is probably down or restarting. We try again by ourselves."),
    ),
    503: _Known(
        gettext_lazy("The receiver is overloaded or down for maintenance."),
        gettext_lazy("We try again by ourselves, and wait as long as it asks."),
    ),
    504: _Known(
        gettext_lazy("The receiver's front server waited too long for the program behind it."),
        gettext_lazy("The receiver should answer first and do slow work afterwards."),
    ),
}
_REDIRECT = _Known(
    gettext_lazy("The receiver sends callers on to another URL, and webhooks do not follow."),
    gettext_lazy(
        "Enter the final URL on the endpoint. A redirect from http to https or to “www.” is the usual reason."
    ),
)
_CLIENT = _Known(
    gettext_lazy("The receiver refuses the request."), gettext_lazy("Its answer below may say why. Ask your partner.")
)
_SERVER = _Known(
    gettext_lazy("A fault on the receiver's side."),
    gettext_lazy("We try again by ourselves. Tell your partner if it goes on."),
)

_CAUSES: dict[str, Promise] = {
    ErrorCode.refused_address: gettext_lazy("The host name leads into a private network, which webhooks may not call."),
    ErrorCode.invalid_request: gettext_lazy("The URL or a custom header holds something that cannot be sent."),
    ErrorCode.dns: gettext_lazy("A typing error in the host name, or a domain that has lapsed."),
    ErrorCode.connect: gettext_lazy("The server is down, or a firewall drops our calls."),
    ErrorCode.tls: gettext_lazy("A certificate that has expired, is self-signed, or was made for another name."),
    ErrorCode.timeout: gettext_lazy("The receiver does its work before it answers, or is overloaded."),
    ErrorCode.protocol: gettext_lazy("Something other than a web server listens at this URL."),
    ErrorCode.response_too_large: gettext_lazy(
        "The URL leads to a web page or a download instead of a webhook receiver."
    ),
}

#: Failures of our own making, found before anything is sent: what to do about each. Their stored sentence says what happened.
_NOT_SENT: dict[str, Promise] = {
    "unreadable_secret": gettext_lazy("Replace the header values of the endpoint. If it goes on, ask our support."),
    "invalid_signing_key": gettext_lazy("Ask our support for a new signing secret."),
    "invalid_header": gettext_lazy("Correct the custom header on the endpoint, then send a test."),
    "event_gone": gettext_lazy("Post the order again from the point of sale if the partner still needs it."),
    "unknown_version": gettext_lazy("Choose another payload version for the endpoint, then recover what was missed."),
    "provider_failed": gettext_lazy("Check the integration's settings. If they are right, ask our support."),
}


def status_in_words(status: int) -> str:
    """`404 Not Found`; the number alone where it is no standard one."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def explanation(*, status: int | None, error: str, detail: str = "") -> Explanation | None:
    """What became of an attempt with this `status` and `error` code; None where it succeeded or has not been made.

    `detail` is the sentence stored with the attempt about that very failure. Codes that only the engine uses (a header that
    cannot be decrypted, a worker that came back late) have no general cause: their detail says it.
    """
    if error in _CAUSES:
        return Explanation(detail or _("No usable answer came."), str(_CAUSES[error]), _advice(ErrorCode(error)))
    if error or (status is None and detail):
        return Explanation(detail or error, "", str(_NOT_SENT.get(error, "")))
    if status is None or 200 <= status < 300:
        return None
    known = _STATUS.get(status) or _kind(status)
    what = _("The receiver answered %(status)s.") % {"status": status_in_words(status)}
    return Explanation(what, str(known.cause), str(known.advice))


def _kind(status: int) -> _Known:
    if 300 <= status < 400:
        return _REDIRECT
    return _CLIENT if status < 500 else _SERVER


def _advice(code: ErrorCode) -> str:
    return {
        ErrorCode.refused_address: _("Use a URL that is reachable from the public internet."),
        ErrorCode.invalid_request: _("Correct the URL or the custom header on the endpoint."),
        ErrorCode.dns: _("Check the spelling of the host name, and its DNS records."),
        ErrorCode.connect: _("Check that the server runs, and ask whether its firewall lets our calls through."),
        ErrorCode.tls: _("Ask your partner to renew the certificate and to send its whole chain."),
        ErrorCode.timeout: _("Ask your partner to answer first and to do slow work afterwards."),
        ErrorCode.protocol: _("Compare the URL and its port with those your partner gave you."),
        ErrorCode.response_too_large: _("Compare the URL with the webhook URL your partner gave you."),
    }.get(code) or explain(code)
