"""The worker dies: nothing is lost, and what comes twice carries the same webhook-id."""

import pytest

from tests.chaos.reconcile import most_duplicates
from tests.chaos.system import MOST_IN_FLIGHT, ROUNDS, System

pytestmark = pytest.mark.faults

KILLS = 3 * ROUNDS


def test_killed_again_and_again_in_the_middle_of_a_drain(system: System) -> None:
    system.seed("slow/20/0", "slow/20/1")
    system.start_sweeper()
    system.post(300 * KILLS)
    for number in range(KILLS):
        drain = system.start_drain()
        system.wait(lambda: system.count() > 200 * (number + 1))  # noqa: B023
        drain.kill()
    system.start_drain()

    books = system.settle(kills=KILLS, lanes=2)
    assert books.deliveries == 600 * KILLS


def test_killed_after_a_2xx_and_before_the_write(system: System) -> None:
    """The bound holds, and is needed: what was answered and not written back arrives twice, under the same id."""
    system.seed("ok/0")
    system.post(150)
    drain = system.start_drain()
    system.wait(lambda: system.count() >= 20, every=0.001)
    drain.kill()
    unwritten = system.count() - system.states()["delivered"]
    assert unwritten > 0, "it was not killed between the answer and the write"

    system.start_sweeper()
    system.start_drain()
    books = system.settle(kills=1)
    assert 0 < books.duplicates <= most_duplicates(kills=1, under_way=MOST_IN_FLIGHT)


def test_a_worker_that_is_asked_to_end_leaves_no_duplicate(system: System) -> None:
    system.seed("slow/50/0")
    system.post(200)
    drain = system.start_drain()
    system.wait(lambda: system.count() > 50)
    assert drain.stop() == 0, system.tail()
    system.start_drain()
    books = system.settle()
    assert books.duplicates == 0


def test_a_celery_worker_killed_in_the_middle_of_a_drain(system: System) -> None:
    system.seed("slow/20/0")
    system.start_sweeper()
    system.start_celery()
    system.post(400)
    system.wait(lambda: system.count() > 100)

    system.kill_celery()

    books = system.settle(kills=1)
    assert books.deliveries == 400
