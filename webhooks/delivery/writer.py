"""Results waiting to be written back: batched, and kept while the database is away."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from time import monotonic

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from backoffice.database.partitions import ensure_partitions
from webhooks.delivery.attempt_log import log_attempts
from webhooks.delivery.faults import will_pass
from webhooks.delivery.lane import LeasedLane
from webhooks.delivery.outcome import EXHAUSTED, Outcome
from webhooks.delivery.record import Finished, LaneState, record

logger = logging.getLogger(__name__)

#: A batch is written when it holds so many results, or its first is so old: what a crash can cause to be sent again.
MOST_RESULTS = 200
LONGEST_WAIT = 0.25

Batch = Sequence[tuple[LaneState, Sequence[Finished]]]


class Writer:
    """Collects lanes that have unwritten results."""

    def __init__(self) -> None:
        self._lanes: dict[LeasedLane, None] = {}
        self._count = 0
        self._due_at = 0.0

    @property
    def full(self) -> bool:
        """Nothing more should be started before a write: what is lost in a crash stays bounded."""
        return self._count >= MOST_RESULTS

    @property
    def empty(self) -> bool:
        return not self._lanes

    def add(self, lane: LeasedLane) -> None:
        """The lane has one more unwritten result."""
        now = monotonic()
        if not self._lanes:
            self._due_at = now + LONGEST_WAIT
        if lane.in_a_hurry:
            self._due_at = now
        self._lanes[lane] = None
        self._count += 1

    def due_in(self, now: float) -> float | None:
        """Seconds until a write is due, or None when there is nothing to write."""
        if not self._lanes:
            return None
        return 0.0 if self.full else max(0.0, self._due_at - now)

    def write(self) -> list[LeasedLane]:
        """Write everything; returns the lanes whose lease was lost. Errors of a database that is away leave it all for the next call."""
        lanes = list(self._lanes)
        held = _record([(lane.state(), lane.unwritten) for lane in lanes])
        for lane, its in zip(lanes, held, strict=True):
            log_attempts(lane.claimed.store_id, lane.claimed.endpoint_id, lane.unwritten, late=not its)
            lane.written()
        self._lanes, self._count = {}, 0
        return [lane for lane, its in zip(lanes, held, strict=True) if not its]


def _record(batch: Batch) -> list[bool]:
    try:
        try:
            return record(batch)
        except IntegrityError as error:
            if "no partition" not in str(error):
                raise
            ensure_partitions(datetime.now(UTC))
            return record(batch)
    except Exception as error:
        if will_pass(error):
            raise
        logger.exception("A batch of results was refused; it is written one by one.")
        return [_record_one_by_one(lane, results) for lane, results in batch]


def _record_one_by_one(lane: LaneState, results: Sequence[Finished]) -> bool:
    """Whether the lease still held. Only what cannot be written itself is missing then, never its neighbours."""
    held = [_record_somehow(lane, result) for result in results]
    return all(held)


def _record_somehow(lane: LaneState, result: Finished) -> bool:
    """As it is, or without its attempt, or as a delivery that is given up since nothing else can be said of it.

    If even that is refused, the lane counts as lost: its lease runs out before the delivery is tried again.
    """
    bare = Finished(result.delivery_id, result.attempts_made, result.outcome)
    for form in (result, bare, _given_up(bare, "not_recordable", _("Its result could not be stored."))):
        try:
            with transaction.atomic():
                return record([(lane, [form])])[0]
        except Exception as error:
            if will_pass(error):
                raise
            logger.warning("The result of delivery %s was refused.", result.delivery_id, exc_info=True)
    return False


def _given_up(result: Finished, error: str, words: str) -> Finished:
    return Finished(result.delivery_id, result.attempts_made, Outcome(EXHAUSTED, error=error, detail=words))
