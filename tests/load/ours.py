"""Our product as a system to be measured: its own processes and public API, seen from outside."""

import json
import os
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import psycopg

from tests.load.client import Call, Poster
from tests.load.orders import order_body, order_event
from tests.load.processes import ROOT, Child, python
from tests.load.services import Services
from tests.load.system import SECRET
from tests.load.web import WebServer

DATABASE = "ours"
TEMPLATE = "ours_template"
# One process delivers over many connections at once, so more of them would only share the same cores.
CONCURRENCY = 1
WEB_LOGIN = "web_login"
WORKER_LOGIN = "worker_login"


def _is_ready(log: Path) -> bool:
    return " ready." in log.read_text()


class OurSystem:
    """Gunicorn with `backoffice.wsgi`, `celery -A backoffice worker`, and `manage.py sweeper`, each with its own login."""

    name = "ours"

    def __init__(self, services: Services, folder: Path) -> None:
        self._services = services
        self._folder = folder
        self._env: dict[str, str] = {}
        self._keys: list[str] = []
        self._workers: list[Child] = []
        self._sweeper: Child | None = None
        self._web: WebServer | None = None
        self._has_batch: bool | None = None
        self._migrated = False

    def prepare(self, targets: Sequence[str]) -> None:
        self._env = {
            "DJANGO_SETTINGS_MODULE": "backoffice.settings",
            "ENVIRONMENT": "development",
            "DATABASE_URL": self._services.postgres.url(database=DATABASE),
            "REDIS_URL": self._services.fresh_broker(DATABASE),
            "OUTBOUND_OPEN_NETWORKS": "127.0.0.0/8",
            "LOG_LEVEL": "WARNING",
            "API_REQUESTS_PER_MINUTE": "100000000",
            "PYTHONPATH": str(ROOT),
        }
        if not self._migrated:
            template = {"DATABASE_URL": self._services.fresh_database(TEMPLATE)}
            self._run("manage.py", "migrate", "--verbosity=0", env=template)
            self._services.postgres.grant_logins()
            self._migrated = True
        self._services.fresh_database(DATABASE, template=TEMPLATE)
        self._keys = json.loads(self._seed({"do": "stores", "targets": [*targets], "secret": SECRET}))

    def start(self, *, workers: int = 1, web: bool = True) -> None:
        worker_env = self._as(WORKER_LOGIN)
        for number in range(workers):
            command = python("-m", "celery", "-A", "backoffice", "worker", "--loglevel=INFO")
            command += [f"--concurrency={CONCURRENCY}", f"--hostname=ours{number}@localhost"]
            command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
            self._workers.append(Child(command, log=self._log(f"worker-{number}"), env=worker_env))
        if workers:
            self._sweeper = Child(python("manage.py", "sweeper"), log=self._log("sweeper"), env=worker_env)
        if web:
            self._web = WebServer("backoffice.wsgi:application", self._log("web"), self._as(WEB_LOGIN))
        for child in self._workers:
            child.require(partial(_is_ready, child.log), seconds=40, what="our worker")

    def stop(self) -> None:
        for child in self._still():
            child.thaw()
            child.end()
        self._workers, self._sweeper = [], None
        if self._web is not None:
            self._web.end()
            self._web = None

    def pids(self) -> list[int]:
        return [child.pid for child in self._still()] + ([self._web.pid] if self._web else [])

    def worker_pids(self) -> list[int]:
        return [child.pid for child in self._workers]

    def backlog(self, count: int) -> None:
        for child in self._still():
            child.freeze()
        self._seed({"do": "backlog", "payload": order_event(0), "count": count})

    def release(self) -> None:
        for child in self._still():
            child.thaw()

    def delivered(self) -> int:
        with psycopg.connect(self._env["DATABASE_URL"]) as connection:
            row = connection.execute("SELECT count(*) FROM webhooks_delivery WHERE state = 'delivered'").fetchone()
        return int(row[0]) if row else 0

    def order_call(self, number: int) -> Call:
        key = self._keys[number % len(self._keys)]
        return self._call("orders", key, order_body(number), number, idempotency_key=uuid.uuid4().hex)

    def batch_call(self, number: int, size: int) -> Call | None:
        if not self._answers_batches():
            return None
        items = b",".join(
            order_body(number + index)[:-1] + b',"idempotency_key":"%s"}' % uuid.uuid4().hex.encode()
            for index in range(size)
        )
        body = b'{"events":[' + items + b"]}"
        return self._call("orders/batch", self._keys[number // size % len(self._keys)], body, number)

    def bare_call(self, number: int) -> Call | None:
        return None

    def _answers_batches(self) -> bool:
        """Whether the route exists: an empty batch may be refused, but not with 404 or 405."""
        if self._has_batch is None:
            poster = Poster(1)
            [answer] = poster.flood(iter([self._call("orders/batch", self._keys[0], b'{"events": []}', 0)]))
            poster.close()
            self._has_batch = answer.status not in {404, 405}
        return self._has_batch

    def _call(self, path: str, key: str, body: bytes, number: int, *, idempotency_key: str = "") -> Call:
        if self._web is None:
            raise RuntimeError("the web server was not started")
        headers = [f"Authorization: Bearer {key}"]
        if idempotency_key:
            headers.append(f"Idempotency-Key: {idempotency_key}")
        return Call(self._web.url(f"api/v1/{path}"), tuple(headers), body, number)

    def _still(self) -> list[Child]:
        return [*self._workers, *([self._sweeper] if self._sweeper else [])]

    def _as(self, login: str) -> dict[str, str]:
        """The environment of a process that logs in as production's does, and owns nothing."""
        return self._env | {"DATABASE_URL": self._services.postgres.url(login, DATABASE)}

    def _log(self, name: str) -> Path:
        path = self._folder / f"ours-{name}.log"
        path.unlink(missing_ok=True)
        return path

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
        return self._run("-m", "tests.load.ours_seed", stdin=json.dumps(wanted))
