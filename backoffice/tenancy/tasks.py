"""What Celery runs for organizations: sending the mails that wait, and forgetting old ones."""

from celery import shared_task
from django.utils import timezone

from backoffice.tenancy.mails import outbox


@shared_task(name=outbox.SEND_TASK, ignore_result=True)
def send_mails() -> None:
    outbox.send_waiting(timezone.now())


@shared_task(name="tenancy.prune_mails", ignore_result=True)
def prune_mails() -> None:
    while outbox.prune(timezone.now()):
        pass
