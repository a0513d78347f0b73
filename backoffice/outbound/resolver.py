"""Name lookups on threads of our own: libcurl's pool has twenty, and ten hanging names would stop every other call."""

import contextlib
import os
import queue
import socket
import threading
from collections import OrderedDict, deque
from dataclasses import dataclass
from time import monotonic

MAX_THREADS = 64
# Names known to be slow may fill half of the threads, so that the other names always find one.
SLOW_THREADS = MAX_THREADS // 2
SLOW_SECONDS = 1.0
KEPT_SECONDS = 60.0
MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Lookup:
    """A finished lookup: the addresses, or the reason why there are none. `serial` tells one answer from the next."""

    host: str
    addresses: tuple[str, ...]
    failure: str
    serial: int
    expires: float


class Resolver:
    """Looks names up without ever making the caller wait. One lookup a name at a time, answers kept for a minute.

    Not for use from several threads: `lookup` and `finished` belong to the thread that polls `wake_fd`.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Lookup] = OrderedDict()
        self._pending: set[str] = set()
        self._running = 0
        self._waiting: deque[str] = deque()
        self._waiting_slow: deque[str] = deque()
        self._slow: OrderedDict[str, None] = OrderedDict()
        self._slow_running: set[str] = set()
        self._done: queue.SimpleQueue[tuple[str, tuple[str, ...], str, float]] = queue.SimpleQueue()
        self._serial = 0
        self.wake_fd, self._wake_write = os.pipe()
        os.set_blocking(self.wake_fd, False)
        os.set_blocking(self._wake_write, False)
        self._closed = threading.Event()
        self._pipe_lock = threading.Lock()

    def lookup(self, host: str) -> Lookup | None:
        """The answer kept for `host`; None after a lookup has been started, whose end `finished` will tell."""
        kept = self._kept.get(host)
        if kept is not None and kept.expires > monotonic():
            return kept
        if host not in self._pending:
            self._pending.add(host)
            (self._waiting_slow if host in self._slow else self._waiting).append(host)
            self._start_waiting()
        return None

    def finished(self) -> list[Lookup]:
        """Lookups that have ended since the last call."""
        with contextlib.suppress(BlockingIOError):
            os.read(self.wake_fd, 4096)
        ended = []
        while not self._done.empty():
            host, addresses, failure, seconds = self._done.get()
            self._running -= 1
            self._pending.discard(host)
            self._slow_running.discard(host)
            self._remember_speed(host, seconds)
            self._serial += 1
            answer = Lookup(host, addresses, failure, self._serial, monotonic() + KEPT_SECONDS)
            if addresses:
                self._kept[host] = answer
                self._kept.move_to_end(host)
                while len(self._kept) > MOST_KEPT:
                    self._kept.popitem(last=False)
            ended.append(answer)
        self._start_waiting()
        return ended

    def close(self) -> None:
        """Stop telling. Lookups still running end on their own: they cannot be interrupted, and nobody waits for them."""
        with self._pipe_lock:
            self._closed.set()
            os.close(self.wake_fd)
            os.close(self._wake_write)

    def _start_waiting(self) -> None:
        while self._running < MAX_THREADS:
            if self._waiting:
                host = self._waiting.popleft()
            elif self._waiting_slow and len(self._slow_running) < SLOW_THREADS:
                host = self._waiting_slow.popleft()
                self._slow_running.add(host)
            else:
                return
            self._running += 1
            threading.Thread(target=self._look_up, args=(host,), name=f"lookup {host}", daemon=True).start()

    def _look_up(self, host: str) -> None:
        started = monotonic()
        addresses: tuple[str, ...] = ()
        failure = ""
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            addresses = tuple(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))
        except (OSError, UnicodeError) as error:
            failure = getattr(error, "strerror", None) or str(error)
        with self._pipe_lock:
            if self._closed.is_set():
                return
            self._done.put((host, addresses, failure, monotonic() - started))
            # A full pipe already wakes the reader.
            with contextlib.suppress(BlockingIOError):
                os.write(self._wake_write, b".")

    def _remember_speed(self, host: str, seconds: float) -> None:
        if seconds < SLOW_SECONDS:
            self._slow.pop(host, None)
            return
        self._slow[host] = None
        while len(self._slow) > MOST_KEPT:
            self._slow.popitem(last=False)
