"""The plain way as a system to be measured."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import psycopg

from tests.load.client import Call
from tests.load.orders import order_body, order_event
from tests.load.plain import READY
from tests.load.processes import ROOT, Child, python
from tests.load.services import Services
from tests.load.system import SECRET
from tests.load.web import WebServer

DATABASE = "plain"
TEMPLATE = "plain_template"
# Tried from 2 to 8 processes on two cores; see README.md.
CONCURRENCY = 4
PREFETCH = 4


def _is_ready(log: Path) -> bool:
    """Whether the worker whose log this is has said that it takes tasks."""
    return READY in log.read_text()


class PlainSystem:
    """Celery prefork workers and gunicorn around `tests.load.plain`."""

    name = "plain"

    def __init__(
        self, services: Services, folder: Path, *, concurrency: int = CONCURRENCY, prefetch: int = PREFETCH
    ) -> None:
        self._services = services
        self._folder = folder
        self._concurrency = concurrency
        self._prefetch = prefetch
        self._env: dict[str, str] = {}
        self._keys: list[str] = []
        self._workers: list[Child] = []
        self._web: WebServer | None = None
        self._migrated = False

    def prepare(self, targets: Sequence[str]) -> None:
        self._env = {
            "DJANGO_SETTINGS_MODULE": "tests.load.plain.settings",
            "DATABASE_URL": self._services.postgres.url(database=DATABASE),
            "REDIS_URL": self._services.fresh_broker("plain"),
            "PREFETCH": str(self._prefetch),
            "PYTHONPATH": str(ROOT),
        }
        if not self._migrated:
            template = {"DATABASE_URL": self._services.fresh_database(TEMPLATE)}
            self._run("-m", "django", "migrate", "--run-syncdb", "--verbosity=0", env=template)
            self._migrated = True
        self._services.fresh_database(DATABASE, template=TEMPLATE)
        self._keys = json.loads(self._seed({"do": "stores", "targets": [*targets], "secret": SECRET}))

    def start(self, *, workers: int = 1, web: bool = True) -> None:
        for number in range(workers):
            log = self._folder / f"plain-worker-{number}.log"
            log.unlink(missing_ok=True)
            command = python("-m", "celery", "-A", "tests.load.plain.celery", "worker", "--loglevel=WARNING")
            command += [f"--concurrency={self._concurrency}", f"--hostname=plain{number}@localhost"]
            command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
            child = Child(command, log=log, env=self._env)
            self._workers.append(child)
        if web:
            self._web = WebServer("tests.load.plain.wsgi:application", self._folder / "plain-web.log", self._env)
        for child in self._workers:
            child.require(partial(_is_ready, child.log), seconds=30, what="the plain worker")

    def stop(self) -> None:
        for child in self._workers:
            child.thaw()
            child.end()
        self._workers = []
        if self._web is not None:
            self._web.end()
            self._web = None

    def pids(self) -> list[int]:
        return [*self.worker_pids(), *([self._web.pid] if self._web else [])]

    def worker_pids(self) -> list[int]:
        return [child.pid for child in self._workers]

    def backlog(self, count: int) -> None:
        for child in self._workers:
            child.freeze()
        self._seed({"do": "backlog", "payload": order_event(0), "count": count})

    def release(self) -> None:
        for child in self._workers:
            child.thaw()

    def delivered(self) -> int:
        with psycopg.connect(self._env["DATABASE_URL"]) as connection:
            row = connection.execute("SELECT count(*) FROM plain_delivery WHERE state = 'delivered'").fetchone()
        return int(row[0]) if row else 0

    def order_call(self, number: int) -> Call:
        return self._call("orders", number, self._keys[number % len(self._keys)])

    def batch_call(self, number: int, size: int) -> Call | None:
        return None

    def bare_call(self, number: int) -> Call | None:
        """A call of the view that inserts one row, with the same body."""
        return self._call("bare", number, self._keys[0])

    def _call(self, path: str, number: int, key: str) -> Call:
        if self._web is None:
            raise RuntimeError("the web server was not started")
        return Call(self._web.url(path), (f"Authorization: Bearer {key}",), order_body(number), number)

    def _run(self, *arguments: str, stdin: str = "", env: Mapping[str, str] | None = None) -> str:
        answer = subprocess.run(
            python(*arguments),
            input=stdin,
            env={**os.environ, **self._env, **(env or {})},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode:
            raise RuntimeError(f"{' '.join(arguments)} failed:\n{answer.stderr}")
        return answer.stdout

    def _seed(self, wanted: dict[str, object]) -> str:
        return self._run("-m", "tests.load.plain.seed", stdin=json.dumps(wanted))
