"""A thread with a database connection of its own, which does one thing after another and says on a pipe when one is done."""

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Generic, TypeVar

from django.db import Error, connection, connections

Given = TypeVar("Given")
Made = TypeVar("Made")


class WritingThread(Generic[Given, Made]):
    """Make it after forking. After a database error its next work begins with a new connection."""

    def __init__(self, work: Callable[[Given], Made]) -> None:
        self._work = work
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="write-back")
        #: Readable when something has been done, until `heard`.
        self.done_fd, self._say_fd = os.pipe()
        os.set_blocking(self.done_fd, False)

    def do(self, given: Given) -> "Future[Made]":
        """What comes of it, or its error, is in the future when `done_fd` becomes readable."""
        answer = self._pool.submit(self._run, given)
        answer.add_done_callback(self._say)
        return answer

    def heard(self) -> None:
        """Take what was said off the pipe."""
        with suppress(BlockingIOError):
            os.read(self.done_fd, 16)

    def close(self) -> None:
        """Wait for what is being done, and end the thread and its connection."""
        self._pool.submit(connections.close_all)
        self._pool.shutdown()
        os.close(self.done_fd)
        os.close(self._say_fd)

    def _run(self, given: Given) -> Made:
        try:
            return self._work(given)
        except Error:
            connection.close()
            raise

    def _say(self, _answer: object) -> None:
        os.write(self._say_fd, b".")
