"""A webhook receiver that is not the bottleneck: bare epoll, keep-alive, arrivals written to shared memory.

Run as a process of its own. The path says how it behaves: `/ok/<n>`, `/hang/<seconds>/<n>`, `/slow/<milliseconds>/<n>`, `/status/<code>/<n>`;
`<n>` is the number of the endpoint and is recorded.
"""

import argparse
import heapq
import mmap
import os
import select
import signal
import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HEADER = struct.Struct("<Q")
SLOT = struct.Struct("<QI52p")
SLOTS = 2_000_000
SAMPLES = 64
ANSWER = b"HTTP/1.1 %d x\r\nContent-Length: 2\r\n\r\nok"
OK = ANSWER % 200


@dataclass(frozen=True, slots=True)
class Arrival:
    """One call as it arrived; `at` is CLOCK_MONOTONIC in seconds, which all processes of the machine share."""

    at: float
    endpoint: int
    webhook_id: str


class Log:
    """Arrivals in a file that the receiver and the harness both map: a count, then slots of fixed size.

    A slot is written before the count that makes it visible, so a reader never sees half of one.
    """

    def __init__(self, path: Path) -> None:
        with path.open("r+b" if path.exists() else "w+b") as file:
            file.truncate(HEADER.size + SLOT.size * SLOTS)
            self._map = mmap.mmap(file.fileno(), 0)
        self.count = self.read_count()

    def append(self, at: int, endpoint: int, webhook_id: bytes) -> None:
        """Records one call; raises `struct.error` when the log is full rather than losing one quietly."""
        SLOT.pack_into(self._map, HEADER.size + SLOT.size * self.count, at, endpoint, webhook_id)
        self.count += 1
        HEADER.pack_into(self._map, 0, self.count)

    def read_count(self) -> int:
        """How many calls have arrived, in any process's view."""
        count: int = HEADER.unpack_from(self._map, 0)[0]
        return count

    def read(self, start: int) -> Iterator[Arrival]:
        """The calls from number `start` on."""
        for index in range(start, self.read_count()):
            at, endpoint, webhook_id = SLOT.unpack_from(self._map, HEADER.size + SLOT.size * index)
            yield Arrival(at / 1e9, endpoint, webhook_id.decode("latin-1"))


class Connection:
    """One client's connection: what it has sent and not yet had answered."""

    __slots__ = ("buffer", "socket")

    def __init__(self, accepted: socket.socket) -> None:
        self.socket = accepted
        self.buffer = b""


def _header(head: bytes, lowered: bytes, name: bytes) -> bytes:
    start = lowered.find(b"\r\n" + name + b":")
    if start < 0:
        return b""
    start += len(name) + 3
    end = head.find(b"\r\n", start)
    return head[start : end if end >= 0 else None].strip()


def _behaviour(path: bytes) -> tuple[float, bytes, int]:
    """Seconds to wait, the answer, and the endpoint's number, from a path such as `/hang/10/3`."""
    parts = path.strip(b"/").split(b"/")
    endpoint = int(parts[-1]) if parts[-1].isdigit() else 0
    match parts[0], parts[1:]:
        case b"hang", [seconds, *_]:
            return float(seconds), OK, endpoint
        case b"slow", [milliseconds, *_]:
            return float(milliseconds) / 1000, OK, endpoint
        case b"status", [code, *_]:
            return 0.0, ANSWER % int(code), endpoint
        case _:
            return 0.0, OK, endpoint


class Server:
    """The loop: accepts, reads, records, answers; one thread, no coroutine, about one system call in and one out per call."""

    def __init__(self, log: Log, samples: Path) -> None:
        self.log = log
        self.samples = samples
        self.sampled = 0
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(1024)
        self.listener.setblocking(False)
        self.port: int = self.listener.getsockname()[1]
        self.poll = select.epoll()
        self.connections: dict[int, Connection] = {}
        self.waiting: list[tuple[float, int, Connection, bytes]] = []
        self.behaviours: dict[bytes, tuple[float, bytes, int]] = {}

    def run(self) -> None:
        """Serves until the process is ended."""
        listener = self.listener.fileno()
        self.poll.register(listener, select.EPOLLIN)
        while True:
            timeout = max(0.0, self.waiting[0][0] - time.monotonic()) if self.waiting else -1
            for number, _event in self.poll.poll(timeout):
                if number == listener:
                    self._accept()
                else:
                    self._read(self.connections[number])
            while self.waiting and self.waiting[0][0] <= time.monotonic():
                _, _, connection, answer = heapq.heappop(self.waiting)
                self._answer(connection, answer)

    def _accept(self) -> None:
        accepted, _ = self.listener.accept()
        accepted.setblocking(False)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connections[accepted.fileno()] = Connection(accepted)
        self.poll.register(accepted.fileno(), select.EPOLLIN)

    def _close(self, connection: Connection) -> None:
        number = connection.socket.fileno()
        if number >= 0:
            self.poll.unregister(number)
            del self.connections[number]
            connection.socket.close()

    def _read(self, connection: Connection) -> None:
        try:
            data = connection.socket.recv(262_144)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._close(connection)
            return
        buffer = connection.buffer + data if connection.buffer else data
        while buffer:
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                break
            head = buffer[:end]
            lowered = head.lower()
            total = end + 4 + int(_header(head, lowered, b"content-length") or 0)
            if b"\r\nexpect: 100-continue" in lowered and len(buffer) == end + 4 < total:
                connection.socket.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            if len(buffer) < total:
                break
            self._handle(connection, head, lowered, buffer[:total])
            buffer = buffer[total:]
        connection.buffer = buffer

    def _handle(self, connection: Connection, head: bytes, lowered: bytes, request: bytes) -> None:
        at = time.monotonic_ns()
        path = head[head.index(b" ") + 1 : head.index(b" ", 8)]
        behaviour = self.behaviours.get(path)
        if behaviour is None:
            behaviour = self.behaviours[path] = _behaviour(path)
        seconds, answer, endpoint = behaviour
        self.log.append(at, endpoint, _header(head, lowered, b"webhook-id"))
        if self.sampled < SAMPLES:
            (self.samples / f"{self.sampled:04d}").write_bytes(request)
            self.sampled += 1
        if seconds:
            heapq.heappush(self.waiting, (time.monotonic() + seconds, at, connection, answer))
        else:
            self._answer(connection, answer)

    def _answer(self, connection: Connection, answer: bytes) -> None:
        try:
            connection.socket.send(answer)
        except OSError:
            self._close(connection)


def main() -> None:
    """Serves on a free port and writes its number to `port` in the given folder once calls can be taken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="holds the arrivals, samples of whole requests, and the port")
    folder: Path = parser.parse_args().folder
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    (folder / "samples").mkdir()
    server = Server(Log(folder / "arrivals"), folder / "samples")
    part = folder / "port.part"
    part.write_text(str(server.port))
    part.rename(folder / "port")
    server.run()


if __name__ == "__main__":
    main()
