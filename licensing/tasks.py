"""What Celery runs for subscriptions: the hourly round, and dropping what was left lying."""

from celery import shared_task
from django.utils import timezone

from licensing import drafts, notices, renewals


@shared_task(name="licensing.keep_subscriptions", ignore_result=True)
def keep_subscriptions() -> None:
    """Renew, give grace, let lapse and end trials. Idempotent: it may run at any time, and twice at once."""
    renewals.keep_subscriptions(timezone.localdate())
    notices.hand_over()


@shared_task(name="licensing.prune_drafts", ignore_result=True)
def prune_drafts() -> None:
    """Drop what admins staged or uploaded for the License page and left lying."""
    drafts.prune()
