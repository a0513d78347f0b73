"""The worker dies: nothing is lost, and what comes twice carries the same webhook-id."""

import pytest

from tests.chaos.system import System, wait_until
from webhooks.delivery.writer import MOST_RESULTS

pytestmark = pytest.mark.faults


def test_orders_posted_while_there_is_no_worker_arrive_when_it_starts(system: System) -> None:
    system.seed("ok/0")
    system.start_worker()
    first = system.post(20)
    system.await_arrivals(list(first), seconds=20)

    system.kill_worker()
    posted = system.post(500)
    system.start_worker()
    system.start_sweeper()

    arrived = system.await_arrivals(list(posted), seconds=40)
    assert wait_until(lambda: system.states() == {"delivered": 520}, seconds=20), system.states()
    assert sum(arrived.values()) == 500


def test_killed_in_the_middle_of_a_drain(system: System) -> None:
    system.seed("slow/20/0", "slow/20/1")
    system.start_worker()
    system.start_sweeper()
    posted = system.post(500)
    assert wait_until(lambda: system.receiver.count() > 150, seconds=20)

    system.kill_worker()
    system.start_worker()

    arrived = system.await_arrivals(list(posted), each=2, seconds=60)
    assert wait_until(lambda: system.states() == {"delivered": 1000}, seconds=20), system.states()
    under_way = 2 * 10
    assert sum(arrived.values()) - 1000 <= MOST_RESULTS + under_way
