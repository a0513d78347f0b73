"""Waking a worker through the broker: coalesced, never waited for, and never needed, since the sweeper finds what it misses."""

import logging
from functools import cache
from time import monotonic

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from backoffice import broker

logger = logging.getLogger(__name__)

TASK = "webhooks.drain"
#: While it exists, a drain is on its way or awake, and listens to the database.
AWAKE_KEY = "webhooks:drain-awake"
HELP_KEY = "webhooks:drain-help"
AWAKE_MS = 3000
ON_ITS_WAY = b"on its way"
TASK_EXPIRES_SECONDS = 10
#: A process that has just heard that a drain is awake, or has sent for one, does not ask again for so long.
ASK_EVERY_SECONDS = 0.1

_ERRORS = (redis.RedisError, OSError)
_asked_at = float("-inf")


@cache
def _client() -> "redis.Redis":
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=broker.SOCKET_SECONDS,
        socket_connect_timeout=broker.SOCKET_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


def wake() -> None:
    """Have a drain start, unless one is on its way or awake. Takes some tenths of a second at worst, and never raises."""
    global _asked_at  # noqa: PLW0603  # of the process: its threads need not ask after one another
    now = monotonic()
    if now < _asked_at + ASK_EVERY_SECONDS or broker.resting():
        return
    try:
        _asked_at = now
        if _client().set(AWAKE_KEY, ON_ITS_WAY, nx=True, px=AWAKE_MS):
            publish()
    except Exception:
        broker.rest()
        logger.warning("No worker was woken; the sweeper will see to it.", exc_info=True)


def ask_for_help() -> None:
    """A busy drain asks for one more, for which a worker process may or may not be free."""
    try:
        if _client().set(HELP_KEY, b"1", nx=True, px=AWAKE_MS):
            publish()
    except Exception:
        logger.debug("No help was asked for; this drain does it all.", exc_info=True)


def publish() -> None:
    """Send the drain task. Raises what the broker's client raises."""
    broker.publish(TASK, expires_seconds=TASK_EXPIRES_SECONDS)


def stay_awake(name: str) -> bool:
    """Called every second or so by a drain that has nothing to do: true if it is the one that should wait for the next order.

    While it waits, no task needs to be sent. Without the broker every drain waits.
    """
    try:
        holder = _client().get(AWAKE_KEY)
        if holder not in {None, ON_ITS_WAY, name.encode()}:
            return False
        _client().set(AWAKE_KEY, name, px=AWAKE_MS)
    except _ERRORS:
        logger.debug("The broker is away; this drain waits for the database alone.")
    return True


def fall_asleep(name: str) -> None:
    """The next order needs a task again. Call it before the last look for work, so that none falls between."""
    try:
        if _client().get(AWAKE_KEY) in {ON_ITS_WAY, name.encode()}:
            _client().delete(AWAKE_KEY)
    except _ERRORS:
        logger.debug("The broker is away; the key runs out by itself.")
