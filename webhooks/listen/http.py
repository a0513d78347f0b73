"""HTTP as a developer's machine speaks it: one request, one answer, no redirects, whatever goes wrong as one error."""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

#: What may stand in the path and query of an address; all else is percent-encoded.
_KEPT = "/?:@!$&'()*+,;=-._~%"
MOST_BYTES = 64 * 1024 * 1024
PIECE = 64 * 1024


class UnreachableError(Exception):
    """No answer came; the text says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    milliseconds: int

    @property
    def wait_seconds(self) -> float | None:
        """What Retry-After asks for, in seconds; None where it does not."""
        text = self.headers.get("retry-after", "")
        return float(text) if text.isdecimal() else None


def parse(url: str) -> SplitResult:
    """An http or https address. Raises ValueError, whose text is for people."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{url!r} is no address of the form http://host/path or https://host/path.")
    if parts.username is not None or parts.fragment:
        raise ValueError(f"{url!r} may hold neither a user name nor a fragment.")
    _port = parts.port  # raises ValueError where it is none
    return parts._replace(path=quote(parts.path, safe=_KEPT), query=quote(parts.query, safe=_KEPT))


def send(
    url: SplitResult, method: str, headers: Mapping[str, str], *, body: bytes | None = None, timeout_seconds: float
) -> Answer:
    """Raises UnreachableError where no whole answer comes in time, counted from the call; only the name's look-up is not bounded by it."""
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.hostname or "", url.port)
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    started = time.monotonic()
    until = started + timeout_seconds
    try:
        connection.sock = _connect(url.hostname or "", connection.port, tls=url.scheme == "https", until=until)
        connection.sock.settimeout(_left(until))
        connection.request(method, target, body, dict(headers))
        response = http.client.HTTPResponse(_Received(connection.sock, until), method=method)  # type: ignore[arg-type]  # asks it for its file, no more
        response.begin()
        content = _read(response)
    except TimeoutError as error:
        raise UnreachableError(f"no answer within {timeout_seconds:g} s") from error
    except ConnectionRefusedError as error:
        raise UnreachableError("connection refused: nothing listens there") from error
    except http.client.BadStatusLine as error:
        raise UnreachableError("what answers there does not speak HTTP, or hung up") from error
    except (OSError, http.client.HTTPException, ssl.SSLError) as error:
        raise UnreachableError(str(error) or type(error).__name__) from error
    finally:
        connection.close()
    taken = round((time.monotonic() - started) * 1000)
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content, taken)


def _left(until: float) -> float:
    """Seconds. Raises TimeoutError where none are left."""
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def _connect(host: str, port: int, *, tls: bool, until: float) -> socket.socket:
    """To the first of the host's addresses that answers, each given its share of the time. Raises OSError."""
    found = [str(address[0]) for *_rest, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for later, address in zip(reversed(range(len(found))), found, strict=True):
        try:
            plain = socket.create_connection((address, port), timeout=_left(until) / (later + 1))
            break
        except OSError:
            if not later:
                raise
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not tls:
        return plain
    try:
        plain.settimeout(_left(until))
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except OSError:
        plain.close()
        raise


class _Received(io.RawIOBase):
    """What a socket receives until a moment. A timeout of the socket's own starts anew with each piece, so that an answer that trickles never ends."""

    def __init__(self, connection: socket.socket, until: float) -> None:
        self._connection = connection
        self._until = until

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]  # a buffered reader passes no other
        self._connection.settimeout(_left(self._until))
        return self._connection.recv_into(buffer)


def _read(response: http.client.HTTPResponse) -> bytes:
    """The body, no more of it than is bearable. Raises TimeoutError, and IncompleteRead where it breaks off."""
    parts, size = [], 0
    while size < MOST_BYTES and (part := response.read1(PIECE)):
        parts.append(part)
        size += len(part)
    if response.length and size < MOST_BYTES:
        raise http.client.IncompleteRead(b"".join(parts), response.length)
    return b"".join(parts)
