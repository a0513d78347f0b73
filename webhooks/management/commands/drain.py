"""`manage.py drain`: a delivery worker that needs no Celery and no broker; any number may run."""

import os
import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from webhooks.drain import drain


class Command(BaseCommand):
    help = (
        "Delivers what is due, without Celery or a broker, until it is ended (or, with --once, until nothing is due)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="end when nothing is due")

    def handle(self, *_args: Any, once: bool, **_options: Any) -> None:
        stopping = Event()
        reading, writing = os.pipe()

        def stop(*_: object) -> None:
            stopping.set()
            os.write(writing, b"x")

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        drain(seconds=float("inf"), linger=not once, stopping=stopping.is_set, wake_fds=[reading])
