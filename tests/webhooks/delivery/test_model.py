"""The engine against a model: whatever happens in whatever order, nothing is lost, and nobody writes without the lease."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar

import hypothesis
import pytest
from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.factories.licensing import LicensedStoreFactory
from tests.factories.webhooks import OrderEventFactory
from tests.webhooks.delivery.model_transport import ANSWERS, Answer, Transport
from tests.webhooks.delivery.model_world import NEVER, WAITING, World
from webhooks import endpoints, outbox, replay, wake
from webhooks.delivery import backoff, drains, sharing, writer
from webhooks.delivery import engine as engines
from webhooks.delivery.engine import Engine
from webhooks.delivery.record import record
from webhooks.event_types import ORDER_EVENT_TYPES
from webhooks.models import Delivery, Endpoint, Lane
from webhooks.wishes import Wishes

pytestmark = pytest.mark.django_db

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "1"))
MOST_ENGINES = 3

picks = st.integers(0, 11)
likely = st.sampled_from([True, True, True, False])
unlikely = st.sampled_from([False, False, False, True])
answers = st.lists(st.tuples(picks, st.sampled_from(ANSWERS)), max_size=8)


class Deliveries(RuleBasedStateMachine):
    """Engines, users and the sweeper take turns; each rule is one thing that one of them does."""

    endpoints: ClassVar[list[Endpoint]]

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self.endpoints)

    def teardown(self) -> None:
        self.world.end()

    # What happens

    @initialize(orders=st.integers(1, 6))
    def begin(self, orders: int) -> None:
        self.world.engines.append(Engine())
        self.store_orders("ab" * orders, marked=True)

    @rule(orders=st.lists(st.sampled_from("ab"), min_size=1, max_size=4), marked=likely)
    def store_orders(self, orders: Sequence[str], marked: bool) -> None:
        for order in orders:
            event = OrderEventFactory.build(store=self.world.endpoints[0].store, order_id=order)
            with self.world.commit(marked=marked), transaction.atomic():
                event.save(force_insert=True)
                outbox.add([event], store=event.store)
        self.world.adopt()

    @rule(which=picks, answers=answers, claiming=likely, flush=st.booleans(), renew=unlikely)
    def turn(self, which: int, answers: Sequence[tuple[int, Answer]], claiming: bool, flush: bool, renew: bool) -> None:
        """An engine that gets no turn for a while is one that is frozen."""
        self.world.turn(self.world.engine(which), answers, claiming=claiming, flush=flush, renew=renew)

    @rule(which=picks, answers=answers)
    def turns(self, which: int, answers: Sequence[tuple[int, Answer]]) -> None:
        """As a healthy engine does: claim and send, take in the answers, write them back."""
        self.world.turn(self.world.engine(which), [])
        self.world.turn(self.world.engine(which), answers)

    @rule(which=picks, other=picks, answers=answers, renew=unlikely)
    def freeze(self, which: int, other: int, answers: Sequence[tuple[int, Answer]], renew: bool) -> None:
        """Past its lease, with requests under way; perhaps another takes over; then it returns and writes what it has."""
        frozen = self.world.engine(which)
        self.world.turn(frozen, [], flush=False)
        self.world.end_leases(Lane.objects.all())
        awake = [engine for engine in self.world.engines if engine is not frozen]
        if awake:
            self.world.turn(awake[other % len(awake)], [])
        self.world.turn(frozen, answers, claiming=False, renew=renew)

    @rule(which=picks, what=st.sampled_from(["start", "crash", "wind down"]))
    def engine_comes_or_goes(self, which: int, what: str) -> None:
        """In a crash its connection ends and its leases stay; gently, it gives back what is free."""
        if what == "start" and len(self.world.engines) < MOST_ENGINES:
            self.world.engines.append(Engine())
        elif what == "crash":
            drains.sign_out(self.world.engines.pop(which % len(self.world.engines))._number)
        elif what == "wind down":
            engine = self.world.engines.pop(which % len(self.world.engines))
            engine.wind_down()
            with self.world.commit():
                engine.close()
        if not self.world.engines:
            self.world.engines.append(Engine())

    @rule(which=picks, what=st.sampled_from(["lease ends", "sweep", "hours pass"]), hours=st.sampled_from([1, 30]))
    def time_goes_by(self, which: int, what: str, hours: int) -> None:
        if what == "lease ends":
            self.world.end_leases(Lane.objects.filter(endpoint=self.world.endpoint(which)))
        elif what == "sweep":
            self.world.sweep()
        elif not any(engine.busy for engine in self.world.engines):
            self.world.hours_pass(hours)

    # What users do

    @rule(
        which=picks,
        marked=likely,
        what=st.sampled_from(["pause", "resume", "edit", "pace", "pace", "resend", "retry now", "retry now", "stop"]),
    )
    def user(self, which: int, marked: bool, what: str) -> None:
        endpoint = self.world.endpoint(which)
        with self.world.commit(marked=marked):
            match what:
                case "pause":
                    endpoints.pause(endpoint=endpoint, by=None)
                case "resume":
                    endpoints.resume(endpoint=endpoint, by=None)
                case "edit" | "pace":
                    wishes = self._new_pace(endpoint, which) if what == "pace" else self._new_url(endpoint, which)
                    endpoints.update(endpoint=endpoint, version=endpoint.version, wishes=wishes, by=None)
                case "resend":
                    for delivery in self._some(which, lambda state: state not in WAITING):
                        replay.resend(delivery=delivery, by=None)
                case "retry now":
                    for delivery in self._some(which, lambda state: state in WAITING):
                        with suppress(replay.NotWaitingError):
                            replay.retry_now(delivery=delivery, by=None)
                case "stop":
                    for delivery in self._some(which, lambda state: state in WAITING):
                        replay.stop(delivery=delivery, by=None)
                        self.world.expected[delivery.pk] = "cancelled"
        self.world.adopt()

    def _new_url(self, endpoint: Endpoint, number: int) -> Wishes:
        """It is greeted with a test event."""
        return replace(Wishes.of(endpoint), url=f"https://hooks.example.com/{number}", event_types=ORDER_EVENT_TYPES)

    def _new_pace(self, endpoint: Endpoint, number: int) -> Wishes:
        """Whether its order is kept, and how many calls at a time."""
        return replace(Wishes.of(endpoint), fifo=not endpoint.fifo, max_in_flight=1 + number)

    def _some(self, which: int, wanted: Callable[[str], bool]) -> list[Delivery]:
        """One of the deliveries in a state that is wanted, one that is under way if there is any; or none."""
        found = [pk for pk, state in self.world.expected.items() if wanted(state)]
        transports: list[Any] = [engine._client for engine in self.world.engines]
        under_way = {token.row.id for transport in transports for token, _request in transport.under_way}
        found = [pk for pk in found if pk in under_way] or found
        return [Delivery.objects.get(pk=found[which % len(found)])] if found else []

    # What must hold

    @invariant()
    def states_are_those_of_the_model(self) -> None:
        self.world.states_are_those_of_the_model()

    @invariant()
    def attempts_are_counted_once(self) -> None:
        self.world.attempts_are_counted_once()

    @invariant()
    def a_lane_says_when_it_is_next_due(self) -> None:
        self.world.a_lane_says_when_it_is_next_due()


@pytest.fixture
def _engines_that_the_test_drives(monkeypatch: pytest.MonkeyPatch, open_loopback: None) -> None:
    monkeypatch.setattr(engines, "MultiplexedClient", Transport)
    for name, value in {"LOOK_EVERY": 0.0, "RENEW_BELOW": 0.0}.items():
        monkeypatch.setattr(engines, name, value)
    monkeypatch.setattr(sharing, "CENSUS_EVERY", 0.0)
    monkeypatch.setattr(writer, "LONGEST_WAIT", NEVER)
    monkeypatch.setattr(writer, "record", record)  # so that the real one is put back
    monkeypatch.setattr(backoff, "MAX_ATTEMPTS", 4)
    monkeypatch.setattr(wake, "wake", lambda: None)
    monkeypatch.setattr(outbox, "wake", lambda: None)
    # Every engine works in the test's own transaction, which it would take for a connection left in a bad state.
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)
    return


@pytest.mark.usefixtures("_engines_that_the_test_drives")
def test_nothing_is_lost_and_nobody_writes_without_the_lease() -> None:
    store = LicensedStoreFactory.create()
    Deliveries.endpoints = [
        endpoints.create(
            store=store,
            wishes=Wishes(url=f"https://hooks.example.com/{number}", event_types=ORDER_EVENT_TYPES),
            by=None,
            greet=False,
        )[0]
        for number in range(2)
    ]
    Endpoint.objects.filter(pk=Deliveries.endpoints[1].pk).update(fifo=True)
    run_state_machine_as_test(
        Deliveries,
        settings=hypothesis.settings(
            max_examples=25 * ROUNDS,
            stateful_step_count=30,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(hypothesis.HealthCheck),
        ),
    )
