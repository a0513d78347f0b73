"""How long the server takes for a page: in a process of its own, on the run's servers, with the web role's rights."""

import importlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from tests.load.processes import ROOT, python
from tests.load.scenarios import IncompleteError
from tests.load.services import Services

REPEATS = 9


def measured_in(module: str, database: str, services: Services, *arguments: str, seconds: float) -> str:
    """What `python -m module measure` prints, after `... seed` has filled a fresh database as its owner."""
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "backoffice.settings",
        "ENVIRONMENT": "test",
        "DATABASE_URL": services.fresh_database(database),
        "REDIS_URL": services.fresh_broker(database),
        "LOG_LEVEL": "WARNING",
        "PYTHONPATH": str(ROOT),
    }
    _run(env, "manage.py", "migrate", "--verbosity=0", seconds=seconds)
    _run(env, "-m", module, "seed", *arguments, seconds=seconds)
    return _run(env, "-m", module, "measure", seconds=seconds)


def _run(env: dict[str, str], *arguments: str, seconds: float) -> str:
    done = subprocess.run(
        python(*arguments), env=env, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False
    )
    if done.returncode:
        raise IncompleteError(f"{' '.join(arguments)} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def analyze() -> None:
    """What autovacuum does within a minute of such changes; tables of a few rows it leaves alone, which an installation with customers has none of."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def seconds_of(do: Callable[[], object]) -> float:
    start = time.perf_counter()
    do()
    return time.perf_counter() - start


def median_ms(client: Any, url: str) -> float:
    """Milliseconds of server time, after one that nobody counts."""
    client.get(url)
    return statistics.median(seconds_of(lambda: client.get(url)) for _ in range(REPEATS)) * 1000


def run_part(seed: Callable[..., None], measure: Callable[[], dict[str, float]]) -> None:
    """What `measured_in` asks for by the command line: `seed` with its numbers, or `measure`, whose figures are printed as JSON.

    Everything is loaded and set as in a process of the web server, and pages are asked for by its role; what `measure` itself looks up, it
    looks up as the owner.
    """
    importlib.import_module("backoffice.wsgi")
    from django.test.client import ClientHandler
    from django.test.utils import setup_test_environment

    from tests.web_role import served

    part, *numbers = sys.argv[1:]
    if part == "seed":
        seed(*(int(number) for number in numbers))
        analyze()
    else:
        setup_test_environment()  # responses keep their context
        setattr(ClientHandler, "get_response", served(ClientHandler.get_response))  # noqa: B010  # for the whole process
        sys.stdout.write(json.dumps(measure()))
