"""Draining for a while: the loop that the Celery task, the `drain` command and the sweeper put around the engine."""

import logging
from collections.abc import Callable, Iterable
from time import monotonic, sleep
from uuid import uuid4

from django.db import Error

from webhooks import lanes, wake
from webhooks.delivery.engine import Engine

logger = logging.getLogger(__name__)

#: How long a drain stays, so that workers are replaced now and then, in seconds.
BUDGET_SECONDS = 300.0
#: How long it waits for what is under way when it is to end.
WIND_DOWN_SECONDS = 35.0
#: A worker that is being shut down waits so long for answers; what is left is sent again when its lease ends.
SHUT_DOWN_SECONDS = 8.0
AWAKE_EVERY = 1.0
TURN_SECONDS = 0.5


def drain(
    *,
    seconds: float = BUDGET_SECONDS,
    linger: bool = True,
    stopping: Callable[[], bool] = lambda: False,
    wake_fds: Iterable[int] = (),
) -> None:
    """Deliver what is due until the time is up, or, without `linger`, until nothing is due.

    A drain that lingers waits on the database's notifications, so the next order needs no task and no start. One at a
    time does; the others end when they have nothing to do. `stopping` is asked when a wake fd is readable, and often.
    """
    engine, name = Engine(), uuid4().hex
    try:
        _deliver(engine, name, monotonic() + seconds, linger, stopping, tuple(wake_fds))
        engine.wind_down()
        wake.fall_asleep(name)
        asleep = monotonic()
        _hand_over()
        _wind_down(engine, stopping)
        # Who had just heard that this drain is awake has not asked for another.
        sleep(max(0.0, asleep + wake.ASK_EVERY_SECONDS - monotonic()))
        _hand_over()
    finally:
        engine.close()


def _deliver(
    engine: Engine, name: str, until: float, linger: bool, stopping: Callable[[], bool], wake_fds: tuple[int, ...]
) -> None:
    awake_at = 0.0
    while monotonic() < until and not stopping():
        engine.turn(claiming=True, wait_seconds=TURN_SECONDS, wake_fds=wake_fds)
        now = monotonic()
        if engine.could_use_help:
            wake.ask_for_help()
        if not linger and engine.found_nothing:
            return
        if linger and now >= awake_at:
            awake_at = now + AWAKE_EVERY
            if not wake.stay_awake(name) and not engine.busy:
                return


def _hand_over() -> None:
    """Whatever became due since the last look wakes another worker."""
    try:
        if lanes.overdue(seconds=0):
            wake.wake()
    except Error:
        logger.warning("The database was away at the end; the sweeper wakes a worker.", exc_info=True)


def _wind_down(engine: Engine, stopping: Callable[[], bool]) -> None:
    started = monotonic()
    while engine.busy:
        left = started + (SHUT_DOWN_SECONDS if stopping() else WIND_DOWN_SECONDS) - monotonic()
        if left <= 0:
            return
        engine.turn(claiming=False, wait_seconds=min(TURN_SECONDS, left))
