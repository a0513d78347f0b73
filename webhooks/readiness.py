"""Whether deliveries go out: if something has been due for too long and no worker takes it, the product is not ready."""

from django.conf import settings
from django.db import Error

from backoffice.web.remembered import Remembered
from webhooks import backlog

#: Probes come from several sides; the database is asked once in so many seconds by each process.
REMEMBERED_SECONDS = 2.0

oldest_due = Remembered(backlog.oldest_due, seconds=REMEMBERED_SECONDS)


def deliveries_problem() -> str:
    """In words if the oldest due delivery has waited for a worker for longer than READY_OLDEST_DUE_SECONDS; "" if not."""
    try:
        seconds = oldest_due().unclaimed
    except Error as error:
        return type(error).__name__
    if seconds <= settings.READY_OLDEST_DUE_SECONDS:
        return ""
    return f"the oldest due delivery has waited {seconds:.0f} s for a worker"
