"""What people do with runs: start, cancel, and do again what failed; each audited."""

from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.accounts.models import User
from backoffice.tenancy.audit import record
from integrations.contract import Action, SettingType
from integrations.listings import is_switched_off
from integrations.models import Integration, Run, RunState, Trigger
from integrations.runs import queue
from licensing.entitlements import has_hub

_TYPED = frozenset({SettingType.TEXT, SettingType.EMAIL, SettingType.URL, SettingType.ROWS, SettingType.MAPPING})


class AlreadyRunning(Exception):
    """The action runs in this integration already."""


class MayNotRun(Exception):
    """The integration is deactivated, not set up, or its store has no license."""


class NothingFailed(Exception):
    """There is no item to do again."""


@transaction.atomic
def start_run(
    *,
    integration: Integration,
    action: Action,
    parameters: Mapping[str, object],
    dry_run: bool,
    by: User | None,
    trigger: Trigger = Trigger.MANUAL,
    only: Sequence[str] = (),
) -> Run:
    """Queue one run; a worker begins it after the commit. Raises AlreadyRunning and MayNotRun.

    What the clock starts leaves no audit row: the run is its own record.
    """
    if integration.deactivated_at is not None or integration.settings_saved_at is None:
        raise MayNotRun(_("Save the settings first; then this can run."))
    if not has_hub(integration.store_id):
        raise MayNotRun(_("This store does not have the Integration Hub."))
    if is_switched_off(integration.provider_slug):
        raise MayNotRun(_("This provider is not available now. Everything is kept and comes back with it."))
    run = Run(
        integration=integration,
        action=action.name,
        trigger=trigger,
        started_by=by,
        parameters=dict(parameters),
        dry_run=dry_run and action.writes_elsewhere,
        only=list(only),
    )
    try:
        with transaction.atomic():
            run.save(force_insert=True)
    except IntegrityError as error:
        if "integrations_run_once" not in str(error):
            raise
        raise AlreadyRunning(
            _("%(action)s is running already. Wait until it is done, or cancel it.") % {"action": action.label}
        ) from error
    if by is not None:
        changes = {
            "provider": integration.provider_slug,
            "action": action.name,
            "dry_run": run.dry_run,
            "parameters": _told(action, parameters),
            "items": len(only),
        }
        record(action="run.started", by=by, store=integration.store, target=run, changes=changes)
    queue.after_commit(queue.EXECUTE, run.pk)
    return run


def _told(action: Action, parameters: Mapping[str, object]) -> dict[str, object]:
    """For the history, which nothing is ever erased from: of what somebody typed it says that it was entered. The run has the words."""
    typed = {parameter.name for parameter in action.parameters if parameter.type in _TYPED}
    return {name: "entered" if name in typed and value else value for name, value in parameters.items()}


@transaction.atomic
def cancel_run(*, run: Run, by: User | None) -> Run:
    """End a run that waits at once, and one that works at its next checkpoint. Does nothing to one that is over."""
    locked = Run.objects.select_for_update(of=("self",)).select_related("integration__store").get(pk=run.pk)
    if locked.finished or locked.cancel_requested_at is not None:
        return locked
    locked.cancel_requested_at = timezone.now()
    if locked.state == RunState.QUEUED:
        locked.state, locked.finished_at = RunState.CANCELLED, locked.cancel_requested_at
        locked.retry_at = None
    locked.save(update_fields=["cancel_requested_at", "state", "finished_at", "retry_at"])
    changes = {"provider": locked.integration.provider_slug}
    record(action="run.cancelled", by=by, store=locked.integration.store, target=locked, changes=changes)
    return locked


def retry_failed(*, run: Run, action: Action, by: User | None) -> Run:
    """Start a run for the failed items of one that is over; for one without items, all of it. Raises as `start_run`, and NothingFailed."""
    failed = list(run.items.filter(outcome="failed").order_by("id").values_list("key", flat=True))
    if not run.finished or (not failed and run.state == RunState.SUCCEEDED):
        raise NothingFailed(_("No item of this run failed."))
    return start_run(
        integration=run.integration,
        action=action,
        parameters=run.parameters,
        dry_run=run.dry_run,
        by=by,
        trigger=Trigger.RETRY,
        only=failed,
    )
