"""What Celery runs: draining, and the daily upkeep of tables."""

import os
import select
from datetime import timedelta
from typing import Any

from celery import shared_task
from celery.signals import worker_init, worker_shutting_down
from django.utils import timezone

from backoffice.database.partitions import ensure_partitions
from webhooks import drain as draining
from webhooks import wake
from webhooks.models import IdempotencyKey

#: An idempotency key is remembered for so long.
KEYS_KEPT = timedelta(days=30)
KEYS_AT_A_TIME = 5000

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


@shared_task(name="webhooks.prune_idempotency_keys", ignore_result=True)
def prune_idempotency_keys() -> None:
    """Forget keys of long ago, a few at a time, so that no lock is held for long."""
    old = IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEYS_KEPT)
    while keys := list(old.values_list("pk", flat=True)[:KEYS_AT_A_TIME]):
        IdempotencyKey.objects.filter(pk__in=keys).delete()
