"""A pytest plugin that gives the session real services before Django reads its settings; named in `addopts`.

Unless DATABASE_URL and REDIS_URL are both set, an embedded PostgreSQL and Valkey run under `var/test/` for this session
alone: sessions may run beside each other, and one that was killed leaves nothing that the next does not clear away.
Where several processes share a session's tests, they share its servers too, each with a database and a Redis database of its own.
"""

import fcntl
import os
import random
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import pytest

from backoffice.demo.servers import UNSAFE_AND_FAST, PostgresServer, ValkeyServer

ROOT = Path(__file__).resolve().parent.parent
SESSIONS = ROOT / "var" / "test"


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    os.environ["ENVIRONMENT"] = "test"
    os.environ["PUBLIC_URL"] = "http://localhost:8000"
    os.environ["OUTBOUND_OPEN_NETWORKS"] = ""
    # Playwright keeps an event loop running in this thread, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    # Chosen here, once for all processes of the session: they must agree on the order.
    os.environ.setdefault("TEST_ORDER_SEED", str(random.SystemRandom().randrange(10**6)))
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        os.environ["REDIS_URL"] = _own_redis_database(os.environ["REDIS_URL"], int(worker.removeprefix("gw")))
    elif not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
        _start_services(early_config)
    return (yield)


def _start_services(config: pytest.Config) -> None:
    SESSIONS.mkdir(parents=True, exist_ok=True)
    _clear_abandoned_sessions()
    folder = SESSIONS / str(os.getpid())
    folder.mkdir()
    lock = _lock(folder)
    postgres = PostgresServer(folder / "postgres", settings=UNSAFE_AND_FAST | {"max_connections": "200"})
    valkey = ValkeyServer(folder / "valkey")

    def stop() -> None:
        valkey.stop()
        postgres.stop()
        valkey.remove()
        postgres.remove()
        shutil.rmtree(folder, ignore_errors=True)
        if lock:
            lock.close()

    config.add_cleanup(stop)
    postgres.start()
    valkey.start()
    os.environ["DATABASE_URL"] = postgres.url()
    os.environ["REDIS_URL"] = valkey.url()


def _own_redis_database(url: str, number: int) -> str:
    """The URL with a database `number` places on; pytest-django does the like for PostgreSQL."""
    parts = urlsplit(url)
    return parts._replace(path=f"/{int(parts.path.strip('/') or 0) + number}").geturl()


def _lock(folder: Path) -> IO[str] | None:
    """The folder's lock, held until it is closed or this process ends; None while another session holds it."""
    file = (folder / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def _clear_abandoned_sessions() -> None:
    """Only folders that a session made: named by a process, and with its lock in it."""
    for folder in SESSIONS.iterdir():
        if folder.name.isdecimal() and (folder / "lock").is_file() and (lock := _lock(folder)):
            PostgresServer(folder / "postgres").remove()
            shutil.rmtree(folder, ignore_errors=True)
            lock.close()
