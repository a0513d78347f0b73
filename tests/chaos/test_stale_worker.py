"""A worker freezes past its lease and comes back: the others have gone on, and what it still writes is refused."""

import time

import pytest

from tests.chaos.system import MOST_IN_FLIGHT, System

pytestmark = pytest.mark.faults

LEASE = 3.0


def test_frozen_past_its_lease_with_requests_under_way(system: System) -> None:
    system.seed("slow/400/0", timeout_seconds=1)
    stale = system.start_drain(lease_seconds=LEASE)
    system.post(30)
    system.wait(lambda: system.count() >= MOST_IN_FLIGHT, every=0.005)
    sent_before = system.count()
    stale.freeze()
    [(written_before,)] = system.rows("SELECT count(*) FROM webhooks_attempt")
    time.sleep(LEASE)
    other = system.start_drain(lease_seconds=LEASE)
    system.wait(lambda: system.states() == {"delivered": 30})
    states = _states(system)

    stale.thaw()
    system.wait(lambda: bool(system.rows("SELECT 1 FROM webhooks_attempt WHERE late")))
    time.sleep(0.5)

    assert _states(system) == states, "a worker without a lease changed a delivery"
    books = system.settle(kills=1)
    assert books.late == sent_before - written_before
    assert books.duplicates == books.late
    [(counted,)] = system.rows("SELECT sum(succeeded + failed) FROM webhooks_hourlyfigures")
    assert counted == 30
    system.post(10)
    assert system.settle(kills=1).deliveries == 40
    other.stop()
    system.post(10)
    stale.stop()
    system.start_drain()
    assert system.settle(kills=1).deliveries == 50


def _states(system: System) -> list[tuple[object, ...]]:
    return system.rows(
        "SELECT id, state, attempt_count, last_status, last_error, finished_at FROM webhooks_delivery ORDER BY id"
    )
