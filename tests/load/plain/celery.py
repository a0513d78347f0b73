"""The plain way's Celery application."""

import os
import sys

from celery import Celery
from celery.signals import worker_ready

from tests.load.plain import READY

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.load.plain.settings")

app = Celery("plain")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.imports = ("tests.load.plain.tasks",)


@worker_ready.connect
def announce(**_: object) -> None:
    """Says so on standard error: at the log level that costs least per task, Celery itself does not."""
    sys.stderr.write(READY + "\n")
