"""The product's delivery side as processes of its own, each of which a test may kill: servers, worker, sweeper, receiver."""

import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg

from backoffice.demo.servers import UNSAFE_AND_FAST, PostgresServer, ValkeyServer
from tests.load.processes import ROOT, Child, python
from tests.load.services import Receiver

LEASE_SECONDS = 8
TIMEOUT_SECONDS = 2
SWEEP_SECONDS = 1.0


class System:
    """Everything under one folder, ended by `close`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.postgres = PostgresServer(folder / "postgres", settings=UNSAFE_AND_FAST)
        self.valkey = ValkeyServer(folder / "valkey")
        self.postgres.start()
        self.valkey.start()
        self.receiver = Receiver()
        self.worker: Child | None = None
        self.sweeper: Child | None = None
        self._env = {
            "DJANGO_SETTINGS_MODULE": "backoffice.settings",
            "ENVIRONMENT": "development",
            "OUTBOUND_OPEN_NETWORKS": "127.0.0.0/8",
            "DATABASE_URL": self.postgres.url(),
            "REDIS_URL": self.valkey.url(),
            "DELIVERY_LEASE_SECONDS": str(LEASE_SECONDS),
            "DELIVERY_SWEEP_SECONDS": str(SWEEP_SECONDS),
            "PYTHONPATH": str(ROOT),
        }
        self._run("manage.py", "migrate", "--verbosity=0")
        self.postgres.grant_logins()

    def seed(self, *behaviours: str) -> None:
        """One store with an endpoint for each behaviour of the receiver, such as `ok/0`."""
        urls = [self.receiver.url(behaviour) for behaviour in behaviours]
        self._ask(do="seed", urls=urls, timeout_seconds=TIMEOUT_SECONDS)

    def post(self, count: int, *, per_second: float = 0) -> dict[str, float]:
        """Stores orders; returns when each was sent to be stored, by webhook id."""
        return dict(self._ask(do="post", count=count, per_second=per_second))

    def start_worker(self) -> None:
        command = python("-m", "celery", "-A", "backoffice", "worker", "--loglevel=INFO", "--concurrency=1")
        log = self.folder / "worker.log"
        log.unlink(missing_ok=True)
        self.worker = Child(command, log=log, env=self._as_worker())
        self.worker.require(lambda: " ready." in log.read_text(), seconds=40, what="the worker")

    def kill_worker(self) -> None:
        """Kill -9 of the worker and its children, as a machine that is gone would look."""
        assert self.worker is not None
        os.killpg(self.worker.pid, signal.SIGKILL)
        self.worker.end()
        self.worker = None

    def start_sweeper(self) -> None:
        self.sweeper = Child(python("manage.py", "sweeper"), log=self.folder / "sweeper.log", env=self._as_worker())

    def await_arrivals(self, webhook_ids: Sequence[str], *, each: int = 1, seconds: float) -> Counter[str]:
        """How often each of the ids arrived, once every one has arrived `each` times; fails after `seconds`."""
        wanted = set(webhook_ids)
        arrived: Counter[str] = Counter()

        def all_there() -> bool:
            nonlocal arrived
            arrived = Counter(call.webhook_id for call in self.receiver._log.read(0) if call.webhook_id in wanted)
            return all(arrived[webhook_id] >= each for webhook_id in wanted)

        assert wait_until(all_there, seconds=seconds), f"{len(arrived)} of {len(wanted)} arrived: {self.tail()}"
        return arrived

    def states(self) -> Counter[str]:
        """How many deliveries are in each state."""
        with psycopg.connect(self.postgres.url()) as connection:
            rows = connection.execute("SELECT state, count(*) FROM webhooks_delivery GROUP BY state").fetchall()
        return Counter(dict(rows))

    def tail(self) -> str:
        return "".join(path.read_text(errors="replace")[-1500:] for path in sorted(self.folder.glob("*.log")))

    def close(self) -> None:
        for child in (self.worker, self.sweeper):
            if child is not None:
                child.end()
        self.receiver.close()
        self.valkey.stop()
        self.postgres.stop()
        self.valkey.remove()
        self.postgres.remove()

    def _as_worker(self) -> dict[str, str]:
        return self._env | {"DATABASE_URL": self.postgres.url("worker_login")}

    def _ask(self, **wanted: object) -> Any:
        return json.loads(self._run("-m", "tests.chaos.post", stdin=json.dumps(wanted)))

    def _run(self, *arguments: str, stdin: str = "") -> str:
        answer = subprocess.run(
            python(*arguments),
            input=stdin,
            env={**os.environ, **self._env},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode:
            raise RuntimeError(f"{' '.join(arguments)} failed:\n{answer.stderr}")
        return answer.stdout


def wait_until(met: Callable[[], bool], *, seconds: float) -> bool:
    """Whether the condition was met within the time."""
    deadline = time.monotonic() + seconds
    while not met():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
