"""The Celery application: it wakes workers and keeps the clock; what must survive is in the tables."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import worker_before_create_process

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")

app = Celery("backoffice")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_before_create_process.connect
def _leave_the_code_out_of_collections(**_: Any) -> None:
    """What was loaded before the fork stays for good: looking through it again costs a delivery tens of milliseconds."""
    gc.freeze()
    gc.set_threshold(10_000)
