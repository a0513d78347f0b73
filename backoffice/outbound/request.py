"""What is asked of an outbound call and what comes back, whatever client makes it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext as _

BODY_LIMIT: Final = 16 * 1024


class ErrorCode(StrEnum):
    """Why a call got no usable answer; stored with the attempt, so the values never change."""

    refused_address = "refused_address"
    invalid_request = "invalid_request"
    dns = "dns"
    connect = "connect"
    tls = "tls"
    timeout = "timeout"
    protocol = "protocol"
    response_too_large = "response_too_large"


def explain(code: ErrorCode) -> str:
    """One translated sentence for the person whose endpoint it is: what happened and what to do."""
    return {
        ErrorCode.refused_address: _(
            "The URL leads to an address that is not on the public internet. Use a public one."
        ),
        ErrorCode.invalid_request: _("The request cannot be sent as it is configured. Correct the URL or the header."),
        ErrorCode.dns: _("The host name could not be looked up. Check its spelling and its DNS records."),
        ErrorCode.connect: _(
            "The connection failed or was closed without an answer. Check that the server is running."
        ),
        ErrorCode.tls: _("No secure connection could be made. Check the server's certificate and its chain."),
        ErrorCode.timeout: _("The answer did not come in time. Answer first and do slow work afterwards."),
        ErrorCode.protocol: _("The answer was not valid HTTP. Check that a web server listens at this URL."),
        ErrorCode.response_too_large: _("The answer was far too large and was cut off. Answer with a short body."),
    }[code]


@dataclass(frozen=True, slots=True)
class OutboundRequest:
    """One call. Header names and values are sent as given; the client adds host, length and connection headers.

    `body_limit`, in bytes, is how much of the answer's body is kept; what goes far over it ends the call.
    """

    url: str
    method: str = "POST"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    timeout_seconds: float = 15
    connect_timeout_seconds: float = 5
    body_limit: int = BODY_LIMIT


@dataclass(slots=True)
class Timings:
    """How long each phase took, in milliseconds. A reused connection spends nothing on the first three.

    Not frozen, like the result around it: one of each is made for every delivery, and freezing makes that four times as slow.
    """

    dns_ms: float = 0
    connect_ms: float = 0
    tls_ms: float = 0
    first_byte_ms: float = 0
    total_ms: float = 0


@dataclass(slots=True)
class OutboundResult:
    """What came of a call. `status` may stand beside an error: the receiver had answered when the transfer broke off.

    `body` is at most the request's `body_limit`, as sent over the wire: compressed bodies are not unpacked. `error_detail` is a sentence
    about this very failure; `explain` gives the general one.
    """

    status: int | None
    headers: tuple[tuple[str, str], ...]
    body: bytes
    error: ErrorCode | None
    error_detail: str
    remote_address: str
    started_at: datetime
    timings: Timings

    @property
    def succeeded(self) -> bool:
        """A 2xx answer. One with an oversized body counts: the receiver has taken the request."""
        return (
            self.status is not None and 200 <= self.status < 300 and self.error in {None, ErrorCode.response_too_large}
        )
