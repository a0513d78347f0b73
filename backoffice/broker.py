"""Sending tasks to the broker, best effort and never waited for: whatever must happen stands in a table, where it is found without."""

import logging
from collections.abc import Sequence
from threading import local
from time import monotonic
from typing import Any

from celery import current_app
from django.conf import settings
from kombu import Connection

logger = logging.getLogger(__name__)

SOCKET_SECONDS = 0.1
#: After a failure the broker is left alone for so long.
CIRCUIT_SECONDS = 5.0
EXPIRES_SECONDS = 600

_state = local()


def send(task: str, *arguments: str) -> None:
    """Have a worker run this task soon. Never raises, and never waits for long."""
    if resting():
        return
    try:
        publish(task, arguments, expires_seconds=EXPIRES_SECONDS)
    except Exception:
        rest()
        logger.warning("The task %s was not sent; beat will see to it.", task, exc_info=True)


def resting() -> bool:
    """Whether the broker failed a moment ago, so that it is not to be asked now."""
    return monotonic() < getattr(_state, "closed_until", 0.0)


def rest() -> None:
    """The broker has failed: leave it alone for a while."""
    _state.closed_until = monotonic() + CIRCUIT_SECONDS


def publish(task: str, arguments: Sequence[str] = (), *, expires_seconds: int) -> None:
    """Send a task over a connection whose every wait is short. Raises what the broker's client raises."""
    connection = getattr(_state, "connection", None)
    if connection is None:
        connection = _state.connection = _short_waits()
    try:
        current_app.send_task(
            task,
            arguments,
            connection=connection,
            retry=False,
            expires=expires_seconds,
            ignore_result=True,
        )
    except Exception:
        _state.connection = None
        raise


def _short_waits() -> Any:
    options = {
        **current_app.conf.broker_transport_options,
        "socket_timeout": SOCKET_SECONDS,
        "socket_connect_timeout": SOCKET_SECONDS,
        "retry_on_timeout": False,
        "max_retries": 0,
    }
    return Connection(settings.CELERY_BROKER_URL, connect_timeout=SOCKET_SECONDS, transport_options=options)
