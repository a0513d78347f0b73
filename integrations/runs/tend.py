"""Looking after runs: those nobody began are begun, those whose worker died go on, and old ones are removed."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from integrations.models import Run, RunState
from integrations.runs.health import note_outcome
from integrations.runs.lease import MOST_TRIES, silent
from integrations.runs.results import note_result

_PATIENCE = timedelta(seconds=20)
_AT_ONCE = 500
KEPT = timedelta(days=90)


def to_execute(now: datetime) -> list[uuid.UUID]:
    """Runs to hand to the workers, those that wait longest first; a run handed over twice is claimed once."""
    waits = Q(state=RunState.QUEUED, retry_at__isnull=True, queued_at__lt=now - _PATIENCE)
    again = Q(state=RunState.QUEUED, retry_at__lte=now)
    found = Run.objects.filter(waits | again | silent(now), tries__lt=MOST_TRIES)
    return list(found.order_by("id").values_list("pk", flat=True)[:_AT_ONCE])


def give_up_stalled(now: datetime) -> int:
    """Say of runs whose workers died again and again that they stalled; returns how many."""
    silenced = Run.objects.filter(silent(now), tries__gte=MOST_TRIES).select_related("integration__store__organization")
    stalled = silenced.order_by("id")[:_AT_ONCE]
    return sum(_give_up(run, now) for run in stalled)


@transaction.atomic
def _give_up(run: Run, now: datetime) -> bool:
    """False where its worker was heard of after all."""
    words = _("The run stopped without a sign of life and was taken up several times. Nothing that was done is lost.")
    still = Run.objects.filter(silent(now), pk=run.pk)
    given_up = still.update(state=RunState.STALLED, lease=None, finished_at=now, problem=words)
    if given_up:
        note_result(run, RunState.STALLED)
        if not run.dry_run:
            note_outcome(run, RunState.STALLED, words, now)
    return bool(given_up)


def prune(now: datetime) -> int:
    """Remove runs that ended long ago, with their items, a bounded number at a time; returns how many."""
    old = Run.objects.filter(finished_at__lt=now - KEPT).order_by("id").values_list("pk", flat=True)[:_AT_ONCE]
    removed = list(old)
    Run.objects.filter(pk__in=removed).delete()
    return len(removed)
