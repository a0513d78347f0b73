"""PostgreSQL, Valkey and the receiver for one run, with commits that really reach the disk."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
import redis
from psycopg import sql

from backoffice.demo.servers import OWNER, SUPERUSER, PostgresServer, ValkeyServer
from tests.load.client import Call
from tests.load.processes import ROOT, Child, python
from tests.load.receiver import Log

# Both sides get the same server: safe commits, and room enough that checkpoints do not fall into a measurement.
SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "max_connections": "200",
}
MEMORY = Path("/dev/shm")


class Services:
    """The servers that both systems use, each with a database and a broker database of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.postgres = PostgresServer(folder / "postgres", settings=SETTINGS)
        self.valkey = ValkeyServer(folder / "valkey")
        self._brokers: dict[str, int] = {}

    def __enter__(self) -> Self:
        self.postgres.start()
        self.valkey.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.valkey.stop()
        self.postgres.stop()
        self.valkey.remove()
        self.postgres.remove()

    def fresh_database(self, name: str, *, template: str = "template1") -> str:
        """The address of a new database of this name, a copy of the template; an older one is dropped."""
        with psycopg.connect(self.postgres.url(SUPERUSER, "postgres"), autocommit=True) as superuser:
            superuser.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            superuser.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template)
                )
            )
        return self.postgres.url(OWNER, name)

    def fresh_broker(self, name: str) -> str:
        """The address of this system's own number in the broker, emptied."""
        url = self.valkey.url(self._brokers.setdefault(name, len(self._brokers) + 1))
        with redis.Redis.from_url(url) as client:
            client.flushdb()
        return url

    def pids(self) -> list[int]:
        """The roots of the servers' process trees; what they use counts for the system that is being measured."""
        return [server.process.pid for server in (self.postgres, self.valkey) if server.process is not None]


class Receiver:
    """The receiver as a process of its own; its arrivals are read from shared memory and cost it nothing."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        folder = Path(self._folder.name)
        self._child = Child(
            python("-m", "tests.load.receiver", str(folder)), log=folder / "log", env={"PYTHONPATH": str(ROOT)}
        )
        self._child.require((folder / "port").is_file, seconds=10, what="the receiver")
        self.port = int((folder / "port").read_text())
        self._log = Log(folder / "arrivals")
        self._samples = folder / "samples"
        self.pid = self._child.pid

    def url(self, path: str) -> str:
        """The address of a behaviour, such as `ok/3`."""
        return f"http://127.0.0.1:{self.port}/{path}"

    def urls(self, count: int, *, hanging: Sequence[int] = (), hang_seconds: int = 10) -> list[str]:
        """Addresses for `count` endpoints, those in `hanging` answering only after `hang_seconds`."""
        return [self.url(f"hang/{hang_seconds}/{n}" if n in hanging else f"ok/{n}") for n in range(count)]

    def call(self, path: str, number: int) -> Call:
        """A webhook as small as can be, to try the receiver itself."""
        return Call(self.url(path), (f"webhook-id: id-{number}",), b"{}", number)

    def count(self) -> int:
        """How many calls have arrived since the receiver was started."""
        return self._log.read_count()

    def arrivals(self, start: int = 0) -> dict[str, float]:
        """When each webhook-id arrived first, for the calls from number `start` on."""
        first: dict[str, float] = {}
        for arrival in self._log.read(start):
            first.setdefault(arrival.webhook_id, arrival.at)
        return first

    def samples(self) -> list[tuple[dict[str, str], bytes]]:
        """Headers (names in lower case) and body of the first calls, as they came over the socket."""
        found = []
        for path in sorted(self._samples.iterdir()):
            head, _, body = path.read_bytes().partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")[1:]
            found.append(({name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}, body))
        return found

    def wait_for(self, count: int, *, seconds: float) -> bool:
        """Whether `count` calls have arrived within the time."""
        deadline = time.monotonic() + seconds
        while self.count() < count:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True

    def close(self) -> None:
        """Ends the process and forgets its arrivals."""
        self._child.end()
        self._folder.cleanup()
