"""What Celery runs: draining, the upkeep of tables, and news for owners."""

import os
import select
from typing import Any

from celery import shared_task
from celery.signals import worker_init, worker_shutting_down
from django.utils import timezone

from backoffice.database.partitions import ensure_partitions
from webhooks import drain as draining
from webhooks import owner_notices, retention, wake
from webhooks.erasure import steps as erasure_steps

# A pipe from the worker's parent to its children, made before they are forked: readable once the worker shuts down, so
# that a drain that waits for orders does not hold the shutdown up.
_shutdown: dict[str, int] = {}


@worker_init.connect
def _open_pipe(**_: Any) -> None:
    if not _shutdown:
        _shutdown["reading"], _shutdown["writing"] = os.pipe()
        os.set_blocking(_shutdown["reading"], False)


@worker_shutting_down.connect
def _announce_shutdown(**_: Any) -> None:
    """Nobody reads the byte, so every child sees it."""
    if _shutdown:
        os.write(_shutdown["writing"], b"x")


class _Stop:
    """Whether the worker is shutting down; it stays so once seen."""

    def __init__(self) -> None:
        self.descriptors = (_shutdown["reading"],) if _shutdown else ()

    def __call__(self) -> bool:
        return bool(self.descriptors and select.select(self.descriptors, (), (), 0)[0])


@shared_task(name=wake.TASK, acks_late=False, ignore_result=True)
def drain() -> None:
    """Deliver what is due, then wait for more until the time is up. Any number may run at once."""
    stop = _Stop()
    draining.drain(stopping=stop, wake_fds=stop.descriptors)


@shared_task(name="webhooks.make_partitions", ignore_result=True)
def make_partitions() -> None:
    """Keep the partitions of the coming weeks ready."""
    ensure_partitions(timezone.now())


@shared_task(name="webhooks.keep_retention", ignore_result=True)
def keep_retention() -> None:
    """Remove what is past its time: events, deliveries, attempts, figures, idempotency keys. What is left over waits for the next run."""
    retention.keep(now=timezone.now())


@shared_task(name="webhooks.notify_owners", ignore_result=True)
def notify_owners() -> None:
    """Find whose endpoints fail for long or have recovered, and put mails about it into the outbox."""
    now = timezone.now()
    owner_notices.note_failing(now)
    owner_notices.note_recovered(now)
    owner_notices.hand_over(now)


@shared_task(name="webhooks.erase_customers", ignore_result=True)
def erase_customers() -> None:
    """Go on with looking for customers and erasing them; what is left over waits for the next run."""
    erasure_steps.go_on_with_all()
