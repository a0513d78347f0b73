"""Choosing when an action runs by itself, by a person or by the provider's default."""

from datetime import time

from django.db import transaction
from django.utils import timezone

from backoffice.accounts.models import User
from backoffice.tenancy.audit import record
from integrations.catalog import all_providers
from integrations.contract import Action, Schedule
from integrations.models import ActionSchedule, Every, Integration
from integrations.schedules.times import next_due, phase_of

#: When a daily action runs unless somebody chooses: the business day before is over everywhere.
DEFAULT_AT = time(5)


@transaction.atomic
def set_schedule(
    *, integration: Integration, action: Action, every: Every, at: time | None, by: User | None
) -> ActionSchedule:
    """Have the action run so from now on. Raises ValueError for a schedule that the action does not allow."""
    if every != Every.OFF and Schedule(every.value) not in action.schedules:
        raise ValueError(f"{action.name} does not run {every.value}.")
    made = ActionSchedule(integration=integration, action=action.name)
    ActionSchedule.objects.bulk_create([made], ignore_conflicts=True)
    schedule = ActionSchedule.objects.select_for_update().get(integration=integration, action=action.name)
    before = _in_short(schedule)
    set_due(schedule, integration.store.timezone, every, at if every == Every.DAY else None)
    schedule.held_up_at = None
    schedule.save(update_fields=["every", "at", "timezone", "next_due_at", "held_up_at"])
    changes = {"schedule": [before, _in_short(schedule)], "action": action.name}
    record(action="schedule.set", by=by, store=integration.store, target=integration, changes=changes)
    return schedule


def set_defaults(integration: Integration, _by: User | None) -> None:
    """Hears of each change of an integration: once it is set up, its actions get the schedules that the provider suggests.

    One that somebody has chosen stays, and so does one that was set before.
    """
    provider = all_providers().get(integration.provider_slug)
    if provider is None or integration.settings_saved_at is None or integration.deactivated_at is not None:
        return
    suggested = []
    for action in provider.actions:
        if action.default_schedule is not None:
            schedule = ActionSchedule(integration=integration, action=action.name)
            every = Every(action.default_schedule.value)
            set_due(schedule, integration.store.timezone, every, DEFAULT_AT if every == Every.DAY else None)
            suggested.append(schedule)
    if suggested:
        ActionSchedule.objects.bulk_create(suggested, ignore_conflicts=True)


def set_due(schedule: ActionSchedule, store_timezone: str, every: Every, at: time | None) -> None:
    schedule.every, schedule.at, schedule.timezone = every, at, store_timezone
    schedule.next_due_at = None
    if every != Every.OFF:
        schedule.next_due_at = next_due(
            Schedule(every.value), after=timezone.now(), timezone=store_timezone, at=at, phase=phase_of(schedule.pk)
        )


def _in_short(schedule: ActionSchedule) -> str:
    return f"{schedule.every} {schedule.at:%H:%M}" if schedule.at else str(schedule.every)
