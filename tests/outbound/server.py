"""A receiver on a real socket that behaves as badly as its path says, for tests of the outbound clients."""

import contextlib
import gzip
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

CHUNK = b"a" * 65536
BOMB = gzip.compress(b"\x00" * 50_000_000, 9)
TRICKLE_SECONDS = 0.1


@dataclass
class Received:
    """One request as it stood on the wire; `connection` numbers the connections in order of arrival."""

    connection: int
    line: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first value of `name`, or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass
class Receiver:
    """A listening server; `received` fills as requests come in, `connections` counts those accepted."""

    tls: ssl.SSLContext | None = None
    received: list[Received] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self._listener.getsockname()[1]
        self.stopped = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """The URL of `path` here, over https where the receiver speaks it."""
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{path}"

    def stop(self) -> None:
        """Refuse connections from now on, and let the threads that are held up go."""
        self.stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection, self.connections), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        # A peer that hangs up, or refuses our certificate, ends the connection and nothing else.
        with contextlib.suppress(OSError, StopIteration), connection:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as stream:
                while not self.stopped.is_set():
                    request = _read(stream, number)
                    self.received.append(request)
                    path = request.line.split(" ")[1]
                    behave = BEHAVIOURS.get(path.split("/")[1], ok)
                    behave(self, connection, path)


def _read(stream: Iterator[bytes], number: int) -> Received:
    line = next(stream).decode().strip()
    headers = []
    length = 0
    for raw in stream:
        if raw == b"\r\n":
            break
        name, _colon, value = raw.decode().partition(":")
        headers.append((name, value.strip()))
        if name.lower() == "content-length":
            length = int(value)
    body = stream.read(length)  # type: ignore[attr-defined]  # a buffered file, which iterates over its lines
    return Received(number, line, headers, body)


def answer(connection: socket.socket, status: str = "200 OK", *, headers: str = "", body: bytes = b"ok") -> None:
    """Send a complete, well-formed answer."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    connection.sendall(head.encode() + body)


def ok(_server: Receiver, connection: socket.socket, _path: str) -> None:
    answer(connection, headers="X-Answer: yes\r\n")


def status(_server: Receiver, connection: socket.socket, path: str) -> None:
    answer(connection, f"{path.rsplit('/', 1)[1]} Chosen", headers="Retry-After: 7\r\n", body=b"")


def slow(_server: Receiver, connection: socket.socket, path: str) -> None:
    time.sleep(float(path.rsplit("/", 1)[1]))
    answer(connection)


def hang(server: Receiver, _connection: socket.socket, _path: str) -> None:
    server.stopped.wait(30)


def reset(_server: Receiver, connection: socket.socket, _path: str) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.shutdown(socket.SHUT_RD)
    raise StopIteration


def garbage(_server: Receiver, connection: socket.socket, _path: str) -> None:
    connection.sendall(b"\x16\x03\x01 not the protocol you are looking for\r\n\r\n")
    raise StopIteration


def big(_server: Receiver, connection: socket.socket, path: str) -> None:
    size = int(path.rsplit("/", 1)[1])
    connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode())
    while size > 0:
        connection.sendall(CHUNK[:size])
        size -= len(CHUNK)


def bomb(_server: Receiver, connection: socket.socket, _path: str) -> None:
    answer(connection, headers="Content-Encoding: gzip\r\n", body=BOMB)


def redirect(server: Receiver, connection: socket.socket, _path: str) -> None:
    answer(connection, "302 Found", headers=f"Location: {server.url('/ok')}\r\n", body=b"")


def many_headers(_server: Receiver, connection: socket.socket, path: str) -> None:
    count = int(path.rsplit("/", 1)[1])
    answer(connection, headers="".join(f"X-Number-{number}: {'v' * 100}\r\n" for number in range(count)))


def interim(_server: Receiver, connection: socket.socket, _path: str) -> None:
    connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n")
    answer(connection, headers="X-Answer: yes\r\n")


def trickle(server: Receiver, connection: socket.socket, _path: str) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not server.stopped.wait(TRICKLE_SECONDS):
        connection.sendall(b"x")


def short(_server: Receiver, connection: socket.socket, _path: str) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    raise StopIteration


def cookie(_server: Receiver, connection: socket.socket, _path: str) -> None:
    answer(connection, headers="Set-Cookie: session=1\r\n")


BEHAVIOURS: dict[str, Callable[[Receiver, socket.socket, str], None]] = {
    "status": status,
    "slow": slow,
    "hang": hang,
    "reset": reset,
    "garbage": garbage,
    "big": big,
    "bomb": bomb,
    "redirect": redirect,
    "many-headers": many_headers,
    "interim": interim,
    "trickle": trickle,
    "short": short,
    "cookie": cookie,
}
