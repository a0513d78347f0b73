"""Receivers that no one should meet: each costs its own endpoint alone, is bounded in time and memory, and is recorded in words."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.chaos.hostile import BEHAVIOURS, MEGABYTE
from tests.chaos.servers import Servers
from tests.chaos.system import TIMEOUT_SECONDS, System
from webhooks.delivery.backoff import RETRY_DELAYS

pytestmark = pytest.mark.faults

#: What the log must say of the first attempt: status, error.
EXPECTED = {
    "reset": (None, "connect"),
    "half_a_head": (None, "connect"),
    "hang": (None, "timeout"),
    "trickle": (200, "timeout"),
    "garbage": (None, "protocol"),
    "flood": (200, "response_too_large"),
    "endless_body": (200, "response_too_large"),
    "bomb": (500, ""),
    "endless_headers": (200, "response_too_large"),
    "redirect": (302, ""),
}
#: An oversized answer after a 2xx does not make it a failure: the receiver has taken the order.
DELIVERED = {"flood", "endless_body", "endless_headers"}
ORDERS = 4
MOST_MEMORY = 60 * MEGABYTE


@pytest.fixture(scope="module")
def attempts(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """One worker, one endpoint for each behaviour and a healthy one, and some orders; the first attempt of each by behaviour."""
    system = System(servers, Path(tmp_path_factory.mktemp("hostile")))
    try:
        yield _run(system)
    finally:
        system.close()


def _run(system: System) -> dict[str, Any]:
    behaviours = list(BEHAVIOURS)
    system.seed(*(f"hostile:{behaviour}" for behaviour in behaviours), "ok/99")
    drain = system.start_drain()
    system.wait(lambda: bool(system.rows("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'")))
    memory = psutil.Process(drain.pid).memory_info().rss
    posted = system.post(ORDERS)
    system.wait(
        lambda: (
            system.rows("SELECT count(*) FROM webhooks_delivery WHERE attempt_count > 0")[0][0]
            >= ORDERS * (len(behaviours) + 1)
        )
    )
    grown = psutil.Process(drain.pid).memory_info().rss - memory
    found: dict[str, Any] = {"grown": grown, "posted": posted, "arrived": system.receiver.arrivals(system._first_call)}
    rows = system.rows(
        "SELECT attempt.url, attempt.status, attempt.error, attempt.error_detail, length(attempt.response_body),"
        " attempt.total_ms, delivery.state, EXTRACT(epoch FROM delivery.due_at - attempt.started_at)"
        " FROM webhooks_attempt attempt JOIN webhooks_delivery delivery ON delivery.id = attempt.delivery_id"
        " WHERE attempt.number = 1 ORDER BY attempt.started_at DESC"
    )
    found |= {row[0].split("/")[3]: row[1:] for row in rows}
    found["calls"] = system.hostile_calls()
    return found


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_is_recorded_bounded_and_tried_again(attempts: dict[str, Any], behaviour: str) -> None:
    status, error, detail, body_length, total_ms, state, retry_in = attempts[behaviour]
    assert (status, error) == EXPECTED[behaviour]
    assert bool(detail) == bool(error)
    assert body_length <= 16 * 1024
    assert total_ms <= (TIMEOUT_SECONDS + 1) * 1000
    if behaviour in DELIVERED:
        assert state == "delivered"
    else:
        assert state == "due"
        assert retry_in >= RETRY_DELAYS[0].total_seconds() * 0.8


def test_every_try_carries_the_id_of_its_event(attempts: dict[str, Any]) -> None:
    assert {webhook_id for webhook_id, _behaviour in attempts["calls"]} == set(attempts["posted"])


def test_a_redirect_is_not_followed(attempts: dict[str, Any]) -> None:
    calls = [webhook_id for webhook_id, behaviour in attempts["calls"] if behaviour == "redirect"]
    assert len(calls) == len(set(calls)) == ORDERS


def test_the_healthy_endpoint_is_not_delayed(attempts: dict[str, Any]) -> None:
    assert attempts["arrived"].keys() == attempts["posted"].keys()
    slowest = max(attempts["arrived"][webhook_id] - before for webhook_id, before in attempts["posted"].items())
    assert slowest < 1.0


def test_the_worker_does_not_swell(attempts: dict[str, Any]) -> None:
    assert attempts["grown"] < MOST_MEMORY
