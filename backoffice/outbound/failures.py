"""libcurl's error numbers in our codes and words."""

import pycurl
from django.utils.translation import gettext as _

from backoffice.outbound.request import ErrorCode
from backoffice.security.address_guard import RefusedURL, URLProblem

_TOO_LARGE = 100  # CURLE_TOO_LARGE, which pycurl does not name
_CLOSED_EARLY = frozenset({pycurl.E_GOT_NOTHING, pycurl.E_SEND_ERROR, pycurl.E_RECV_ERROR})
_TLS = frozenset(
    {
        pycurl.E_SSL_CONNECT_ERROR,
        pycurl.E_PEER_FAILED_VERIFICATION,
        pycurl.E_SSL_CACERT_BADFILE,
        pycurl.E_SSL_CERTPROBLEM,
        pycurl.E_SSL_CIPHER,
        pycurl.E_SSL_ISSUER_ERROR,
        pycurl.E_SSL_INVALIDCERTSTATUS,
        pycurl.E_SSL_CRL_BADFILE,
        pycurl.E_USE_SSL_FAILED,
    }
)


def failure(number: int, message: str) -> tuple[ErrorCode, str]:
    """The code and the sentence for error `number`; libcurl's own `message` is kept where it tells more."""
    if number == pycurl.E_OPERATION_TIMEDOUT:
        return ErrorCode.timeout, _("No complete answer came within the time allowed.")
    if number == pycurl.E_COULDNT_RESOLVE_HOST:
        return ErrorCode.dns, _("The host name could not be looked up.")
    if number in {pycurl.E_COULDNT_CONNECT, pycurl.E_INTERFACE_FAILED, pycurl.E_NO_CONNECTION_AVAILABLE}:
        return ErrorCode.connect, _("No connection: %(reason)s.") % {"reason": message.rstrip(".")}
    if number in _CLOSED_EARLY:
        return ErrorCode.connect, _("The server closed the connection before it had answered.")
    if number in _TLS:
        return ErrorCode.tls, _("No secure connection: %(reason)s.") % {"reason": message.rstrip(".")}
    if number == pycurl.E_URL_MALFORMAT:
        return ErrorCode.invalid_request, _("The URL cannot be called.")
    if number == pycurl.E_PARTIAL_FILE:
        return ErrorCode.protocol, _("The answer ended before its announced length.")
    if number == _TOO_LARGE:
        return ErrorCode.response_too_large, _("The answer's headers were too large.")
    return ErrorCode.protocol, _("The answer could not be read: %(reason)s.") % {"reason": message.rstrip(".")}


def refused_url(refused: RefusedURL) -> tuple[ErrorCode, str]:
    """The code and the sentence for a URL that is not even tried."""
    not_allowed = refused.problem in {URLProblem.private, URLProblem.plain_http}
    return ErrorCode.refused_address if not_allowed else ErrorCode.invalid_request, str(refused)
