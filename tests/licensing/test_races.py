"""Threads and processes race for the last seat and for fewer licenses on a real server: one wins, none is shown a deadlock.

Each race has 40 rounds; RACE_ROUNDS=200 asks for more than that.
"""

import os
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from backoffice.accounts.models import User
from backoffice.tenancy.models import Store
from licensing.actions import StoresStillAssigned, set_quantity
from licensing.assignments import NotEnoughLicenses, assign, save_assignments, unassign
from licensing.drafts import Conflict, Saved, save, stage_each
from licensing.models import Assignment, License
from tests.factories.accounts import UserFactory
from tests.factories.licensing import LicenseFactory
from tests.factories.tenancy import StoreFactory
from tests.licensing.racer import LINE

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 20
PROCESSES = 4
ROUNDS = int(os.environ.get("RACE_ROUNDS", "40"))


@pytest.fixture
def license() -> License:
    made: License = LicenseFactory.create(quantity=1)
    return made


@pytest.fixture
def stores(license: License) -> list[Store]:
    return [StoreFactory.create(organization=license.organization) for _ in range(THREADS)]


def count(license: License) -> int:
    """Rows and the database's own count, which must agree."""
    license.refresh_from_db()
    rows = Assignment.objects.filter(license=license).count()
    assert rows == license.assigned
    return rows


def race(pool: ThreadPoolExecutor, runners: list[Callable[[], str]]) -> Counter[str]:
    """Let all runners go at once; what each came to, a raised exception by its name."""
    start = threading.Barrier(len(runners))

    def run(runner: Callable[[], str]) -> str:
        start.wait()
        try:
            return runner()
        except Exception as error:  # noqa: BLE001 - whatever it is, a user would have been shown it
            return f"{type(error).__name__}: {error}"

    return Counter(pool.map(run, runners))


@pytest.fixture
def pool() -> object:
    with ThreadPoolExecutor(THREADS, initializer=lambda: None) as made:
        yield made
        done = threading.Barrier(THREADS)

        def close() -> None:
            done.wait()
            connections.close_all()

        list(made.map(lambda _number: close(), range(THREADS)))


def taker(license: License, store: Store) -> Callable[[], str]:
    def take() -> str:
        try:
            assign(license=license, stores=[store], by=None)
        except NotEnoughLicenses:
            return "refused"
        return "won"

    return take


def test_twenty_threads_and_the_last_seat(license: License, stores: list[Store], pool: ThreadPoolExecutor) -> None:
    for _ in range(ROUNDS):
        outcomes = race(pool, [taker(license, store) for store in stores])
        assert outcomes == {"won": 1, "refused": THREADS - 1}
        assert count(license) == 1
        unassign(license=license, stores=stores, by=None)


def test_the_last_seat_against_fewer_licenses(license: License, stores: list[Store], pool: ThreadPoolExecutor) -> None:
    """Either the seat goes, and lowering is refused; or the quantity falls, and nobody gets a seat."""

    def lower() -> str:
        try:
            set_quantity(organization=license.organization, quantity=0, by=None)
        except StoresStillAssigned:
            return "kept"
        return "lowered"

    for _ in range(ROUNDS):
        runners = [lower, *(taker(license, store) for store in stores[1:])]
        random.shuffle(runners)
        outcomes = race(pool, runners)
        if outcomes["lowered"]:
            assert outcomes == {"lowered": 1, "refused": THREADS - 1}
            assert count(license) == 0
        else:
            assert outcomes == {"kept": 1, "won": 1, "refused": THREADS - 2}
            assert count(license) == 1
        unassign(license=license, stores=stores, by=None)
        set_quantity(organization=license.organization, quantity=1, by=None)


def test_admins_who_save_drafts_that_cross_each_other(
    license: License, stores: list[Store], pool: ThreadPoolExecutor
) -> None:
    """Each moves other stores on and off, in other orders: what fits is saved, the others are told, and no seat is too many."""
    License.objects.filter(pk=license.pk).update(quantity=5)
    people: list[User] = [UserFactory.create() for _ in range(THREADS)]
    chance = random.Random(7)

    def saver(person: User) -> Callable[[], str]:
        def run() -> str:
            outcome = save(organization=license.organization, by=person)
            assert isinstance(outcome, Saved | Conflict)
            return type(outcome).__name__

        return run

    for _ in range(max(1, ROUNDS // 10)):
        for person in people:
            moves = [(license, store.pk, chance.random() < 0.5) for store in chance.sample(stores, 6)]
            stage_each(organization=license.organization, moves=moves, by=person)
        outcomes = race(pool, [saver(person) for person in people])
        assert set(outcomes) <= {"Saved", "Conflict"}
        assert count(license) <= 5


def test_stores_named_in_opposite_orders_are_no_deadlock(
    license: License, stores: list[Store], pool: ThreadPoolExecutor
) -> None:
    License.objects.filter(pk=license.pk).update(quantity=THREADS)

    def mover(number: int) -> Callable[[], str]:
        order = stores if number % 2 else stores[::-1]

        def run() -> str:
            save_assignments(license=license, on=order[:10], off=order[10:], by=None)
            return "saved"

        return run

    for _ in range(max(1, ROUNDS // 10)):
        assert race(pool, [mover(number) for number in range(THREADS)]) == {"saved": THREADS}
        assert count(license) == 10


def test_four_processes_and_the_last_seat(license: License, stores: list[Store]) -> None:
    """Each process tries all rounds; a round's seat is freed when all four have answered."""
    command = [sys.executable, "-m", "tests.licensing.racer"]
    environment = {**os.environ, "DATABASE_URL": _address()}
    racers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(PROCESSES)
    ]
    try:
        for _ in range(ROUNDS):
            for racer, store in zip(racers, random.sample(stores, PROCESSES), strict=True):
                assert racer.stdin
                racer.stdin.write(LINE.format(license=license.pk, store=store.pk))
                racer.stdin.flush()
            answers = Counter(racer.stdout.readline().strip() for racer in racers if racer.stdout)
            assert answers == {"won": 1, "refused": PROCESSES - 1}
            assert count(license) == 1
            unassign(license=license, stores=stores, by=None)
    finally:
        for racer in racers:
            racer.communicate(timeout=30)
    assert [racer.returncode for racer in racers] == [0] * PROCESSES


def _address() -> str:
    """The test database, for processes that do not know pytest's name of it."""
    settings = connection.settings_dict
    password = f":{settings['PASSWORD']}" if settings["PASSWORD"] else ""
    return f"postgres://{settings['USER']}{password}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
