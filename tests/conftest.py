"""The test session: browsers, random order of tests and of unordered rows, strict templates, a fresh cache; the services come from `tests.services`."""

import os
import random
import sys
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from tests import browsers
from tests.random_order import unordered_querysets_shuffled
from tests.undefined_variables import Undefined
from tests.web_role import _served_by_the_web_role  # noqa: F401  a fixture for every test

NOT_RUN = pytest.StashKey[int]()
SEED = int(os.environ["TEST_ORDER_SEED"])


# How long an example takes says something about the machine, not about the code.
hypothesis.settings.register_profile("session", deadline=None)
hypothesis.settings.load_profile("session")


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    options: Any = settings.TEMPLATES[0]["OPTIONS"]
    options["string_if_invalid"] = Undefined("undefined")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

    from django.db.models.signals import post_migrate

    post_migrate.connect(_sell_what_migrations_sell, dispatch_uid="sold in tests")


def _sell_what_migrations_sell(sender: Any, **_said: object) -> None:
    """A test that truncates tables ends with this signal too; whatever runs after it in its process finds the prices again."""
    if sender.label == "licensing":
        from tests.factories.licensing import hub_on_sale

        hub_on_sale()


def pytest_report_header() -> str:
    return f"test order: seed {SEED} (repeat it with TEST_ORDER_SEED={SEED})"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Shuffles modules, and tests within each; pytest-django then moves tests that truncate tables to the end."""
    _shuffle(items)
    _leave_out_browser_tests(config, items)


def _shuffle(items: list[pytest.Item]) -> None:
    chance = random.Random(SEED)
    modules: dict[str, list[pytest.Item]] = {}
    for item in items:
        modules.setdefault(item.location[0], []).append(item)
    names = sorted(modules)
    chance.shuffle(names)
    for name in names:
        chance.shuffle(modules[name])
    items[:] = [item for name in names for item in modules[name]]


def _leave_out_browser_tests(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = [item for item in items if item.get_closest_marker("browser")]
    if not wanted or "not browser" in config.option.markexpr or browsers.find():
        return
    if browsers.required():
        raise pytest.UsageError(f"{len(wanted)} tests need a browser and there is none: {browsers.HOW_TO_GET_ONE}.")
    config.stash[NOT_RUN] = len(wanted)
    items[:] = [item for item in items if item not in wanted]
    config.hook.pytest_deselected(items=wanted)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """One of several processes tells the one that reports what it left out."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["browser_tests_not_run"] = session.config.stash.get(NOT_RUN, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    if count := getattr(node, "workeroutput", {}).get("browser_tests_not_run"):
        node.config.stash[NOT_RUN] = count


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    count = config.stash.get(NOT_RUN, 0)
    if count:
        terminalreporter.section("not run", yellow=True)
        terminalreporter.line(f"{count} browser tests were not run: no Chromium was found on this machine.")
        terminalreporter.line(f"To run them: {browsers.HOW_TO_GET_ONE}.")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A process that some test has ended may take its time on a busy machine, and a database that is in use cannot be dropped."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": browsers.find(), "args": browsers.ARGUMENTS}


@pytest.fixture(autouse=True)
def _any_order(request: pytest.FixtureRequest) -> Iterator[None]:
    """The same order for a test whenever the session's seed is."""
    with unordered_querysets_shuffled(random.Random(f"{SEED} {request.node.nodeid}")):
        yield


@pytest.fixture(autouse=True)
def _calls_forgotten() -> Iterator[None]:
    """What a test counted and did not write is not written after it, nor when the process ends: its rows are gone by then."""
    yield
    counting = sys.modules.get("integrations.api_key_use")
    if counting is not None:
        counting.calls.forget()


@pytest.fixture(autouse=True)
def _fresh_cache(request: pytest.FixtureRequest) -> None:
    """Rate limits and other counts of one test must not reach the next. The Redis database belongs to the tests."""
    uses_database = request.node.get_closest_marker("django_db") is not None
    if uses_database or {"db", "transactional_db", "live_server"} & set(request.fixturenames):
        from django.core.cache import cache

        cache.clear()
