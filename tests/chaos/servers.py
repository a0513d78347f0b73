"""Servers, receivers and the hand that the fault tests share; each test gets a database of its own."""

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import redis
from psycopg import sql

from backoffice.demo import processes
from backoffice.demo.servers import DATABASE, OWNER, SUPERUSER, UNSAFE_AND_FAST, PostgresServer, ValkeyServer
from tests.chaos.hostile import HostileReceiver
from tests.load.processes import ROOT, python
from tests.load.services import Receiver

SWEEP_SECONDS = 0.5


class Servers:
    """PostgreSQL with a migrated database to copy, Valkey, two receivers and the hand; ended by `close`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.postgres = PostgresServer(folder / "postgres", settings=UNSAFE_AND_FAST)
        self.valkey = ValkeyServer(folder / "valkey")
        self.receiver = Receiver()
        self.hostile = HostileReceiver()
        self.start()
        self.hand = Hand(folder / "hand.log", self.environment(DATABASE))
        self._databases = 0

    def migrate(self) -> None:
        """Make the database that each test gets a copy of."""
        self.hand.do("migrate")
        self.postgres.grant_logins()

    def start(self) -> None:
        """Have both servers run, whatever the last test did to them."""
        self.postgres.start()
        self.valkey.start()

    def environment(self, database: str, role: str = OWNER) -> dict[str, str]:
        """The settings of a process that works in this database."""
        return {
            "DJANGO_SETTINGS_MODULE": "backoffice.settings",
            "ENVIRONMENT": "development",
            "OUTBOUND_OPEN_NETWORKS": "127.0.0.0/8",
            "DATABASE_URL": self.postgres.url(role, database),
            "REDIS_URL": self.valkey.url(),
            "DELIVERY_SWEEP_SECONDS": str(SWEEP_SECONDS),
            "PYTHONPATH": str(ROOT),
        }

    def fresh_database(self) -> str:
        """The name of a new database, migrated and empty; the broker is emptied as well."""
        self._databases += 1
        name = f"chaos_{self._databases}"
        with psycopg.connect(self.postgres.url(SUPERUSER, "postgres"), autocommit=True) as superuser:
            superuser.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(DATABASE)
                )
            )
        self.flush()
        self.hand.do("use", database=name)
        return name

    def drop(self, database: str) -> None:
        with psycopg.connect(self.postgres.url(SUPERUSER, "postgres"), autocommit=True) as superuser:
            superuser.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))

    def flush(self) -> None:
        """Empty Redis of everything, as a restart does."""
        with redis.Redis.from_url(self.valkey.url()) as client:
            client.flushall()

    def close(self) -> None:
        self.hand.close()
        self.receiver.close()
        self.hostile.close()
        self.valkey.stop()
        self.postgres.stop()
        self.valkey.remove()
        self.postgres.remove()


class Hand:
    """The process of `tests.chaos.hand`, asked one thing at a time."""

    def __init__(self, log: Path, environment: dict[str, str]) -> None:
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                python("-m", "tests.chaos.hand"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, **environment},
                cwd=ROOT,
                text=True,
                process_group=0,
                preexec_fn=processes._signal_when_parent_dies(signal.SIGTERM),  # noqa: PLW1509 - one system call
            )

    def do(self, what: str, **wanted: object) -> Any:
        """Have it done and wait for the answer. Raises RuntimeError with the hand's traceback."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": what, **wanted}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"The hand has ended with {self._process.wait()}.")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["answer"]

    def close(self) -> None:
        """Its forks, if any are left, end with it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()
