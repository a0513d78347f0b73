"""Results waiting to be written back: batched, and kept while the database is away."""

import logging
from collections.abc import Sequence
from concurrent.futures import Future, wait
from datetime import UTC, datetime
from time import monotonic

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from backoffice.database.partitions import ensure_partitions
from webhooks.delivery.attempt_log import log_attempts
from webhooks.delivery.faults import will_pass
from webhooks.delivery.lane import LeasedLane
from webhooks.delivery.outcome import EXHAUSTED, Outcome
from webhooks.delivery.record import Finished, LaneState, record
from webhooks.delivery.writing_thread import WritingThread

logger = logging.getLogger(__name__)

#: No request starts while so many results are not written back, and the first of them waits so long for its write, in seconds. What a
#: crash can cause to be sent again is these and what was under way.
MOST_RESULTS = 200
LONGEST_WAIT = 0.25
#: A write begins when so many wait, so that as many more may come in while it lasts.
ENOUGH_RESULTS = MOST_RESULTS // 2

Batch = Sequence[tuple[LaneState, Sequence[Finished]]]


class Writer:
    """Collects lanes that have results, and writes them back in a thread with a connection of its own: no order waits for that.

    One write goes on at a time. Inside a transaction, which is a test's, another connection would not see the rows: there
    it is done on the spot.
    """

    def __init__(self) -> None:
        self._lanes: dict[LeasedLane, None] = {}
        self._count = 0
        self._due_at = 0.0
        self._writing: dict[LeasedLane, int] = {}
        self._writing_count = 0
        self._answer: Future[list[bool]] | None = None
        self._thread: WritingThread[Batch, list[bool]] | None = None

    @property
    def full(self) -> bool:
        """Nothing more should be started before a write: what is lost in a crash stays bounded."""
        return self._count + self._writing_count >= MOST_RESULTS

    @property
    def empty(self) -> bool:
        return not self._lanes and self._answer is None

    @property
    def ended(self) -> bool:
        """Whether a write has ended that is not settled."""
        return self._answer is not None and self._answer.done()

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
        """Seconds until a write is due, or None when there is nothing to write, or a write to wait for first."""
        if not self._lanes or self._answer is not None:
            return None
        return 0.0 if self._count >= ENOUGH_RESULTS else max(0.0, self._due_at - now)

    def descriptors(self) -> tuple[int, ...]:
        """What becomes readable when a write ends, for waiting together with others."""
        return () if self._thread is None else (self._thread.done_fd,)

    def heard(self) -> None:
        """Take the word that a write has ended off what is waited for; `ended` tells it as well."""
        if self._thread is not None:
            self._thread.heard()

    def start(self) -> None:
        """Begin to write everything, unless a write is under way. `settle` tells what came of it."""
        if self._answer is not None:
            return
        batch = [(lane.state(), lane.hand_over()) for lane in self._lanes]
        self._writing = {lane: len(results) for lane, (_state, results) in zip(self._lanes, batch, strict=True)}
        self._writing_count, self._lanes, self._count = self._count, {}, 0
        if connection.in_atomic_block:
            self._answer = _at_once(batch)
        else:
            self._thread = self._thread or WritingThread(_record)
            self._answer = self._thread.do(batch)

    def wait(self) -> None:
        """Until the write under way has ended."""
        if self._answer is not None:
            wait([self._answer])

    def settle(self) -> list[LeasedLane]:
        """The lanes whose lease was lost, of the write that has ended. Raises its error of a database that is away: all of it waits on then."""
        assert self._answer is not None  # noqa: S101  # `ended` was asked
        answer, lanes = self._answer, list(self._writing)
        self._answer = None
        try:
            held = answer.result()
        except BaseException:
            self._take_back()
            raise
        self._writing, self._writing_count = {}, 0
        for lane, its in zip(lanes, held, strict=True):
            log_attempts(lane.claimed.store_id, lane.claimed.endpoint_id, lane.being_written, late=not its)
            lane.written()
        return [lane for lane, its in zip(lanes, held, strict=True) if not its]

    def close(self) -> None:
        """End the thread and its connection; a write under way is waited for."""
        if self._thread is not None:
            self._thread.close()
            self._thread = None

    def _take_back(self) -> None:
        for lane, count in self._writing.items():
            lane.take_back()
            self._lanes[lane] = None
            self._count += count
        self._writing, self._writing_count = {}, 0
        self._due_at = monotonic()


def _at_once(batch: Batch) -> "Future[list[bool]]":
    answer: Future[list[bool]] = Future()
    try:
        answer.set_result(_record(batch))
    except Exception as error:  # noqa: BLE001  # as in a thread: whoever asks for the result gets it
        answer.set_exception(error)
    return answer


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
