"""Waiting for many descriptors: epoll where there is one, poll elsewhere, under the same few verbs."""

import select
from collections.abc import Sequence

READ = select.POLLIN
WRITE = select.POLLOUT
BROKEN = select.POLLERR | select.POLLHUP

_HAS_EPOLL = hasattr(select, "epoll")


class Readiness:
    """The descriptors waited on. epoll and poll share flags and methods, but not the unit of time."""

    def __init__(self) -> None:
        self._poller = select.epoll() if _HAS_EPOLL else select.poll()

    def watch(self, descriptor: int, mask: int) -> None:
        """Wait for `mask` on `descriptor`, instead of whatever was waited for before."""
        try:
            self._poller.register(descriptor, mask)
        except FileExistsError:
            self._poller.modify(descriptor, mask)

    def unwatch(self, descriptor: int) -> None:
        """Forget `descriptor`; one already closed has been forgotten by closing it."""
        try:
            self._poller.unregister(descriptor)
        except (OSError, KeyError):
            return

    def wait(self, seconds: float) -> Sequence[tuple[int, int]]:
        """The descriptors that are ready and for what, after `seconds` at most."""
        return self._poller.poll(seconds if _HAS_EPOLL else seconds * 1000)

    def close(self) -> None:
        """Give the kernel's table back."""
        close = getattr(self._poller, "close", None)
        if close is not None:
            close()
