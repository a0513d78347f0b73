"""Telling the workers of something to do; what they miss, beat finds in the tables."""

import uuid
from functools import partial

from django.db import transaction

from backoffice import broker

EXECUTE = "integrations.execute_run"


def after_commit(task: str, row_id: uuid.UUID) -> None:
    """Send the task once the caller's transaction is stored. It carries the id alone."""
    transaction.on_commit(partial(now, task, row_id))


def now(task: str, row_id: uuid.UUID) -> None:
    broker.send(task, str(row_id))
