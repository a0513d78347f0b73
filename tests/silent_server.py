"""A server that takes connections and never answers, as a Redis that has stopped does."""

import socket
from contextlib import suppress
from typing import Self


class SilentServer:
    """Ends with its `with` block. What was asked of it is told by how often somebody connected, which no slow machine changes."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self._taken: list[socket.socket] = []
        self.url = f"redis://127.0.0.1:{self._listener.getsockname()[1]}/0"

    @property
    def connections(self) -> int:
        """How many were opened so far."""
        with suppress(BlockingIOError):
            while True:
                self._taken.append(self._listener.accept()[0])
        return len(self._taken)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for each in (self._listener, *self._taken):
            each.close()
