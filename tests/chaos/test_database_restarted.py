"""PostgreSQL restarts in the middle of a drain: results are kept, nothing is lost, and everything goes on by itself."""

import pytest

from tests.chaos.system import System, wait_until

pytestmark = pytest.mark.faults


def test_restarted_in_the_middle_of_a_drain(system: System) -> None:
    system.seed("slow/20/0")
    system.start_worker()
    system.start_sweeper()
    posted = system.post(400)
    assert wait_until(lambda: system.receiver.count() > 100, seconds=20)

    system.postgres.restart()

    arrived = system.await_arrivals(list(posted), seconds=60)
    assert wait_until(lambda: system.states() == {"delivered": 400}, seconds=20), system.states()
    assert sum(arrived.values()) - 400 <= 220
    later = system.post(10)
    system.await_arrivals(list(later), seconds=20)
