"""Doing a run: claim it, let the provider work, and write down how it ended."""

import logging
import uuid
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.tenancy.transactions import tenant_transaction
from integrations.catalog import all_providers
from integrations.contract import NeedsAttention, Provider, TryLater
from integrations.listings import is_suspended
from integrations.models import Run, RunState, Trigger
from integrations.runs.health import note_outcome, words_of_items
from integrations.runs.hub_run import HubRun
from integrations.runs.lease import MOST_TRIES, CancelledByPerson, LeaseLost, claim
from integrations.runs.results import note_result

_LONGEST_PAUSE = timedelta(hours=6)

logger = logging.getLogger(__name__)


def execute(run_id: uuid.UUID) -> None:
    """Do the run, or what is left of it. Nothing happens where another worker has it, or it is over."""
    run = claim(run_id, timezone.now())
    if run is None:
        return
    provider = all_providers().get(run.integration.provider_slug)
    action = next((action for action in provider.actions if action.name == run.action), None) if provider else None
    if run.cancel_requested_at is not None:
        _end(run, RunState.CANCELLED, "")
    elif provider is None or action is None:
        _end(run, RunState.FAILED, _("This integration no longer offers this action."))
    elif run.integration.deactivated_at is not None or is_suspended(run.integration):
        words = _(
            "The integration is deactivated, its provider not available now, or the store has no license for the hub."
        )
        _end(run, RunState.CANCELLED, words)
    else:
        _do(run, provider)


def _do(run: Run, provider: Provider) -> None:
    try:
        _work(HubRun(run, provider))
    except LeaseLost:
        logger.warning("Run %s was taken over by another worker.", run.pk)
    except CancelledByPerson:
        _end(run, RunState.CANCELLED, "")
    except TryLater as later:
        _try_later(run, later)
    except NeedsAttention as needed:
        _end(run, RunState.FAILED, str(needed.message))
    except Exception:
        logger.exception("Run %s failed in the provider's code.", run.pk)
        _end(
            run,
            RunState.FAILED,
            _("Something went wrong on our side. Support can find it by the reference %(reference)s.")
            % {"reference": run.public_id},
        )
    else:
        nothing = _("None of the items worked.") if _outcome(run) == RunState.FAILED else ""
        _end(run, _outcome(run), nothing, told=words_of_items(run))


def _work(hub_run: HubRun) -> None:
    """What was done before a failure is written down as well."""
    try:
        hub_run.work()
        hub_run.progress.checkpoint(hub_run.cursor)
    except Exception:
        hub_run.progress.write()
        raise


def _outcome(run: Run) -> RunState:
    if not run.failed:
        return RunState.SUCCEEDED
    return RunState.FAILED if run.failed == run.done else RunState.PARTLY_SUCCEEDED


def _try_later(run: Run, later: TryLater) -> None:
    """Wait as long as the service asks, longer each time, and give up after some tries."""
    if run.tries >= MOST_TRIES:
        _end(run, RunState.FAILED, str(later.message))
        return
    pause = max(timedelta(seconds=later.after_seconds), timedelta(minutes=2 ** (run.tries - 1)))
    _write(
        run,
        state=RunState.QUEUED,
        lease=None,
        problem=str(later.message),
        retry_at=timezone.now() + min(pause, _LONGEST_PAUSE),
    )


def _end(run: Run, state: RunState, problem: str, *, told: str = "") -> None:
    """The last word on a run, and on the health of its integration (`told` there, if it says more); by who holds the run alone."""
    now = timezone.now()
    with tenant_transaction(run.integration.store.organization_id):
        if not _write(run, state=state, lease=None, problem=problem, finished_at=now, retry_at=None):
            return
        note_result(run, state)
        if not run.dry_run:
            note_outcome(run, state, told or problem, now)
            if (
                run.trigger == Trigger.CONTINUOUS
                and state == RunState.SUCCEEDED
                and not (run.done or run.mails.exists())
            ):
                # One a minute that found nothing to do would bury those that did something.
                run.delete()


def _write(run: Run, **fields: object) -> bool:
    """Under the lease; false where it is another's."""
    with tenant_transaction(run.integration.store.organization_id):
        held = Run.objects.filter(pk=run.pk, lease=run.lease)
        return bool(held.update(heartbeat_at=timezone.now(), **fields))
