"""The delivery side for one test: a database of its own, and workers and sweepers as processes that the test may kill."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from tests.chaos.reconcile import Books, check
from tests.chaos.servers import Servers
from tests.load.processes import Child, python

#: `make chaos` sets it: more rounds of the same faults, and more rows.
ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "1"))
LEASE_SECONDS = 6.0
TIMEOUT_SECONDS = 2
#: Of an endpoint, unless it is told otherwise.
MOST_IN_FLIGHT = 10


class Forked:
    """A worker or sweeper that the hand has forked; only ever ended by its own pid."""

    def __init__(self, system: "System", pid: int) -> None:
        self._system = system
        self.pid = pid
        self.alive = True
        self.failed = False

    def kill(self) -> None:
        """Kill -9, as a machine that is gone would look."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to end, and wait; returns its exit status."""
        return self._end(signal.SIGTERM)

    @property
    def crashed(self) -> bool:
        """Whether it has failed by itself. One that had nothing to do and ended well has not."""
        if self.alive and Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            self.alive = False
            self.failed = bool(self._system.servers.hand.do("reap", pid=self.pid))
        return self.failed

    def freeze(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def _end(self, number: int) -> int:
        if not self.alive:
            return 0
        self.alive = False
        os.kill(self.pid, number)
        return int(self._system.servers.hand.do("reap", pid=self.pid))


class System:
    """Everything of one test, ended by `close`."""

    def __init__(self, servers: Servers, folder: Path) -> None:
        self.servers = servers
        self.folder = folder
        self.postgres, self.valkey = servers.postgres, servers.valkey
        self.receiver, self.hostile = servers.receiver, servers.hostile
        servers.start()
        self.database = servers.fresh_database()
        self._forked: list[Forked] = []
        self._celery: Child | None = None
        self._first_call = self.receiver.count()
        self._first_hostile_call = len(self.hostile.calls)

    # Orders

    def seed(self, *behaviours: str, tenant: str = "chaos", timeout_seconds: int = TIMEOUT_SECONDS) -> list[str]:
        """A tenant with one store and an endpoint for each behaviour, such as `ok/0` or `hostile:reset`; their URLs."""
        urls = [
            self.hostile.url(behaviour.removeprefix("hostile:"), number)
            if behaviour.startswith("hostile:")
            else self.receiver.url(behaviour)
            for number, behaviour in enumerate(behaviours)
        ]
        self.ask("seed", tenant=tenant, urls=urls, timeout_seconds=timeout_seconds)
        return urls

    def post(self, count: int, *, tenant: str = "chaos", per_second: float = 0, crash: str = "") -> dict[str, float]:
        """Stores orders; returns when each was sent to be stored, by webhook id."""
        return dict(self.ask("post", tenant=tenant, count=count, per_second=per_second, crash=crash))

    def ask(self, what: str, **wanted: object) -> Any:
        return self.servers.hand.do(what, **wanted)

    # Processes

    def start_drain(self, *, lease_seconds: float = LEASE_SECONDS) -> Forked:
        """A worker that needs no broker: `manage.py drain`."""
        return self._fork("drain", lease_seconds)

    def start_sweeper(self) -> Forked:
        return self._fork("sweeper", LEASE_SECONDS)

    def start_celery(self, *, queue: str = "celery") -> None:
        """A Celery worker, from nothing."""
        command = python(
            "-m", "celery", "-A", "backoffice", "worker", "-Q", queue, "--loglevel=INFO", "--concurrency=1"
        )
        log = self.folder / "celery.log"
        log.unlink(missing_ok=True)
        environment = self.servers.environment(self.database, "worker_login")
        self._celery = Child(command, log=log, env=environment | {"DELIVERY_LEASE_SECONDS": str(int(LEASE_SECONDS))})
        self._celery.require(lambda: " ready." in log.read_text(), seconds=60, what="the worker")

    def kill_celery(self) -> None:
        """Kill -9 of the worker and its children."""
        assert self._celery is not None
        os.killpg(self._celery.pid, signal.SIGKILL)
        self._celery.end()
        self._celery = None

    def _fork(self, command: str, lease_seconds: float) -> Forked:
        login = ["worker_login", self.postgres.password("worker_login")]
        log = str(self.folder / f"{command}-{len(self._forked)}.log")
        pid = self.ask("spawn", command=command, log=log, login=login, lease_seconds=lease_seconds)
        self._forked.append(Forked(self, pid))
        return self._forked[-1]

    # What came of it

    def count(self) -> int:
        """Calls that arrived at the well-behaved receiver in this test."""
        return self.receiver.count() - self._first_call

    def arrivals(self) -> Counter[tuple[str, int]]:
        """How often each webhook-id arrived at each endpoint of the well-behaved receiver."""
        calls = self.receiver._log.read(self._first_call)
        return Counter((call.webhook_id, call.endpoint) for call in calls)

    def hostile_calls(self) -> list[tuple[str, str]]:
        """Webhook-id and behaviour of each call of this test."""
        return self.hostile.calls[self._first_hostile_call :]

    def wait(self, met: Callable[[], bool], *, seconds: float = 30, every: float = 0.05) -> None:
        """Wait until the condition is met; fails after `seconds`, or when a worker crashed, with the end of every log."""
        deadline = time.monotonic() + seconds
        while not met():
            crashed = [forked for forked in self._forked if forked.crashed]
            assert not crashed, f"crashed by itself:\n{self.tail()}"
            assert time.monotonic() < deadline, f"not after {seconds:g} s: {self.states()}\n{self.tail()}"
            time.sleep(every)

    def await_states(self, *, seconds: float = 30, **states: int) -> None:
        """Wait until there are so many deliveries in each state."""
        self.wait(lambda: self.states() == states, seconds=seconds)

    def settle(self, *, seconds: float = 60, kills: int = 0, lanes: int = 1) -> Books:
        """Wait until everything has been delivered, then check the receiver's log against the events."""

        def all_delivered() -> bool:
            states = self.states()
            return bool(states) and set(states) == {"delivered"}

        self.wait(all_delivered, seconds=seconds)
        return check(self.rows, self.arrivals(), kills=kills, under_way=lanes * MOST_IN_FLIGHT)

    def states(self) -> Counter[str]:
        """How many deliveries are in each state."""
        return Counter(dict(self.rows("SELECT state, count(*) FROM webhooks_delivery GROUP BY state")))

    def rows(self, query: str, *parameters: object) -> list[Any]:
        with psycopg.connect(self.postgres.url(database=self.database), autocommit=True) as connection:
            answer = connection.execute(query.encode(), parameters)
            return answer.fetchall() if answer.description else []

    def tail(self) -> str:
        return "".join(
            f"{path.name}:\n{path.read_text(errors='replace')[-1500:]}" for path in self.folder.glob("*.log")
        )

    def close(self) -> None:
        for forked in self._forked:
            forked.kill()
        if self._celery is not None:
            self.kill_celery()
        self.servers.start()
        self.servers.drop(self.database)
