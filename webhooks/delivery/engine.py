"""The delivery engine: claim lanes, read what is due, send it all at once, write the results back in batches."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from time import monotonic

from django.conf import settings
from django.db import Error, connection

from backoffice.outbound.multiplexed import MultiplexedClient
from backoffice.outbound.request import OutboundResult
from webhooks.delivery import claim, drains
from webhooks.delivery.build import Built
from webhooks.delivery.claim_pace import ClaimPace
from webhooks.delivery.faults import will_pass
from webhooks.delivery.fetch import DueDelivery, fetch
from webhooks.delivery.lane import LeasedLane, finished, jitter
from webhooks.delivery.listen import Listener
from webhooks.delivery.outcome import judge
from webhooks.delivery.prepare import prepare
from webhooks.delivery.sharing import Sharing
from webhooks.delivery.targets import TargetCache
from webhooks.delivery.triage import Triage, shelve_waiting
from webhooks.delivery.verdicts import Verdicts
from webhooks.delivery.writer import Writer

logger = logging.getLogger(__name__)

#: How often to look for lanes whose next retry has come, in seconds.
LOOK_EVERY = 1.0
#: Requests under way in one process. Beyond half of it, lanes keep to one each, so that slow ones leave room.
MOST_IN_FLIGHT = 400
MOST_LANES = 256
RECONNECT_AFTER = 0.5
#: A lease is renewed when less than this share of it is left; the rest must be longer than any request.
RENEW_BELOW = 0.7


@dataclass(frozen=True, slots=True)
class _Sent:
    lane: LeasedLane
    row: DueDelivery
    built: Built
    #: The endpoint's own; a provider may have called another.
    url: str


class Engine:
    """One process's share of all deliveries, driven by calling `turn` again and again from one thread.

    Make it after forking. It works on Django's default connection, and outlives the database being away.
    """

    def __init__(self) -> None:
        self._number = drains.new_number()
        self._client: MultiplexedClient[_Sent] = MultiplexedClient()
        self._listener = Listener(self._number)
        self._triage = Triage()
        self._writer = Writer()
        self._lanes: dict[int, LeasedLane] = {}
        self._targets = TargetCache()
        self._verdicts = Verdicts()
        self._lease_seconds = float(settings.DELIVERY_LEASE_SECONDS)
        self._away_until = 0.0
        self._woken = True
        self._claim_pace = ClaimPace()
        self._look_at = 0.0
        self._sharing = Sharing()
        self._found_nothing = False
        #: Whether the last claim passed over a lane that was being written, and whether that lane's mark has yet to be taken.
        self._passed_over = self._overlooked = False
        #: When the next request may start that waits for nothing but its endpoint's rate.
        self._paced_until: float | None = None

    @property
    def busy(self) -> bool:
        """Whether it holds lanes or results that are not written back."""
        return bool(self._lanes) or not self._writer.empty or self._client.in_flight > 0

    @property
    def found_nothing(self) -> bool:
        """Whether it has nothing to do, and its last look for lanes found none."""
        return self._found_nothing and not self.busy

    @property
    def could_use_help(self) -> bool:
        """Whether several lanes have had more waiting than it could send for a while, and nobody else drains them."""
        return self._sharing.could_use_help

    def turn(self, *, claiming: bool, wait_seconds: float, wake_fds: Iterable[int] = ()) -> None:
        """One round: take on work (new lanes only if `claiming`), wait up to `wait_seconds` for answers, write them back.

        Returns early when a wake fd is readable. Never raises for the database or for what a delivery holds.
        """
        now = monotonic()
        if now >= self._away_until:
            with self._unless_away():
                if self._listener.attach():
                    self._keep_leases(now, below=inf)
                self._woken |= self._listener.heard()
                if claiming and self._claim_is_due(now):
                    self._claim(now)
                self._refill()
                self._start()
                # A notification may have come in with the answer to any query above: its socket stays silent then.
                self._woken |= self._listener.heard()
        self._collect(self._patience(wait_seconds, claiming), wake_fds)
        now = monotonic()
        if now >= self._away_until:
            with self._unless_away():
                self._settle()
                self._overlooked &= claiming
                # A claim passes over lanes whose results are being written. The next claim comes before the next write, or a busy lane,
                # written again and again, would never be told of new orders.
                if self._writer.due_in(now) == 0 and not self._overlooked:
                    self._writer.start()
                    self._settle()
                self._keep_leases(now, below=RENEW_BELOW)
                self._sharing.give_back(self._lanes.values(), now, most=MOST_LANES)

    def wind_down(self) -> None:
        """Start nothing more: each lane is given back once what is under way has been written back."""
        for lane in self._lanes.values():
            lane.closing = True

    def close(self) -> None:
        """Write back what there is and give back what is free; requests still under way are left to the end of their lease."""
        try:
            while not self._writer.empty:
                self._writer.start()
                self._writer.wait()
                self._settle()
            self._release([lane for lane in self._lanes.values() if not lane.in_flight])
            self._listener.detach()
        except Error:
            logger.warning("The database was away at the end; leases run out by themselves.", exc_info=True)
        self._writer.close()
        self._client.close()

    # Taking on work

    def _claim_is_due(self, now: float) -> bool:
        return (self._woken and now >= self._claim_pace.next_at) or now >= self._look_at

    def _claim(self, now: float) -> None:
        self._woken = False
        free = min(settings.DELIVERY_LANES_PER_CLAIM, MOST_LANES - len(self._lanes))
        most = self._sharing.room(most=free, held=len(self._lanes))
        token = drains.new_token(self._number)
        # A lease whose results are being written stays as it is until they are; a mark on its lane is taken then.
        held = {lane.id: lane.token for lane in self._lanes.values() if not (lane.closing or lane.being_written)}
        self._passed_over, self._overlooked = any(lane.being_written for lane in self._lanes.values()), False
        claimed = claim.claim(most=most, token=token, lease_seconds=self._lease_seconds, held=held)
        new = sum(each.lane_id not in held for each in claimed)
        reasons = self._triage.sort(claimed)
        targets = self._targets.load({each.endpoint_id: each.version for each in claimed})
        for each in claimed:
            lane, target = self._lanes.get(each.lane_id), targets[each.endpoint_id]
            if lane is not None and lane.token == each.taken_from:
                lane.claim_again(each, token, now + self._lease_seconds, target)
                continue
            if lane is not None:
                self._lose(lane)
            self._lanes[each.lane_id] = LeasedLane(each, token, now + self._lease_seconds, self._lease_seconds, target)
        if reasons:
            self._turn_away(reasons)
        self._found_nothing = not claimed
        self._look_at = now + LOOK_EVERY
        full = 0 < most <= new
        self._claim_pace.claimed(now, full=full)
        self._woken |= full

    def _turn_away(self, reasons: dict[int, str]) -> None:
        turned_away = [self._lanes[lane_id] for lane_id in reasons]
        for lane in turned_away:
            lane.closing = True
            lane.queue.clear()
        under_way = {each for lane in turned_away for each in lane.under_way()}
        shelve_waiting(reasons, {lane.id: lane.token for lane in turned_away}, under_way=under_way)
        self._release([lane for lane in turned_away if lane.idle])

    def _refill(self) -> None:
        wanted = [wanted for lane in self._lanes.values() if (wanted := lane.wanted()) is not None]
        if not wanted:
            return
        rows: dict[int, list[DueDelivery]] = {each.lane_id: [] for each in wanted}
        for row in fetch(wanted):
            rows[row.lane_id].append(row)
        shared = [row for lane, its in rows.items() if self._lanes[lane].shared for row in its]
        turned_away = self._triage.turn_away(shared, self._lanes)
        for each in wanted:
            self._lanes[each.lane_id].take(rows[each.lane_id], asked=each.most, leaving_out=turned_away)
        self._release([lane for lane in self._lanes.values() if lane.idle])

    def _start(self) -> None:
        now, at = monotonic(), datetime.now(UTC)
        clock = at.timestamp()
        self._paced_until = None
        for lane in self._lanes.values():
            while lane.may_start(now) and not self._writer.full:
                if (wait := lane.wait(clock)) > 0:
                    self._paced_until = min(self._paced_until or inf, now + wait)
                    break
                in_flight = self._client.in_flight
                if in_flight >= MOST_IN_FLIGHT or (in_flight >= MOST_IN_FLIGHT // 2 and lane.in_flight):
                    break
                self._send(lane, lane.queue.popleft(), at)

    def _send(self, lane: LeasedLane, row: DueDelivery, at: datetime) -> None:
        built = prepare(row, lane.target, now=at)
        if isinstance(built, Built):
            lane.start(row, at.timestamp())
            self._client.submit(_Sent(lane, row, built, lane.target.url), built.request)
        else:
            lane.finish(finished(row, row.attempts_made, built), now=at)
            self._writer.add(lane)

    # Taking in answers

    def _patience(self, wait_seconds: float, claiming: bool) -> float:
        """How long to wait for the next answer: not past the next thing that has to be done."""
        now = monotonic()
        until = [wait_seconds]
        if not self._overlooked and (due_in := self._writer.due_in(now)) is not None:
            until.append(due_in)
        if self._paced_until is not None:
            until.append(self._paced_until - now)
        if self._away_until > now:
            until = [min(wait_seconds, self._away_until - now)]
        elif claiming:
            until.append((self._claim_pace.next_at if self._woken else self._look_at) - now)
        return max(0.0, min(until))

    def _collect(self, wait_seconds: float, wake_fds: Iterable[int]) -> None:
        descriptors = (*self._listener.descriptors(), *self._writer.descriptors(), *wake_fds)
        for sent, result in self._client.poll(wait_seconds, descriptors):
            self._finish(sent, result)
        self._writer.heard()

    def _finish(self, sent: _Sent, result: OutboundResult) -> None:
        now = datetime.now(UTC)
        attempts = sent.row.attempts_made + 1
        outcome = judge(result, attempts_made=attempts, now=now, jitter=jitter())
        sent.lane.finish(finished(sent.row, attempts, outcome, sent.built, result), now=now)
        self._writer.add(sent.lane)
        self._verdicts.hear(sent.lane, sent.url, outcome)

    # Writing back and giving back

    def _settle(self) -> None:
        """What follows from a write-back that has ended. Raises its database error if it failed; its results are kept then."""
        if not self._writer.ended:
            return
        for lane in self._writer.settle():
            self._lose(lane)
        self._overlooked, self._passed_over = self._passed_over, False
        self._woken |= self._overlooked
        self._verdicts.carry_out()
        self._release([lane for lane in self._lanes.values() if lane.idle])

    def _release(self, lanes: list[LeasedLane]) -> None:
        claim.release({lane.id: lane.token for lane in lanes})
        for lane in lanes:
            del self._lanes[lane.id]

    def _keep_leases(self, now: float, *, below: float) -> None:
        enough = self._lease_seconds * below
        expiring = [lane for lane in self._lanes.values() if lane.lease_until - now < enough]
        if not expiring:
            return
        held = claim.renew({lane.id: lane.token for lane in expiring}, lease_seconds=self._lease_seconds)
        for lane in expiring:
            if lane.id in held:
                lane.lease_until = now + self._lease_seconds
            else:
                self._lose(lane)

    def _lose(self, lane: LeasedLane) -> None:
        """Somebody else may have it by now. What is still under way will be logged as late."""
        logger.warning("The lease of lane %d was lost with %d requests under way.", lane.id, len(lane.in_flight))
        lane.closing = True
        lane.queue.clear()
        if self._lanes.get(lane.id) is lane:
            del self._lanes[lane.id]

    @contextmanager
    def _unless_away(self) -> Iterator[None]:
        """When the database does not answer, or refuses, results are kept and nothing is started; soon it is tried again."""
        try:
            yield
        except Error as error:
            level = logging.WARNING if will_pass(error) else logging.ERROR
            logger.log(level, "The database is away or refuses; results are kept.", exc_info=True)
            self._away_until = monotonic() + RECONNECT_AFTER
            connection.close()
