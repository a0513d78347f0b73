"""A leased lane as the worker sees it: what waits, what is under way, and how much of it may be."""

import uuid
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from random import SystemRandom
from time import monotonic

from backoffice.outbound.request import OutboundResult
from webhooks.delivery import rate
from webhooks.delivery.breaker import LaneHealth, after_failure, after_success, probing
from webhooks.delivery.build import Built
from webhooks.delivery.claim import Claimed
from webhooks.delivery.fetch import Cursor, DueDelivery, Wanted
from webhooks.delivery.outcome import DELIVERED, Outcome
from webhooks.delivery.record import Finished, LaneState
from webhooks.delivery.targets import Target

#: Rows read at a time from a lane that keeps having more, and bytes of orders that this may come to.
MOST_ROWS = 100
MOST_BYTES = 1024 * 1024
#: A row that waits here for longer is read anew: its customer may have been erased from the order meanwhile.
READ_FOR_SECONDS = 60.0
#: The share of a lease that is left unused: the write-back takes time too.
MARGIN_SHARE = 1 / 12

_jitter = SystemRandom()


def jitter() -> float:
    """From -1 to 1, evenly."""
    return _jitter.uniform(-1, 1)


def finished(
    row: DueDelivery,
    attempts_made: int,
    outcome: Outcome,
    built: Built | None = None,
    result: OutboundResult | None = None,
) -> Finished:
    """What became of a row that was read."""
    return Finished(row.id, attempts_made, outcome, built, result, row.event_id, row.store_id, row.test, row.request_id)


@dataclass(slots=True, eq=False)
class LeasedLane:
    """One lane between its claim and its release."""

    claimed: Claimed
    token: uuid.UUID
    #: On the monotonic clock.
    lease_until: float
    lease_seconds: float
    target: Target
    health: LaneHealth = field(init=False)
    served_since: float = field(default_factory=monotonic)
    queue: deque[DueDelivery] = field(default_factory=deque)
    cursor: Cursor = field(default_factory=Cursor)
    in_flight: set[uuid.UUID] = field(default_factory=set)
    unwritten: list[Finished] = field(default_factory=list)
    #: Results that are being written back at this moment.
    being_written: list[Finished] = field(default_factory=list)
    may_have_more: bool = True
    #: On the monotonic clock: when the first of `queue` was read, or some time before.
    read_at: float = 0.0
    #: Nothing new is started: it is given back as soon as its results are written.
    closing: bool = False
    row_bytes: int = 0
    #: A Unix time: until when its rate is used up.
    paced_until: float = field(init=False)
    #: Whether the present URL has answered with success; until then it gets one request at a time.
    confirmed: bool = field(init=False)

    def __post_init__(self) -> None:
        self.health, self.paced_until, self.confirmed = (
            self.claimed.health,
            self.claimed.paced_until,
            self.claimed.confirmed,
        )

    @property
    def id(self) -> int:
        return self.claimed.lane_id

    @property
    def shared(self) -> bool:
        """Whether it is an organization's, whose deliveries belong to several stores."""
        return self.claimed.store_id is None

    @property
    def limit(self) -> int:
        """How many requests may be under way at a time."""
        return self.health.limit(self.claimed.max_in_flight if self.confirmed else 1)

    @property
    def idle(self) -> bool:
        """Nothing under way and nothing to do: it can be given back."""
        if self.in_flight or self.unwritten or self.being_written:
            return False
        return self.closing or not (self.queue or self.may_have_more)

    def may_start(self, now: float) -> bool:
        """Whether one more request may start, its rate aside: there is room, and it would end before the lease does."""
        if self.closing or not self.queue or len(self.in_flight) >= self.limit:
            return False
        return now + self.target.timeout_seconds + self.lease_seconds * MARGIN_SHARE < self.lease_until

    def wait(self, at: float) -> float:
        """Seconds from `at` (a Unix time) until the endpoint's rate allows one more request."""
        per_second = self.claimed.rate_per_second
        return rate.wait(self.paced_until, now=at, per_second=per_second) if per_second else 0.0

    def wanted(self) -> Wanted | None:
        """What to read next, or None while enough waits. A lane's first rows tell how large its orders are."""
        if self.queue and monotonic() - self.read_at > READ_FOR_SECONDS:
            self.cursor.go_back(self.queue)
            self.queue.clear()
            self.may_have_more = True
        if self.closing or not self.may_have_more or len(self.queue) >= self.limit:
            return None
        most = min(MOST_ROWS, MOST_BYTES // self.row_bytes) if self.row_bytes else self.limit
        # Events of an order that wait for an earlier one lie behind any cursor: they are looked for from the start.
        cursor = Cursor() if self.claimed.fifo else self.cursor
        return Wanted(self.id, max(most, self.limit), cursor, self.claimed.fifo, self.in_hand())

    def take(self, rows: list[DueDelivery], *, asked: int, leaving_out: Collection[uuid.UUID] = ()) -> None:
        """Rows that were read; fewer than were asked for mean that there are no more for now."""
        self.may_have_more = len(rows) >= asked
        if not self.queue:
            self.read_at = monotonic()
        self.queue.extend(row for row in rows if row.id not in leaving_out)
        if rows:
            self.row_bytes = max(1, sum(len(row.order_json or "") for row in rows) // len(rows))

    def claim_again(self, claimed: Claimed, token: uuid.UUID, lease_until: float, target: Target) -> None:
        """It was marked as due while we held it, and nobody else has: something was added, or the endpoint changed."""
        if claimed.health_version != self.claimed.health_version:
            self.health = claimed.health
        if claimed.fifo and not self.claimed.fifo:
            # What waits here was read without regard to its order: it is read again.
            self.queue.clear()
        self.claimed, self.token, self.lease_until, self.confirmed = claimed, token, lease_until, claimed.confirmed
        self.target = target
        self.may_have_more = True
        self.cursor.look_back()

    def under_way(self) -> set[uuid.UUID]:
        """Deliveries that are being sent, or were and are not written back."""
        return self.in_flight | {finished.delivery_id for finished in (*self.being_written, *self.unwritten)}

    def in_hand(self) -> set[uuid.UUID]:
        """Deliveries that must not be read again: they wait here, or are under way."""
        return self.under_way() | {row.id for row in self.queue}

    def start(self, row: DueDelivery, at: float) -> None:
        """A request goes out at the Unix time `at`."""
        self.in_flight.add(row.id)
        self.health = probing(self.health)
        if per_second := self.claimed.rate_per_second:
            self.paced_until = rate.started(self.paced_until, now=at, per_second=per_second)

    def finish(self, finished: Finished, *, now: datetime) -> None:
        """A request has ended. Failures may open the breaker or pause the lane; either ends the lease early."""
        self.in_flight.discard(finished.delivery_id)
        self.unwritten.append(finished)
        if finished.result is None:
            return
        outcome, latency_ms = finished.outcome, finished.result.timings.total_ms
        if outcome.state == DELIVERED:
            self.health = after_success(self.health, now=now, latency_ms=latency_ms, most=self.claimed.max_in_flight)
        else:
            self.health = after_failure(
                self.health,
                now=now,
                latency_ms=latency_ms,
                overloaded=outcome.overloaded,
                paused_until=now + outcome.pause_lane if outcome.pause_lane is not None else None,
                jitter=jitter(),
            )
        if outcome.disable or outcome.pause_lane is not None or self.health.is_open:
            self.closing = True

    def state(self) -> LaneState:
        return LaneState(
            self.id, self.claimed.endpoint_id, self.token, self.health, self.claimed.health_version, self.paced_until
        )

    def hand_over(self) -> list[Finished]:
        """Its results so far, to be written back; until they are, its lease stays as it is."""
        self.being_written, self.unwritten = self.unwritten, []
        return self.being_written

    def take_back(self) -> None:
        """They could not be written now."""
        self.unwritten, self.being_written = [*self.being_written, *self.unwritten], []

    def written(self) -> None:
        """They are in the database. What waited for them, where the order of events is kept, may now be read."""
        self.being_written = []
        self.may_have_more |= self.claimed.fifo

    @property
    def in_a_hurry(self) -> bool:
        """Whether the next event of an order may be waiting for this result to be written back."""
        return self.claimed.fifo and not self.queue
