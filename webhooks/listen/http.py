"""HTTP as a developer's machine speaks it: one request, one answer, no redirects, whatever goes wrong as one error."""

import http.client
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
    """Raises UnreachableError where no whole answer comes in time."""
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.hostname or "", url.port, timeout=timeout_seconds)
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    started = time.monotonic()
    try:
        connection.request(method, target, body, dict(headers))
        response = connection.getresponse()
        content = _read(response, until=started + timeout_seconds)
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


def _read(response: http.client.HTTPResponse, *, until: float) -> bytes:
    """The body. Raises TimeoutError where it is not whole at `until`, however steadily it trickles, and IncompleteRead where it breaks off."""
    parts, size = [], 0
    while size < MOST_BYTES and (part := response.read1(PIECE)):
        if time.monotonic() > until:
            raise TimeoutError
        parts.append(part)
        size += len(part)
    if response.length and size < MOST_BYTES:
        raise http.client.IncompleteRead(b"".join(parts), response.length)
    return b"".join(parts)
