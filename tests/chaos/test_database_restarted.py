"""PostgreSQL goes away in the middle of a drain: sending stops, results are kept, and everything goes on by itself."""

import time

import pytest

from tests.chaos.system import MOST_IN_FLIGHT, ROUNDS, System
from webhooks.delivery.writer import MOST_RESULTS

pytestmark = pytest.mark.faults


def test_restarted_again_and_again_in_the_middle_of_a_drain(system: System) -> None:
    """The worker lives and its lease outlasts the restart, so what it had sent is written once and nothing comes twice."""
    system.seed("slow/20/0")
    drain = system.start_drain()
    system.post(300 * ROUNDS)
    for number in range(ROUNDS):
        system.wait(lambda: system.count() > 300 * number + 50)  # noqa: B023
        system.postgres.restart()

    assert system.settle().duplicates == 0
    system.post(10)
    assert system.settle().deliveries == 300 * ROUNDS + 10
    assert drain.alive


def test_sending_stops_while_it_is_away(system: System) -> None:
    """What has been read may go out as far as one flush; nothing more until results can be written."""
    system.seed("slow/10/0")
    system.start_drain()
    system.post(600)
    system.wait(lambda: system.count() > 50)

    before = system.count()
    system.postgres.stop()
    time.sleep(1.5)
    stopped_at = system.count()
    time.sleep(0.5)
    assert system.count() == stopped_at, "it goes on sending what it cannot write back"
    assert stopped_at - before <= 2 * MOST_RESULTS + MOST_IN_FLIGHT
    system.postgres.start()

    assert system.settle().deliveries == 600


def test_killed_in_the_middle_of_a_drain(system: System) -> None:
    """After a crash a lease, whose commit is not waited for, may be gone: that costs no more than a dead worker does."""
    system.seed("slow/20/0")
    system.start_drain()
    system.start_sweeper()
    system.post(400)
    system.wait(lambda: system.count() > 100)

    system.postgres.kill()
    system.postgres.start()

    assert system.settle(kills=1).deliveries == 400
