"""Redis is stopped, emptied or silent: orders are stored without delay, and arrive."""

import signal
import time

import pytest

from backoffice import broker
from tests.chaos.system import ROUNDS, System

pytestmark = pytest.mark.faults

#: How long Redis stays away, in seconds.
AWAY = 4 * ROUNDS
ORDERS = 100


def test_orders_posted_without_a_broker_or_a_worker_arrive_by_the_sweeper(system: System) -> None:
    system.seed("ok/0")
    system.start_sweeper()
    system.valkey.kill()

    system.post(100)

    assert system.settle(seconds=20).duplicates == 0


def test_down_for_a_while_beside_a_celery_worker_and_back(system: System) -> None:
    """Orders keep coming in the whole time; what is stored while Redis is away arrives while it is away."""
    system.seed("ok/0")
    system.start_celery()
    system.start_sweeper()
    system.post(20)
    system.valkey.kill()

    system.post(25 * AWAY, per_second=25)
    system.wait(lambda: system.count() == 20 + 25 * AWAY, seconds=20)
    system.valkey.start()
    system.post(10)

    assert system.settle(seconds=30).duplicates == 0


def test_flushed_again_and_again_while_a_celery_worker_drains(system: System) -> None:
    """Tasks that wait in the queue, and the keys that say who is awake, are gone; nothing else is."""
    system.seed("slow/10/0")
    system.start_celery()
    system.start_sweeper()
    for _ in range(5 * ROUNDS):
        system.post(60)
        system.servers.flush()

    assert system.settle(seconds=40).duplicates == 0


def test_storing_does_not_wait_for_a_broker_that_is_silent(system: System) -> None:
    system.seed("ok/0")
    system.post(1)
    usual = _seconds_to_post(system)
    assert system.valkey.process is not None
    system.valkey.process.send_signal(signal.SIGSTOP)

    took = _seconds_to_post(system)

    system.valkey.process.send_signal(signal.SIGCONT)
    assert took < usual + ORDERS * broker.SOCKET_SECONDS / 2, (
        f"{ORDERS} orders took {took:.1f} s instead of {usual:.1f}"
    )


def _seconds_to_post(system: System) -> float:
    started = time.monotonic()
    assert len(system.post(ORDERS)) == ORDERS
    return time.monotonic() - started
