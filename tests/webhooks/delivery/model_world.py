"""For the model test: the engines with what they are to have done, and what must hold of the database at any time."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.test import TestCase

from backoffice.database.identifiers import public_id
from backoffice.outbound.request import OutboundRequest
from tests.webhooks.delivery.model_transport import OK, Answer, Transport
from webhooks import sweeper
from webhooks.delivery import drains, writer
from webhooks.delivery import engine as engines
from webhooks.delivery.engine import Engine
from webhooks.delivery.record import Finished, LaneState, record
from webhooks.endpoints import resume
from webhooks.lanes import LATER_OF_AN_ORDER
from webhooks.models import Delivery, Endpoint, Lane

#: Deliveries that may still be sent; the model does not tell the two apart, since a pause takes effect with the next claim.
WAITING = frozenset({"due", "parked"})
NEVER, AT_ONCE = 1e9, 0.0


class World:
    """A plain account of every delivery beside the real thing, kept up to date from what is seen to happen."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        self.endpoints = endpoints
        self._atomic = transaction.atomic()
        self._atomic.__enter__()
        self.engines: list[Engine] = []
        self.sweeper = sweeper.Sweeper(every_seconds=1)
        self.expected: dict[UUID, str] = {}
        self.attempts: Counter[UUID] = Counter()
        self.late: Counter[UUID] = Counter()
        self.events: dict[UUID, UUID] = {}
        #: Lanes whose mark was dropped and that no sweep has repaired since.
        self.unmarked: set[int] = set()
        Transport.watcher = self._watch
        setattr(writer, "record", self._record)  # noqa: B010  # the engine's import of it

    def end(self) -> None:
        try:
            self.deliver_all()
        finally:
            for engine in self.engines:
                drains.sign_out(engine._number)
            transaction.set_rollback(True)
            self._atomic.__exit__(None, None, None)

    # What is done

    def sweep(self) -> None:
        with self.commit():
            self.sweeper.sweep()
        self.unmarked.clear()

    def end_leases(self, lanes: QuerySet[Lane]) -> None:
        """Their holders' own clocks say so too, as they do after a time without a turn."""
        ended = set(lanes.filter(lease_until__isnull=False).values_list("pk", flat=True))
        Lane.objects.filter(pk__in=ended).update(lease_until=_a_moment_ago())
        for engine in self.engines:
            for lane in engine._lanes.values():
                lane.lease_until = 0.0 if lane.id in ended else lane.lease_until

    def hours_pass(self, hours: int) -> None:
        """While nobody holds anything, so that no engine remembers times that were moved."""
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE webhooks_delivery SET due_at = due_at - make_interval(hours => %s) WHERE state = 'due'", [hours]
            )
            cursor.execute(
                "UPDATE webhooks_lane SET next_due_at = next_due_at - {0}, open_until = open_until - {0},"
                " paused_until = paused_until - {0}, lease_until = lease_until - {0}".format(
                    "make_interval(hours => %s)"
                ),
                [hours] * 4,
            )

    def engine(self, which: int) -> Engine:
        return self.engines[which % len(self.engines)]

    def endpoint(self, which: int) -> Endpoint:
        return Endpoint.objects.select_related("store").get(pk=self.endpoints[which % len(self.endpoints)].pk)

    def adopt(self) -> None:
        """Owe what was stored just now."""
        for delivery in Delivery.objects.exclude(pk__in=self.expected):
            self.expected[delivery.pk] = delivery.state
            self.events[delivery.pk] = delivery.event_id

    def commit(self, *, marked: bool = True) -> "_Commit":
        return _Commit(self, marked=marked)

    def turn(
        self,
        engine: Engine,
        answers: Sequence[tuple[int, Answer]],
        *,
        claiming: bool = True,
        flush: bool = True,
        renew: bool = False,
    ) -> None:
        transport: Any = engine._client
        for place, answer in answers:
            transport.answer(place, answer)
        writer.LONGEST_WAIT = AT_ONCE if flush else NEVER
        engines.RENEW_BELOW = 2.0 if renew else 0.0
        with self.commit():
            engine.turn(claiming=claiming, wait_seconds=0)

    def _watch(self, transport: Transport, token: Any, request: OutboundRequest) -> None:
        """Called with each request that is made."""
        row = token.row
        headers = dict(request.headers)
        assert headers["webhook-id"] == public_id("evt", self.events[row.id])
        assert self.expected[row.id] not in {"delivered", "exhausted"}, "sent after it had ended"
        if token.lane.claimed.fifo:
            earlier = Delivery.objects.filter(pk__lt=row.id, lane=row.lane_id, state__in=WAITING)
            assert not earlier.filter(order_id=Delivery.objects.get(pk=row.id).order_id).exists(), "sent out of order"
        for engine in self.engines:
            other: Any = engine._client
            for each, _request in other.under_way:
                if each.row.id == row.id:
                    leased = Lane.objects.filter(pk=each.lane.id, lease_token=each.lane.token, lease_until__gt=_now())
                    assert not leased.exists(), "sent while it is under way for a worker that holds the lane"

    def _record(self, batch: Sequence[tuple[LaneState, Sequence[Finished]]]) -> Any:
        """The real write-back, with what it may change worked out beforehand."""
        allowed = []
        for lane, results in batch:
            row = Lane.objects.get(pk=lane.lane_id)
            held = row.lease_token == lane.token and row.lease_until is not None and row.lease_until > _now()
            allowed.append(held)
            for each in results:
                state = Delivery.objects.values_list("state", flat=True).get(pk=each.delivery_id)
                if each.result is not None:
                    (self.attempts if held else self.late)[each.delivery_id] += 1
                if held and state == "due":
                    self.expected[each.delivery_id] = each.outcome.state
        written = record(batch)
        assert list(getattr(written, "held", written)) == allowed
        return written

    def deliver_all(self) -> None:
        """In the end, with everything resumed and time gone by, all that waits is delivered; nothing else has moved."""
        for engine in self.engines:
            drains.sign_out(engine._number)
        self.engines = [Engine()]
        for number in range(len(self.endpoints)):
            with self.commit():
                resume(endpoint=self.endpoint(number), by=None)
        for _ in range(400):
            self.turn(self.engines[0], [(0, OK)] * 50)
            if not self.engines[0].busy:
                self.sweep()
                self.hours_pass(30)
                if not any(state in WAITING for state in self.expected.values()):
                    break
        self.states_are_those_of_the_model()
        self.attempts_are_counted_once()
        assert not [pk for pk, state in self.expected.items() if state in WAITING], "not everything was delivered"

    # What must hold

    def states_are_those_of_the_model(self) -> None:
        found = dict(Delivery.objects.values_list("pk", "state"))
        assert found.keys() == self.expected.keys()
        for pk, state in self.expected.items():
            assert found[pk] == state or (found[pk] in WAITING and state in WAITING), (pk, found[pk], state)

    def attempts_are_counted_once(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT delivery_id, late, count(*) FROM webhooks_attempt GROUP BY 1, 2")
            rows = cursor.fetchall()
            cursor.execute("SELECT COALESCE(sum(succeeded + failed), 0) FROM webhooks_hourlyfigures")
            ((counted,),) = cursor.fetchall()
        tests = set(Delivery.objects.filter(test=True).values_list("pk", flat=True))
        assert {pk: count for pk, late, count in rows if not late} == dict(self.attempts)
        assert {pk: count for pk, late, count in rows if late} == dict(self.late)
        assert counted == sum(count for pk, count in self.attempts.items() if pk not in tests)

    def a_lane_says_when_it_is_next_due(self) -> None:
        """Unless a worker holds it, or its mark was lost and no sweep has come since."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT lane.id, lane.next_due_at, GREATEST("
                "  min(d.due_at), lane.open_until, lane.paused_until, statement_timestamp())"
                f" FROM webhooks_lane lane JOIN webhooks_delivery d ON d.lane_id = lane.id"
                f" JOIN webhooks_endpoint endpoint ON endpoint.id = lane.endpoint_id WHERE d.state = 'due'"
                f" AND lane.lease_until IS NULL AND NOT (endpoint.fifo AND {LATER_OF_AN_ORDER}) GROUP BY lane.id"
            )
            for lane, marked, earliest in cursor.fetchall():
                assert lane in self.unmarked or (marked is not None and marked <= earliest), (lane, marked, earliest)


class _Commit:
    """Runs what a transaction does after its commit, or loses it as a crash does."""

    def __init__(self, world: World, *, marked: bool) -> None:
        self._world, self._marked = world, marked
        self._callbacks = TestCase.captureOnCommitCallbacks(execute=marked)

    def __enter__(self) -> None:
        self._callbacks.__enter__()

    def __exit__(self, *error: Any) -> None:
        self._callbacks.__exit__(*error)
        if not self._marked:
            self._world.unmarked |= set(Lane.objects.values_list("pk", flat=True))


def _now() -> datetime:
    """The database's time, by which leases end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def _a_moment_ago() -> datetime:
    return _now() - timedelta(seconds=1)
