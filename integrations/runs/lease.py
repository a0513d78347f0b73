"""Who works on a run: one holder at a time, known by its lease, which is lost by silence."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from integrations.models import Run, RunState

#: Longer than any one thing a run may do without a sign of life: a call of 30 seconds with its connection.
SILENCE = timedelta(minutes=2)
#: How often a run is begun, counting those that a killed worker or a busy service ended.
MOST_TRIES = 5


class RunEnded(BaseException):
    """Not an Exception, so that a provider's own handlers let it through."""


class CancelledByPerson(RunEnded):
    """Somebody pressed Cancel, deactivated the integration, or the license is gone."""


class LeaseLost(RunEnded):
    """Another worker has taken the run over; whatever this one still does must not be written."""


def silent(now: datetime) -> Q:
    """Runs whose holder gave no sign of life for too long."""
    return Q(state=RunState.RUNNING, heartbeat_at__lt=now - SILENCE)


@transaction.atomic
def claim(run_id: uuid.UUID, now: datetime) -> Run | None:
    """Take on a run that waits and is due, or whose holder fell silent; None where there is nothing to do.

    Its counts go back to the last checkpoint, from where its items are done again.
    """
    due = Q(state=RunState.QUEUED) & (Q(retry_at__isnull=True) | Q(retry_at__lte=now))
    run = (
        Run.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(due | silent(now), pk=run_id, tries__lt=MOST_TRIES)
        .select_related("integration__store__organization")
        .first()
    )
    if run is None:
        return None
    run.state, run.lease, run.heartbeat_at, run.retry_at = RunState.RUNNING, uuid.uuid4(), now, None
    run.began_at = run.began_at or now
    run.tries += 1
    run.problem = ""
    for outcome in ("created", "updated", "skipped", "failed"):
        setattr(run, outcome, run.counts_at_checkpoint.get(outcome, 0))
    run.save()
    return run
