"""Results are written back beside the sending: what waits for the disk holds up no order, and a write that fails loses none."""

from collections.abc import Callable, Iterator, Sequence
from threading import Event
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from tests.load.services import Receiver
from tests.webhooks.delivery.conftest import store_event
from webhooks.delivery import claim, writer
from webhooks.delivery import engine as engines
from webhooks.delivery.claim_pace import LONGEST_PAUSE
from webhooks.delivery.engine import Engine
from webhooks.delivery.record import record
from webhooks.models import Delivery, Endpoint, Lane

pytestmark = pytest.mark.django_db(transaction=True)

MakeEndpoint = Callable[..., Endpoint]
#: Far more than anything here takes, far less than it takes where one waits for the other.
SOON = 5.0


class HeldRecord:
    """`record`, which waits for `go`, and fails first where `failing` says so."""

    def __init__(self) -> None:
        self.begun, self.go, self.failing = Event(), Event(), 0
        self.done: list[str] = []

    def __call__(self, batch: Sequence[Any]) -> list[bool]:
        self.done.append("write")
        self.begun.set()
        assert self.go.wait(SOON)
        if self.failing:
            self.failing -= 1
            raise OperationalError("the connection was lost")
        return record(batch)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[HeldRecord]:
    """Write-backs begin as soon as there is a result, and last until the test lets them go."""
    made = HeldRecord()
    monkeypatch.setattr(writer, "record", made)
    monkeypatch.setattr(writer, "LONGEST_WAIT", 0.0)
    # Nothing is found by looking once a second: what is not announced, or announced in vain, stays where it is.
    monkeypatch.setattr(engines, "LOOK_EVERY", 60.0)
    yield made
    made.go.set()


def _turn_until(engine: Engine, reached: Callable[[], object]) -> None:
    until = monotonic() + SOON
    while not reached():
        assert monotonic() < until, "it did not come about"
        engine.turn(claiming=True, wait_seconds=0.05)


def _delivered(endpoint: Endpoint) -> int:
    return Delivery.objects.filter(endpoint=endpoint, state="delivered").count()


@pytest.fixture
def two(make_endpoint: MakeEndpoint) -> tuple[Endpoint, Endpoint]:
    made = make_endpoint("ok/41"), make_endpoint("ok/42")
    Endpoint.objects.update(confirmed_at=timezone.now())
    return made


def test_an_order_is_sent_while_the_result_of_another_is_being_written(
    two: tuple[Endpoint, Endpoint], engine: Engine, held: HeldRecord, receiver: Receiver
) -> None:
    first, second = two
    start = receiver.count()
    store_event(first)
    _turn_until(engine, held.begun.is_set)

    store_event(second)
    _turn_until(engine, lambda: receiver.count() == start + 2)

    assert _delivered(first) == _delivered(second) == 0
    held.go.set()
    _turn_until(engine, lambda: _delivered(first) == _delivered(second) == 1)
    assert receiver.count() == start + 2


def test_an_order_for_the_lane_that_is_being_written_is_sent_right_afterwards(
    two: tuple[Endpoint, Endpoint], engine: Engine, held: HeldRecord, receiver: Receiver
) -> None:
    first, _second = two
    start = receiver.count()
    store_event(first)
    _turn_until(engine, held.begun.is_set)

    store_event(first)
    for _ in range(3):
        engine.turn(claiming=True, wait_seconds=0.02)
    assert Lane.objects.get(endpoint=first).next_due_at is not None

    held.go.set()
    _turn_until(engine, lambda: _delivered(first) == 2)
    assert receiver.count() == start + 2


def test_what_was_announced_meanwhile_is_heard_before_the_next_write(
    two: tuple[Endpoint, Endpoint],
    engine: Engine,
    held: HeldRecord,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A lane that is written again and again would never hear that its endpoint was changed."""
    first, second = two
    done = held.done
    claim_at_once = claim.claim

    def noted_claim(**arguments: Any) -> list[claim.Claimed]:
        done.append("claim")
        return claim_at_once(**arguments)

    monkeypatch.setattr(claim, "claim", noted_claim)
    start = receiver.count()
    store_event(first)
    _turn_until(engine, held.begun.is_set)
    store_event(first)
    store_event(second)
    _turn_until(engine, lambda: receiver.count() == start + 2 and not engine._client.in_flight)
    assert done[-1] == "claim"

    held.begun.clear()
    done.append("go")
    held.go.set()
    _turn_until(engine, held.begun.is_set)

    assert done[done.index("go") :] == ["go", "claim", "write"]


def test_results_that_could_not_be_written_are_written_later(
    two: tuple[Endpoint, Endpoint], engine: Engine, held: HeldRecord, receiver: Receiver
) -> None:
    first, _second = two
    held.failing = 1
    start = receiver.count()
    store_event(first)
    held.go.set()

    _turn_until(engine, lambda: _delivered(first) == 1)

    assert held.failing == 0
    assert receiver.count() == start + 1


def test_closing_waits_for_the_write_under_way_and_writes_the_rest(
    two: tuple[Endpoint, Endpoint], open_loopback: None, held: HeldRecord, receiver: Receiver
) -> None:
    first, second = two
    engine = Engine()
    start = receiver.count()
    store_event(first)
    _turn_until(engine, held.begun.is_set)
    store_event(second)
    _turn_until(engine, lambda: receiver.count() == start + 2 and not engine._client.in_flight)
    held.go.set()

    engine.close()

    assert _delivered(first) == _delivered(second) == 1
    assert not Lane.objects.filter(lease_token__isnull=False).exists()


def test_a_claim_that_took_long_is_followed_by_a_short_pause(
    two: tuple[Endpoint, Endpoint], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first claim of a new connection plans its statement; twice that time would be half a second in which no order is seen."""

    def slowly(**arguments: Any) -> list[claim.Claimed]:
        sleep(0.2)
        return claim_at_once(**arguments)

    claim_at_once = claim.claim
    monkeypatch.setattr(claim, "claim", slowly)
    store_event(two[0])

    engine.turn(claiming=True, wait_seconds=0)

    assert engine._claim_pace.next_at - monotonic() <= LONGEST_PAUSE
