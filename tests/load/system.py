"""What a way of delivering webhooks must offer to be measured; each one is an adapter of its own."""

from collections.abc import Sequence
from typing import Protocol

from tests.load.client import Call

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
WEB_WORKERS = 2
WEB_THREADS = 4


class System(Protocol):
    """One way of delivering, driven from outside: processes, an API, tables to be counted.

    `prepare` gives it empty tables and one store with one endpoint for each target; after it, `start` and `stop` may
    follow each other. Everything it starts hangs below `pids()`.
    """

    name: str

    def prepare(self, targets: Sequence[str]) -> None:
        """Makes an empty database and seeds one store, with its API key, and one endpoint signed with `SECRET` per target."""

    def start(self, *, workers: int = 1, web: bool = True) -> None:
        """Starts `workers` delivery workers (0: none), the web server if wanted, and whatever else the way needs."""

    def stop(self) -> None:
        """Ends all of its processes."""

    def pids(self) -> list[int]:
        """The roots of all its process trees, without the shared servers."""

    def worker_pids(self) -> list[int]:
        """The roots of the delivery workers' trees."""

    def backlog(self, count: int) -> None:
        """Stores `count` deliveries of 2 KB, spread over the endpoints, while its workers are held still."""

    def release(self) -> None:
        """Lets the workers at the backlog; returns at once."""

    def delivered(self) -> int:
        """How many deliveries the tables say are delivered."""

    def order_call(self, number: int) -> Call:
        """`POST orders` with a new 2 KB order, to the stores in turn."""

    def batch_call(self, number: int, size: int) -> Call | None:
        """`POST orders/batch` with `size` new orders, or None where the way has no such call."""

    def bare_call(self, number: int) -> Call | None:
        """A call of a view that inserts one row and nothing else, or None: only the plain way has one."""
