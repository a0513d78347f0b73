"""Redis is stopped or emptied: orders are stored without delay, and arrive."""

import time

import pytest

from tests.chaos.system import SWEEP_SECONDS, System, wait_until

pytestmark = pytest.mark.faults


def test_orders_posted_without_a_broker_or_a_worker_arrive_by_the_sweeper(system: System) -> None:
    system.seed("ok/0")
    system.start_sweeper()
    system.valkey.kill()

    posted = system.post(100)

    system.await_arrivals(list(posted), seconds=10 + 3 * SWEEP_SECONDS)
    assert wait_until(lambda: system.states() == {"delivered": 100}, seconds=10), system.states()


def test_orders_posted_while_the_broker_is_down_arrive_beside_a_running_worker(system: System) -> None:
    system.seed("ok/0")
    system.start_worker()
    system.start_sweeper()
    system.valkey.kill()

    posted = system.post(100)

    system.await_arrivals(list(posted), seconds=20)
    system.valkey.start()
    later = system.post(10)
    system.await_arrivals(list(later), seconds=20)


def test_storing_does_not_wait_for_a_broker_that_is_silent(system: System) -> None:
    system.seed("ok/0")
    assert system.valkey.process is not None
    system.valkey.process.send_signal(19)
    started = time.monotonic()

    posted = system.post(50)

    took = time.monotonic() - started
    system.valkey.process.send_signal(18)
    assert len(posted) == 50
    assert took < 8, f"50 orders and the start of the process took {took:.1f} s"
