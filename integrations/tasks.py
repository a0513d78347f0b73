"""What Celery runs for integrations: runs of actions, news about them, and the upkeep of both."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from integrations.adoption import count_adoption as count
from integrations.brand_changes import follow_all
from integrations.oauth.grants import renew_due
from integrations.oauth.pending import forget_old
from integrations.oauth.revocations import TASK, ask, ask_due
from integrations.outages import note
from integrations.outages.tell import tell
from integrations.runs import mails, queue, tend
from integrations.runs.execute import execute
from integrations.schedules.due import AT_ONCE, follow_time_zones, start_due


@shared_task(name=queue.EXECUTE, acks_late=False, ignore_result=True)
def execute_run(run_id: str) -> None:
    """Acknowledged early: a run whose worker is killed is found by its silence, not by the broker."""
    execute(UUID(run_id))


@shared_task(name="integrations.follow_brand_settings", ignore_result=True)
def follow_brand_settings() -> None:
    follow_all(timezone.now())


@shared_task(name="integrations.renew_accounts", ignore_result=True)
def renew_accounts() -> None:
    renew_due(timezone.now())
    forget_old(timezone.now())


@shared_task(name=TASK, ignore_result=True)
def revoke_access(revocation_id: str) -> None:
    ask(UUID(revocation_id))


@shared_task(name="integrations.revoke_due", ignore_result=True)
def revoke_due() -> None:
    ask_due(timezone.now())


@shared_task(name="integrations.tend_runs", ignore_result=True)
def tend_runs() -> None:
    now = timezone.now()
    tend.give_up_stalled(now)
    for run_id in tend.to_execute(now):
        queue.now(queue.EXECUTE, run_id)
    mails.hand_over()


@shared_task(name="integrations.count_adoption", ignore_result=True)
def count_adoption() -> None:
    count()


@shared_task(name="integrations.start_scheduled", ignore_result=True)
def start_scheduled() -> None:
    for run_id in start_due(timezone.now()):
        queue.now(queue.EXECUTE, run_id)


@shared_task(name="integrations.follow_time_zones", ignore_result=True)
def follow_stores_time_zones() -> None:
    while follow_time_zones(timezone.now()) == AT_ONCE:
        pass


@shared_task(name="integrations.tend_outages", ignore_result=True)
def tend_outages() -> None:
    now = timezone.now()
    note.note_ends(now)
    note.note_beginnings(now)
    for outage_id in note.untold():
        tell(outage_id)


@shared_task(name="integrations.prune_runs", ignore_result=True)
def prune_runs() -> None:
    while tend.prune(timezone.now()):
        pass
