"""What the end of a run says of its integration: each action works or fails by itself, and one that fails makes it failing."""

from datetime import datetime

from django.db.models import F, Min
from django.db.models.functions import Coalesce

from integrations.models import ActionState, Integration, Run, RunState

_FAILURES = (RunState.FAILED, RunState.PARTLY_SUCCEEDED, RunState.STALLED)


def note_outcome(run: Run, state: RunState, problem: str, now: datetime) -> None:
    """Stands in the transaction that ends the run. The integration's row is locked, so that two runs that end together agree."""
    integration = Integration.objects.select_for_update(of=("self",)).get(pk=run.integration_id)
    ActionState.objects.get_or_create(integration=integration, action=run.action)
    known = ActionState.objects.filter(integration=integration, action=run.action)
    known.update(ended_at=now)
    if state == RunState.SUCCEEDED:
        known.update(failing_since=None, problem="")
        integration.last_success_at = now
    elif state in _FAILURES:
        known.update(failing_since=Coalesce(F("failing_since"), now), problem=problem)
        integration.last_error, integration.last_error_at = problem, now
    else:
        return
    failing = ActionState.objects.filter(integration=integration, failing_since__isnull=False)
    integration.failing_since = failing.aggregate(since=Min("failing_since"))["since"]
    integration.save(update_fields=["last_success_at", "last_error", "last_error_at", "failing_since"])


def words_of_items(run: Run) -> str:
    """What is wrong with the last item that failed, and what to do; empty where none did."""
    failed = run.items.filter(outcome="failed").order_by("-id").first()
    return " ".join(filter(None, (failed.note, failed.hint))) if failed else ""
