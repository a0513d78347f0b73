"""The sweeper: finds what was missed, frees what the dead held, wakes workers, and delivers itself where there are none."""

import logging
import uuid
from collections.abc import Callable
from time import monotonic, sleep

from django.db import connection
from django.utils import timezone

from backoffice.database.partitions import ensure_partitions
from webhooks import giving_up, lanes, recovery, wake
from webhooks.delivery import drains
from webhooks.delivery.engine import Engine
from webhooks.drain import SHUT_DOWN_SECONDS
from webhooks.parking import Forgotten

logger = logging.getLogger(__name__)

#: Parked deliveries that nothing stops, and endpoints that are dead, are looked for every so many sweeps.
RARELY = 8
#: Partitions of the coming weeks are made every so many sweeps, should nobody run the daily task.
PARTITIONS_EVERY = 1800
#: Of each sweep, for recoveries that are under way.
RECOVER_SECONDS = 0.5


class Sweeper:
    """Needs the database and no broker. One is enough; several do no harm."""

    def __init__(self, *, every_seconds: float) -> None:
        self._every = every_seconds
        self._orphans: set[tuple[int, uuid.UUID]] = set()
        self._sweeps = 0
        self._forgotten = Forgotten()
        self._delivers = False
        self._engine: Engine | None = None

    def run(self, stopping: Callable[[], bool]) -> None:
        """Sweep until told to stop, then end what is under way."""
        next_sweep = monotonic()
        while not stopping():
            now = monotonic()
            if now >= next_sweep:
                next_sweep = now + self._every
                self._sweep_safely()
            wait = min(0.2, max(0.0, next_sweep - monotonic()))
            self._turn(wait, claiming=self._delivers)
        self._end()

    def sweep(self) -> int:
        """One look at everything; returns how many lanes have been waiting for a worker for longer than a sweep."""
        orphans = drains.orphans()
        drains.free(orphans & self._orphans)
        self._orphans = orphans
        repaired = lanes.repair_marks()
        if repaired:
            logger.info("%d lanes had something waiting and were not marked.", repaired)
        if self._sweeps % PARTITIONS_EVERY == 0:
            ensure_partitions(timezone.now())
        if self._sweeps % RARELY == 0:
            self._forgotten.unpark()
            giving_up.disable_dead()
        recovery.recover_waiting(seconds=RECOVER_SECONDS)
        self._sweeps += 1
        if self._delivers or lanes.overdue(seconds=0):
            wake.wake()
        return lanes.overdue(seconds=self._every)

    def _sweep_safely(self) -> None:
        try:
            waiting = self.sweep()
        except Exception:
            logger.warning("The sweep failed; the next follows.", exc_info=True)
            connection.close()
            return
        # Its own lanes are leased and do not count: it goes on until workers leave nothing over.
        delivers = waiting > 0 or (self._delivers and not drains_elsewhere(self._engine))
        if delivers and not self._delivers:
            logger.warning("%d lanes found no worker; delivering them here.", waiting)
        self._delivers = delivers

    def _turn(self, wait: float, *, claiming: bool) -> None:
        """One turn of its own engine, if it needs one. What a bad turn held is sent again when its leases end."""
        try:
            self._turn_engine(wait, claiming=claiming)
        except Exception:
            logger.exception("A turn failed; the sweeper goes on with a new engine.")
            self._drop_engine()
            sleep(wait)

    def _drop_engine(self) -> None:
        engine, self._engine = self._engine, None
        try:
            if engine is not None:
                engine.close()
        except Exception:
            logger.exception("The engine that failed could not be closed.")
            connection.close()

    def _turn_engine(self, wait: float, *, claiming: bool) -> None:
        if self._engine is None:
            if not claiming:
                sleep(wait)
                return
            self._engine = Engine()
        if not claiming:
            self._engine.wind_down()
        self._engine.turn(claiming=claiming, wait_seconds=wait)
        if not claiming and not self._engine.busy:
            self._engine.close()
            self._engine = None

    def _end(self) -> None:
        until = monotonic() + SHUT_DOWN_SECONDS
        while self._engine is not None and monotonic() < until:
            self._turn(0.2, claiming=False)
        self._drop_engine()


def drains_elsewhere(engine: Engine | None) -> bool:
    """Whether other processes drain, besides this one's own engine."""
    return drains.census().drains > (1 if engine is not None else 0)
