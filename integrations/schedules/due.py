"""Starting what is due, for all stores at once."""

import json
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from backoffice.database.identifiers import uuid7
from backoffice.tenancy.models import Store
from integrations.catalog import all_providers
from integrations.contract import Action, Schedule
from integrations.listings import slugs_switched_off
from integrations.models import ActionSchedule, Every, Integration, RunState, Trigger
from integrations.models.run import UNFINISHED
from integrations.schedules.times import next_due, phase_of
from integrations.status import those_set_up
from licensing.entitlements import stores_with_hub

#: Taken in one transaction: about a third of a second, after which the workers begin.
AT_ONCE = 1000
#: Where a store's time zone cannot be read, its schedules are looked at again so much later.
_LATER = timedelta(hours=1)

_START = f"""
INSERT INTO integrations_run (id, integration_id, action, trigger, parameters, state, dry_run, "only", created, updated, skipped, failed,
    counts_at_checkpoint, cursor, problem, tries, queued_at)
SELECT id, integration_id, action, trigger, parameters::jsonb, '{RunState.QUEUED}', false, '{{}}', 0, 0, 0, 0, '{{}}', '', '', 0, %(now)s
FROM unnest(%(ids)s::uuid[], %(integrations)s::uuid[], %(actions)s::text[], %(triggers)s::text[], %(parameters)s::text[])
    AS wanted (id, integration_id, action, trigger, parameters)
ON CONFLICT (integration_id, action) WHERE state IN ('{"', '".join(UNFINISHED)}') DO NOTHING
RETURNING id
"""  # noqa: S608  nothing but constants is put in
_MOVE_ON = """
UPDATE integrations_actionschedule schedule SET next_due_at = moved.due, held_up_at = moved.held_up, timezone = moved.timezone
FROM unnest(%(ids)s::uuid[], %(due)s::timestamptz[], %(held_up)s::timestamptz[], %(timezones)s::text[])
    AS moved (id, due, held_up, timezone)
WHERE schedule.id = moved.id
"""


def start_due(now: datetime) -> Iterator[uuid.UUID]:
    """Queue a run for each schedule that is due and may run, and move all of them on; yields the runs to tell the workers of.

    A constant number of queries for each thousand, whose runs are stored once they are yielded. Of two calls at once each takes
    schedules that the other does not. The database refuses a run beside one that goes on; the schedule then says that it was held up.
    What may not run is passed over until its next time.
    """
    taken = AT_ONCE
    while taken == AT_ONCE:
        taken, started = _start_some(now)
        yield from started


@transaction.atomic
def _start_some(now: datetime) -> tuple[int, list[uuid.UUID]]:
    """How many schedules were due, and the runs of those that may run."""
    due: list[ActionSchedule] = list(_due(now))
    off = slugs_switched_off()
    if not due:
        return 0, []
    ready = those_set_up([schedule.integration for schedule in due])
    wanted = {
        uuid7(): (schedule, action)
        for schedule in due
        if schedule.integration_id in ready and (action := _may_run(schedule, off))
    }
    started = _start(wanted, now)
    _move_on(due, {schedule.pk: now for run_id, (schedule, _action) in wanted.items() if run_id not in started}, now)
    return len(due), [run_id for run_id in wanted if run_id in started]


@transaction.atomic
def follow_time_zones(now: datetime) -> int:
    """Tell anew when daily schedules are due next, in stores whose time zone was changed; returns how many.

    What is due already is left to `start_due`, which moves it on by the store's clock as it is then.
    """
    found = ActionSchedule.objects.filter(every=Every.DAY, next_due_at__gt=now)
    moved = found.exclude(timezone=F("integration__store__timezone")).select_related("integration__store")
    schedules = list(moved.select_for_update(of=("self",), skip_locked=True).order_by("id")[:AT_ONCE])
    if schedules:
        _move_on(schedules, {one.pk: one.held_up_at for one in schedules}, now)
    return len(schedules)


def _due(now: datetime) -> QuerySet[Any]:
    licensed = Exists(stores_with_hub(Store.objects.filter(pk=OuterRef("integration__store_id"))))
    found = ActionSchedule.objects.filter(next_due_at__lte=now).order_by("next_due_at")
    found = found.select_for_update(of=("self",), skip_locked=True)
    return found.select_related("integration__store").annotate(licensed=licensed)[:AT_ONCE]


def _may_run(schedule: ActionSchedule, off: Collection[str]) -> Action | None:
    """The action, where its integration is active, saved and not switched `off`, its store licensed, and the schedule still allowed."""
    integration: Integration = schedule.integration
    provider = all_providers().get(integration.provider_slug)
    if (
        provider is None
        or provider.slug in off
        or integration.deactivated_at is not None
        or integration.settings_saved_at is None
        or not getattr(schedule, "licensed", False)
    ):
        return None
    allowed = (action for action in provider.actions if Schedule(schedule.every) in action.schedules)
    return next((action for action in allowed if action.name == schedule.action), None)


def _start(wanted: Mapping[uuid.UUID, tuple[ActionSchedule, Action]], now: datetime) -> set[uuid.UUID]:
    """Those of the runs that the database let in. Parameters are what they are where nobody fills in the form."""
    rows = _planned_anew(
        _START,
        {
            "now": now,
            "ids": list(wanted),
            "integrations": [schedule.integration_id for schedule, _action in wanted.values()],
            "actions": [schedule.action for schedule, _action in wanted.values()],
            "triggers": [
                (Trigger.CONTINUOUS if schedule.every == Every.MINUTE else Trigger.SCHEDULED).value
                for schedule, _action in wanted.values()
            ],
            "parameters": [
                json.dumps({parameter.name: parameter.default for parameter in action.parameters})
                for _schedule, action in wanted.values()
            ],
        },
    )
    return {run_id for (run_id,) in rows}


def _move_on(due: Sequence[ActionSchedule], held_up: Mapping[uuid.UUID, datetime | None], now: datetime) -> None:
    _planned_anew(
        _MOVE_ON,
        {
            "ids": [schedule.pk for schedule in due],
            "due": [_next(schedule, now) for schedule in due],
            "held_up": [held_up.get(schedule.pk) for schedule in due],
            "timezones": [schedule.integration.store.timezone for schedule in due],
        },
    )


def _planned_anew(sql: str, parameters: Mapping[str, Any]) -> list[tuple[uuid.UUID]]:
    """A plan that was kept for a few schedules would be a slow one for a thousand."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def _next(schedule: ActionSchedule, now: datetime) -> datetime:
    try:
        return next_due(
            Schedule(schedule.every),
            after=now,
            timezone=schedule.integration.store.timezone,
            at=schedule.at,
            phase=phase_of(schedule.pk),
        )
    except (LookupError, ValueError):
        return now + _LATER
