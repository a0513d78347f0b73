"""One curl handle set up to be safe, and what it collects during a call; reused for call after call."""

import os
import re
import socket
from datetime import UTC, datetime
from ipaddress import ip_address
from time import monotonic
from typing import Any

import pycurl
from django.utils.translation import gettext as _

from backoffice.outbound.failures import failure
from backoffice.outbound.request import BODY_LIMIT, ErrorCode, OutboundRequest, OutboundResult, Timings
from backoffice.security.address_guard import CheckedURL, RefusedAddress, check_address, is_open
from backoffice.security.special_networks import Network

# A body somewhat over the limit is read to its end, which keeps the connection for the next call; past this it is cut.
DRAIN_LIMIT = 128 * 1024
HEADER_LINE_LIMIT = 8 * 1024
HEADER_BYTES_LIMIT = 64 * 1024
HEADERS_KEPT = 100
METHODS_WITHOUT_BODY = frozenset({"GET"})
METHODS = METHODS_WITHOUT_BODY | {"POST", "PUT", "PATCH", "DELETE"}
OWN_HEADERS = frozenset(
    {"connection", "content-length", "expect", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
)
USER_AGENT = "Backoffice-Webhooks/1"

NAMES_REMEMBERED = 4096

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_CONTENT_TYPE = frozenset({"content-type", "Content-Type"})
# Names that have passed the checks: the same few come with every call.
_NAMES_SEEN: set[str] = set()


class InvalidRequestError(ValueError):
    """A request that cannot be put on the wire; the text says why, for people."""


def encode_headers(headers: tuple[tuple[str, str], ...]) -> list[str | bytes]:
    """The header lines for curl; raises InvalidRequestError for a header that is malformed or not the caller's to set."""
    lines: list[str | bytes] = ["Expect:"]
    typed = False
    for name, value in headers:
        if name not in _NAMES_SEEN:
            _check_name(name)
        typed = typed or name in _CONTENT_TYPE
        # curl takes "Name:" for an order to leave the header out, and "Name;" for an empty one.
        lines.append(f"{name}: {value}" if value else f"{name};")
    together = "\n".join([value for _, value in headers])
    if _FORBIDDEN.search(together) or together.count("\n") >= max(len(headers), 1):
        raise InvalidRequestError(_("A header's value holds a line break or another control character. Remove it."))
    if not typed and not any(name.lower() == "content-type" for name, _ in headers):
        lines.append("Content-Type:")
    return lines if together.isascii() else [str(line).encode() for line in lines]


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidRequestError(_("%(name)r is not a valid header name.") % {"name": name})
    if name.lower() in OWN_HEADERS:
        raise InvalidRequestError(
            _("The header %(name)r cannot be set: it belongs to the connection.") % {"name": name}
        )
    if len(_NAMES_SEEN) < NAMES_REMEMBERED:
        _NAMES_SEEN.add(name)


class _Handover:
    """A new socket that pycurl duplicates from `fileno()`; the original is closed as soon as pycurl lets go of it."""

    __slots__ = ("descriptor",)

    def __init__(self, opened: socket.socket) -> None:
        self.descriptor = opened.detach()

    def fileno(self) -> int:
        return self.descriptor

    def __del__(self) -> None:
        os.close(self.descriptor)


class Transfer:
    """A handle and its current call. `prepare`, let curl run it, then `result` once.

    Options that never change are set at creation: setting them for every call would cost more than the call.
    """

    __slots__ = (
        "_body", "_body_limit", "_body_size", "_header_size", "_limits", "_lines", "_open_networks", "_plain_http",
        "_started_at", "_submitted", "_too_large", "_trusted", "_used_method", "_verdict", "_waited", "curl",
    )  # fmt: skip

    def __init__(self, open_networks: tuple[Network, ...], ca_file: str | None = None) -> None:
        self._open_networks = open_networks
        self._trusted = ca_file
        self._used_method = "POST"
        self._clear()
        self.curl = pycurl.Curl()
        self._set_up()

    def _set_up(self) -> None:
        self._limits = (0.0, 0.0)
        curl, web = self.curl, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS
        options: tuple[tuple[int, Any], ...] = (
            (pycurl.NOSIGNAL, 1),
            (pycurl.PROTOCOLS, web),
            (pycurl.REDIR_PROTOCOLS, web),
            (pycurl.FOLLOWLOCATION, 0),
            (pycurl.MAXREDIRS, 0),
            # An empty proxy, unlike an unset one, also overrules the environment.
            (pycurl.PROXY, ""),
            (pycurl.NETRC, pycurl.NETRC_IGNORED),
            (pycurl.SSL_VERIFYPEER, 1),
            (pycurl.SSL_VERIFYHOST, 2),
            (pycurl.SSLVERSION, pycurl.SSLVERSION_TLSv1_2),
            # One call a connection: with HTTP/2 a stalled stream could hold up its neighbours.
            (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1),
            (pycurl.HTTP09_ALLOWED, 0),
            (pycurl.PATH_AS_IS, 1),
            (pycurl.TCP_KEEPALIVE, 1),
            (pycurl.MAXAGE_CONN, 90),
            (pycurl.MAXLIFETIME_CONN, 600),
            (pycurl.USERAGENT, USER_AGENT),
            (pycurl.OPENSOCKETFUNCTION, self._open_socket),
            (pycurl.HEADERFUNCTION, self._take_header),
            (pycurl.WRITEFUNCTION, self._take_body),
        )
        for option, value in options:
            curl.setopt(option, value)
        if self._trusted is not None:
            curl.setopt(pycurl.CAINFO, self._trusted)

    def _clear(self) -> None:
        self._lines: list[bytes] = []
        self._header_size = 0
        self._body: list[bytes] = []
        self._body_size = 0
        self._body_limit = BODY_LIMIT
        self._too_large = ""
        self._verdict: tuple[ErrorCode, str] | None = None
        self._plain_http = False
        self._waited = 0.0

    def prepare(self, request: OutboundRequest, target: CheckedURL) -> None:
        """Load `request`; raises InvalidRequestError. The clock of the call starts here."""
        if request.method not in METHODS:
            raise InvalidRequestError(_("The method %(method)r is not one we send.") % {"method": request.method})
        headers = encode_headers(request.headers)
        self._clear()
        self._body_limit = request.body_limit
        self._started_at = datetime.now(UTC)
        self._submitted = monotonic()
        self._plain_http = target.scheme == "http"
        curl = self.curl
        if self._used_method != request.method:
            curl.reset()
            self._set_up()
            self._used_method = request.method
        curl.setopt(pycurl.URL, target.url)
        curl.setopt(pycurl.HTTPHEADER, headers)
        if request.method in METHODS_WITHOUT_BODY:
            curl.setopt(pycurl.HTTPGET, 1)
        else:
            curl.setopt(pycurl.POSTFIELDS, request.body)
            if request.method != "POST":
                curl.setopt(pycurl.CUSTOMREQUEST, request.method)
        self._limit(request.timeout_seconds, request.connect_timeout_seconds)

    def _limit(self, seconds: float, connect_seconds: float) -> None:
        if self._limits == (seconds, connect_seconds):
            return
        self._limits = (seconds, connect_seconds)
        self.curl.setopt(pycurl.TIMEOUT_MS, max(1, int(seconds * 1000)))
        self.curl.setopt(pycurl.CONNECTTIMEOUT_MS, max(1, int(connect_seconds * 1000)))

    def take_off_waited(self, request: OutboundRequest) -> None:
        """The name lookup has taken until now: count it, and take it off the time allowed."""
        self._waited = monotonic() - self._submitted
        self._limit(request.timeout_seconds - self._waited, request.connect_timeout_seconds - self._waited)

    def give_addresses(self, entry: str) -> None:
        """Addresses for curl's own store, as `host:port:address,address`; curl reads them once, as the call starts."""
        self.curl.setopt(pycurl.RESOLVE, [entry])

    def lookup_deadline(self, request: OutboundRequest) -> float:
        """Until when, on the monotonic clock, a name lookup may take: it is part of connecting."""
        return self._submitted + min(request.connect_timeout_seconds, request.timeout_seconds)

    def _open_socket(self, _purpose: int, address: Any) -> "_Handover | int":
        try:
            family, where = address.family, ip_address(address.addr[0])
            check_address(where, self._open_networks)
            if self._plain_http and not is_open(where, self._open_networks):
                sentence = _("Plain http is not sent to %(address)s. Use https://.") % {"address": where}
                self._verdict = (ErrorCode.refused_address, sentence)
                return pycurl.SOCKET_BAD
            return _Handover(socket.socket(family, socket.SOCK_STREAM, address.protocol))
        except RefusedAddress as refused:
            self._verdict = (ErrorCode.refused_address, str(refused))
        except (OSError, RuntimeError, ValueError, TypeError) as error:
            # Out of descriptors, an address family we do not know: the call fails, the others go on.
            self._verdict = (ErrorCode.connect, _("No connection: %(reason)s.") % {"reason": error})
        return pycurl.SOCKET_BAD

    def _take_header(self, line: bytes) -> int | None:
        if len(self._lines) < HEADERS_KEPT and len(line) <= HEADER_LINE_LIMIT:
            self._lines.append(line)
            return None
        return self._take_unwanted_header(line)

    def _take_unwanted_header(self, line: bytes) -> int | None:
        """Drop a header past the limits, or start anew with the answer that follows an interim one (status 1xx)."""
        if line.startswith(b"HTTP/"):
            self._lines = [line]
            return None
        self._header_size += len(line)
        if self._header_size > HEADER_BYTES_LIMIT:
            self._too_large = _("The answer's headers were too large and were cut off.")
            return -1
        return None

    def _take_body(self, piece: bytes) -> int | None:
        if self._body_size < self._body_limit:
            self._body.append(piece[: self._body_limit - self._body_size])
        self._body_size += len(piece)
        if self._body_size > DRAIN_LIMIT and self._body_size > self._body_limit:
            limit = self._body_limit // 1024
            self._too_large = _("The answer's body was far over %(limit)d kB and was cut off.") % {"limit": limit}
            return -1
        return None

    def result(self, number: int = 0, message: str = "") -> OutboundResult:
        """What came of the call: `number` and `message` are curl's error, 0 and nothing when there is none."""
        curl = self.curl
        error, detail = self._error(number, message)
        dns, connected, secured, sent, first, total = (
            curl.getinfo(pycurl.NAMELOOKUP_TIME),
            curl.getinfo(pycurl.CONNECT_TIME),
            curl.getinfo(pycurl.APPCONNECT_TIME),
            curl.getinfo(pycurl.PRETRANSFER_TIME),
            curl.getinfo(pycurl.STARTTRANSFER_TIME),
            curl.getinfo(pycurl.TOTAL_TIME),
        )
        return OutboundResult(
            status=curl.getinfo(pycurl.RESPONSE_CODE) or None,
            headers=_parse_headers(self._lines),
            body=b"".join(self._body),
            error=error,
            error_detail=detail,
            remote_address=curl.getinfo(pycurl.PRIMARY_IP) if error is not ErrorCode.refused_address else "",
            started_at=self._started_at,
            timings=Timings(
                dns_ms=_milliseconds(self._waited + dns),
                connect_ms=_milliseconds(connected - dns),
                tls_ms=_milliseconds(secured - connected),
                first_byte_ms=_milliseconds(first - sent),
                total_ms=_milliseconds(self._waited + total),
            ),
        )

    def failed(self, error: ErrorCode, detail: str) -> OutboundResult:
        """The result of a call that was prepared and never reached the network."""
        elapsed = _milliseconds(monotonic() - self._submitted)
        return OutboundResult(
            None, (), b"", error, detail, "", self._started_at, Timings(dns_ms=elapsed, total_ms=elapsed)
        )

    def _error(self, number: int, message: str) -> tuple[ErrorCode | None, str]:
        if not number:
            return None, ""
        if self._too_large:
            return ErrorCode.response_too_large, self._too_large
        if self._verdict is not None and number == pycurl.E_COULDNT_CONNECT:
            return self._verdict
        return failure(number, message)


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1) if seconds > 0 else 0.0


def _parse_headers(lines: list[bytes]) -> tuple[tuple[str, str], ...]:
    parsed: list[tuple[str, str]] = []
    for line in lines:
        name, colon, value = line.decode("latin-1").partition(":")
        if name.startswith("HTTP/"):
            parsed.clear()
        elif colon:
            parsed.append((name, value.strip()))
    return tuple(parsed)
