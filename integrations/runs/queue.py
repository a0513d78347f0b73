"""Telling the workers of something to do; what they miss, beat finds in the tables."""

import logging
import uuid
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

EXECUTE = "integrations.execute_run"
SEND_MAIL = "integrations.send_run_mail"

logger = logging.getLogger(__name__)


def after_commit(task: str, row_id: uuid.UUID) -> None:
    """Send the task once the caller's transaction is stored. It carries the id alone."""
    transaction.on_commit(partial(now, task, row_id))


def now(task: str, row_id: uuid.UUID) -> None:
    try:
        current_app.send_task(task, args=[str(row_id)], retry=False, expires=600)
    except OperationalError:
        logger.warning("The broker is away; beat will start %s.", task)
