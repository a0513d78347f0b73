"""Results waiting to be written back: batched, and kept while the database is away."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from time import monotonic

from django.db import DataError, IntegrityError, transaction

from backoffice.database.partitions import ensure_partitions
from webhooks.delivery.lane import LeasedLane
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
        self._since = 0.0

    @property
    def full(self) -> bool:
        """Nothing more should be started before a write: what is lost in a crash stays bounded."""
        return self._count >= MOST_RESULTS

    @property
    def empty(self) -> bool:
        return not self._lanes

    def add(self, lane: LeasedLane) -> None:
        """The lane has one more unwritten result."""
        if not self._lanes:
            self._since = monotonic()
        self._lanes[lane] = None
        self._count += 1

    def due_in(self, now: float) -> float | None:
        """Seconds until a write is due, or None when there is nothing to write."""
        if not self._lanes:
            return None
        return 0.0 if self.full else max(0.0, self._since + LONGEST_WAIT - now)

    def write(self) -> list[LeasedLane]:
        """Write everything; returns the lanes whose lease was lost. Database errors leave it all for the next call."""
        lanes = list(self._lanes)
        held = _record([(lane.state(), lane.unwritten) for lane in lanes])
        for lane in lanes:
            lane.unwritten = []
        self._lanes, self._count = {}, 0
        return [lane for lane, its in zip(lanes, held, strict=True) if not its]


def _record(batch: Batch) -> list[bool]:
    try:
        return record(batch)
    except IntegrityError as error:
        if "no partition" not in str(error):
            raise
        ensure_partitions(datetime.now(UTC))
        return record(batch)
    except DataError:
        logger.exception("A batch of results was refused; it is written one by one.")
        return [_record_alone(lane, results) for lane, results in batch]


def _record_alone(lane: LaneState, results: Sequence[Finished]) -> bool:
    """One result that the database cannot hold must not keep the others from being written: its attempt is left out."""
    held = True
    for result in results:
        try:
            with transaction.atomic():
                (held,) = record([(lane, [result])])
        except DataError:
            bare = Finished(result.delivery_id, result.attempts_made, result.outcome)
            (held,) = record([(lane, [bare])])
    return held
