"""For the model test: a transport whose answers the test gives, and answers to give."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, ClassVar

from backoffice.outbound.request import ErrorCode, OutboundRequest, OutboundResult, Timings

#: Called with each request as it is submitted, and with the token it is submitted under.
Watcher = Callable[["Transport", Any, OutboundRequest], None]


class Transport:
    """Stands in for the multiplexed client: what is submitted waits until the test answers it."""

    watcher: ClassVar[Watcher] = lambda *_: None

    def __init__(self) -> None:
        self.under_way: list[tuple[Any, OutboundRequest]] = []
        self.ready: list[tuple[Any, OutboundResult]] = []
        self.closed = False

    @property
    def in_flight(self) -> int:
        return len(self.under_way) + len(self.ready)

    def submit(self, token: Any, request: OutboundRequest) -> None:
        type(self).watcher(self, token, request)
        self.under_way.append((token, request))

    def poll(self, _seconds: float, _wake_fds: Iterable[int] = ()) -> list[tuple[Any, OutboundResult]]:
        ready, self.ready = self.ready, []
        return ready

    def close(self) -> None:
        self.closed = True

    def answer(self, place: int, answer: "Answer") -> None:
        """Answer one of those under way; which one is taken modulo how many there are. Nothing, if there is none."""
        if self.under_way:
            token, _request = self.under_way.pop(place % len(self.under_way))
            self.ready.append((token, result(answer)))


Answer = tuple[int | None, tuple[tuple[str, str], ...], ErrorCode | None]

OK: Answer = (200, (), None)
ANSWERS: tuple[Answer, ...] = (
    OK,
    OK,
    OK,
    (500, (), None),
    (302, (("location", "https://elsewhere.example/"),), None),
    (429, (("retry-after", "3600"),), None),
    (503, (("retry-after", "0"),), None),
    (410, (), None),
    (200, (("webhook-delivery", "disable"),), None),
    (None, (), ErrorCode.timeout),
    (None, (), ErrorCode.connect),
)


def result(answer: Answer) -> OutboundResult:
    status, headers, error = answer
    return OutboundResult(status, headers, b"", error, "", "127.0.0.1", datetime.now(UTC), Timings(total_ms=5.0))
