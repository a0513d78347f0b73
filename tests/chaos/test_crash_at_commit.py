"""The process that stores an order dies: before the commit there was no order, after it the sweeper finds what waits."""

import time

import pytest

from tests.chaos.servers import SWEEP_SECONDS
from tests.chaos.system import System

pytestmark = pytest.mark.faults


def test_killed_before_the_commit_leaves_no_event_and_no_delivery(system: System) -> None:
    system.seed("ok/0")
    posted = system.post(3, crash="before commit")
    assert len(posted) == 3

    stored = system.rows("SELECT count(*) FROM webhooks_orderevent UNION ALL SELECT count(*) FROM webhooks_delivery")
    assert stored == [(2,), (2,)]
    system.start_sweeper()
    books = system.settle()
    assert (books.deliveries, books.arrived) == (2, 2)


def test_killed_after_the_commit_is_found_by_the_sweeper_within_seconds(system: System) -> None:
    """Nothing is marked and nobody is woken, so only the sweep itself can find it; it delivers where no worker does."""
    system.seed("ok/0")
    posted = system.post(1, crash="after commit")
    assert len(posted) == 1
    [(unmarked, waiting)] = system.rows(
        "SELECT (SELECT count(*) FROM webhooks_lane WHERE next_due_at IS NULL), (SELECT count(*) FROM webhooks_delivery)"
    )
    assert (unmarked, waiting) == (1, 1), "the order was announced before the process died"

    started = time.monotonic()
    system.start_sweeper()
    books = system.settle(seconds=10 + 4 * SWEEP_SECONDS)
    assert (books.deliveries, books.arrived) == (1, 1)
    assert system.receiver.arrivals()[next(iter(posted))] - started < 5 + 4 * SWEEP_SECONDS
