"""`manage.py sweeper`: finds what was missed and delivers it where no worker does; needs no broker."""

import signal
from threading import Event
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from webhooks.sweeper import Sweeper


class Command(BaseCommand):
    help = "Finds deliveries that were missed, wakes workers, and delivers without a broker where there are none."

    def handle(self, *_args: Any, **_options: Any) -> None:
        stopping = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        Sweeper(every_seconds=settings.DELIVERY_SWEEP_SECONDS).run(stopping.is_set)
