"""An answer that is used again for some seconds, so that who asks often costs no more than who asks seldom."""

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """Calls `function` at most every `seconds`, one thread at a time; what it raises is not remembered."""

    def __init__(self, function: Callable[[], T], *, seconds: float) -> None:
        self._function = function
        self._seconds = seconds
        self._lock = Lock()
        self._known: tuple[float, T] | None = None

    def __call__(self) -> T:
        with self._lock:
            if self._known is None or monotonic() >= self._known[0]:
                answer = self._function()
                self._known = (monotonic() + self._seconds, answer)
            return self._known[1]

    def forget(self) -> None:
        """Ask anew next time."""
        with self._lock:
            self._known = None
