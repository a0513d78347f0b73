"""A receiver that does what no server should: resets, trickles, hangs, answers garbage, floods, bombs and redirects for ever."""

import contextlib
import gzip
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Callable

MEGABYTE = 1024 * 1024
#: No behaviour lasts longer, whatever its client does.
PATIENCE = 20.0


def reset(connection: socket.socket, _url: str) -> None:
    """Take the request and reset the connection without an answer."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hang(connection: socket.socket, _url: str) -> None:
    """Take the request and say nothing."""
    connection.settimeout(PATIENCE)
    with contextlib.suppress(TimeoutError):
        connection.recv(1)


def trickle(connection: socket.socket, _url: str) -> None:
    """Answer 200 at once, then send a byte of the promised body now and then."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    _repeat(connection, b"x", pause=0.1)


def garbage(connection: socket.socket, _url: str) -> None:
    """Answer with bytes that are no HTTP."""
    connection.sendall(b"\x00\xff\x13\x37 I am no web server \r\n\r\n" * 20)


def flood(connection: socket.socket, _url: str) -> None:
    """Answer 200 with a body of 10 MB."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (10 * MEGABYTE))
    for _ in range(10):
        connection.sendall(b"x" * MEGABYTE)


def endless_body(connection: socket.socket, _url: str) -> None:
    """Answer 200 with a chunked body that never ends."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    _repeat(connection, b"10000\r\n" + b"x" * 0x10000 + b"\r\n")


def bomb(connection: socket.socket, _url: str) -> None:
    """Answer 500 with 30 kB that would unpack to 30 MB."""
    connection.sendall(
        b"HTTP/1.1 500 Oops\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b" % (len(BOMB), BOMB)
    )


def endless_headers(connection: socket.socket, _url: str) -> None:
    """Answer 200 and never come to the end of the headers."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    _repeat(connection, b"x-more: " + b"y" * 1000 + b"\r\n")


def redirect(connection: socket.socket, url: str) -> None:
    """Answer with a redirect to the same URL."""
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: %b\r\nContent-Length: 0\r\n\r\n" % url.encode())


def half_a_head(connection: socket.socket, _url: str) -> None:
    """Close the connection in the middle of the status line."""
    connection.sendall(b"HTTP/1.1 2")


BEHAVIOURS: dict[str, Callable[[socket.socket, str], None]] = {
    behaviour.__name__: behaviour
    for behaviour in (
        reset, hang, trickle, garbage, flood, endless_body, bomb, endless_headers, redirect, half_a_head,
    )
}  # fmt: skip
BOMB = gzip.compress(bytes(30 * MEGABYTE), compresslevel=9)


class HostileReceiver:
    """Listens in threads of this process; remembers which webhook-id came to which behaviour."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        owner = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                owner._handle(self.request)

        class Server(socketserver.ThreadingTCPServer):
            # Each endpoint sends ten at a time; a connection that finds the queue full waits for a second.
            request_queue_size = 256

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self._thread = threading.Thread(target=self._server.serve_forever, name="hostile receiver", daemon=True)
        self._thread.start()

    def url(self, behaviour: str, number: int = 0) -> str:
        """The address of a behaviour; the number tells endpoints apart."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/{behaviour}/{number}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def _handle(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        request = b""
        while b"\r\n\r\n" not in request:
            part = connection.recv(65536)
            if not part:
                return
            request += part
        head, _, body = request.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        while len(body) < int(headers.get("content-length", "0")):
            body += connection.recv(65536)
        path = first.split(" ")[1]
        behaviour = path.strip("/").split("/")[0]
        self.calls.append((headers.get("webhook-id", ""), behaviour))
        with contextlib.suppress(OSError):
            BEHAVIOURS[behaviour](connection, f"http://{headers['host']}{path}")


def _repeat(connection: socket.socket, part: bytes, *, pause: float = 0.0) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        connection.sendall(part)
        time.sleep(pause)
