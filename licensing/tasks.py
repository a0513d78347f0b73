"""What Celery runs for subscriptions and stores: the hourly round, dropping what was left lying, and the end of closed stores."""

from celery import shared_task
from django.utils import timezone

from licensing import drafts, ending, notices, renewals


@shared_task(name="licensing.keep_subscriptions", ignore_result=True)
def keep_subscriptions() -> None:
    """Renew, give grace, let lapse and end trials. Idempotent: it may run at any time, and twice at once."""
    renewals.keep_subscriptions(timezone.localdate())
    notices.hand_over()


@shared_task(name="licensing.prune_drafts", ignore_result=True)
def prune_drafts() -> None:
    """Drop what admins staged or uploaded for the License page and left lying."""
    drafts.prune()


@shared_task(name="licensing.end_closed_stores", ignore_result=True)
def end_closed_stores() -> None:
    """Destroy the keys and secrets of closed stores that cannot be opened again; what is left over waits for the next day."""
    ending.end_closed_stores(timezone.now())
