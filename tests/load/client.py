"""Posts orders from one process with one multiplexed handle, so that the load costs little beside what it loads."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO

import pycurl

SELECT_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Call:
    """One request to make."""

    url: str
    headers: tuple[str, ...]
    body: bytes
    number: int = 0


@dataclass(slots=True)
class Answer:
    """What came of the call of that number; times are CLOCK_MONOTONIC in seconds."""

    number: int
    sent: float
    answered: float = 0.0
    status: int = 0
    body: bytes = b""

    @property
    def event_id(self) -> str:
        """The id of the order event that a 202 names; it is the webhook-id that the receiver will see."""
        event_id: str = json.loads(self.body)["event"]["id"]
        return event_id


@dataclass(slots=True)
class _Slot:
    handle: pycurl.Curl
    answer: Answer = field(default_factory=lambda: Answer(0, 0.0))
    buffer: BytesIO = field(default_factory=BytesIO)


class Poster:
    """A pool of kept-alive connections, driven either as fast as answers come or at a fixed rate."""

    def __init__(self, connections: int) -> None:
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, connections)
        self._idle = [self._slot() for _ in range(connections)]
        self._busy: dict[pycurl.Curl, _Slot] = {}

    @staticmethod
    def _slot() -> _Slot:
        handle = pycurl.Curl()
        handle.setopt(pycurl.NOSIGNAL, 1)
        handle.setopt(pycurl.PROXY, "")
        handle.setopt(pycurl.TIMEOUT, 60)
        return _Slot(handle)

    def _send(self, call: Call) -> None:
        slot = self._idle.pop()
        slot.buffer = BytesIO()
        slot.handle.setopt(pycurl.URL, call.url)
        slot.handle.setopt(pycurl.HTTPHEADER, ["Content-Type: application/json", "Expect:", *call.headers])
        slot.handle.setopt(pycurl.POSTFIELDS, call.body)
        slot.handle.setopt(pycurl.WRITEFUNCTION, slot.buffer.write)
        slot.answer = Answer(call.number, time.monotonic())
        self._busy[slot.handle] = slot
        self._multi.add_handle(slot.handle)

    def _collect(self) -> list[Answer]:
        self._multi.perform()
        finished: list[Answer] = []
        while True:
            queued, done, failed = self._multi.info_read()
            for handle in [*done, *(handle for handle, _, _ in failed)]:
                slot = self._busy.pop(handle)
                slot.answer.answered = time.monotonic()
                slot.answer.status = int(handle.getinfo(pycurl.RESPONSE_CODE))
                slot.answer.body = slot.buffer.getvalue()
                self._multi.remove_handle(handle)
                self._idle.append(slot)
                finished.append(slot.answer)
            if not queued:
                return finished

    def flood(self, calls: Iterator[Call], *, seconds: float | None = None) -> list[Answer]:
        """Keeps every connection busy until the calls, or the seconds, are used up; calls under way are still awaited."""
        answers: list[Answer] = []
        deadline = time.monotonic() + seconds if seconds is not None else float("inf")
        more = True
        while more or self._busy:
            while more and self._idle:
                call = next(calls, None) if time.monotonic() < deadline else None
                if call is None:
                    more = False
                else:
                    self._send(call)
            finished = self._collect()
            answers += finished
            if not finished and self._busy:
                self._multi.select(SELECT_SECONDS)
        return answers

    def pace(self, calls: Sequence[Call], *, per_second: float) -> list[Answer]:
        """Sends at fixed times whatever the answers do; raises `RuntimeError` when the connections do not suffice."""
        answers: list[Answer] = []
        start = time.monotonic()
        sent = 0
        while sent < len(calls) or self._busy:
            due = start + sent / per_second
            now = time.monotonic()
            if sent < len(calls) and now >= due:
                if not self._idle:
                    raise RuntimeError("all connections wait for answers: the server does not keep up with the rate")
                self._send(calls[sent])
                sent += 1
            answers += self._collect()
            pause = min(SELECT_SECONDS, max(0.0, due - time.monotonic())) if sent < len(calls) else SELECT_SECONDS
            if self._busy:
                self._multi.select(min(pause, 0.02))
            else:
                time.sleep(min(pause, 0.02))
        return answers

    def close(self) -> None:
        """Ends the connections."""
        for slot in self._idle:
            slot.handle.close()
        self._multi.close()
