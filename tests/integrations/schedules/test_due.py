"""What starts by itself, what is passed over, and that a thousand stores are as many queries as one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.contract import Action
from integrations.models import ActionSchedule, Every, Integration, ProviderListing, Run, RunState, Trigger
from integrations.runs.execute import execute
from integrations.schedules import due
from integrations.schedules.choose import set_schedule
from integrations.schedules.due import follow_time_zones, start_due
from licensing.models import Assignment
from tests.factories.integrations import IntegrationFactory
from tests.integrations.schedules.conftest import SET_UP, due_in_stores_like

pytestmark = pytest.mark.django_db


def scheduled(integration: Integration, every: Every = Every.HOUR, at: time | None = None) -> ActionSchedule:
    made: ActionSchedule = ActionSchedule.objects.create(
        integration=integration, action="pull", every=every, at=at, next_due_at=timezone.now() - timedelta(seconds=1)
    )
    return made


def test_starts_what_is_due_and_says_when_it_is_due_next(integration: Integration) -> None:
    one = scheduled(integration)
    before, now = one.next_due_at, timezone.now()
    assert before
    assert list(start_due(before - timedelta(seconds=1))) == []
    (run_id,) = list(start_due(now))
    run = Run.objects.get()
    assert (run.pk, run.trigger, run.state, run.started_by) == (run_id, Trigger.SCHEDULED, RunState.QUEUED, None)
    one.refresh_from_db()
    assert one.next_due_at
    assert now < one.next_due_at <= now + timedelta(hours=1)
    assert list(start_due(now)) == []


def test_a_run_that_goes_on_holds_the_next_one_up_and_the_schedule_says_so(integration: Integration) -> None:
    one = scheduled(integration)
    (first,) = list(start_due(timezone.now()))
    ActionSchedule.objects.update(next_due_at=timezone.now())
    now = timezone.now()
    assert list(start_due(now)) == []
    one.refresh_from_db()
    assert one.held_up_at == now
    execute(first)
    ActionSchedule.objects.update(next_due_at=timezone.now())
    assert len(list(start_due(timezone.now()))) == 1
    one.refresh_from_db()
    assert one.held_up_at is None


@pytest.mark.parametrize("why", ["deactivated", "unlicensed", "not set up", "switched off", "no longer allowed"])
def test_what_may_not_run_is_passed_over(
    integration: Integration, why: str, action: Action, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = scheduled(integration)
    match why:
        case "deactivated":
            Integration.objects.update(deactivated_at=timezone.now())
        case "unlicensed":
            Assignment.objects.all().delete()
        case "not set up":
            Integration.objects.update(setting_values={})
        case "switched off":
            ProviderListing.objects.update_or_create(slug="custom-webhook", defaults={"enabled": False})
        case _:
            monkeypatch.setattr("integrations.providers.custom_webhook.CustomWebhook.actions", ())
    assert list(start_due(timezone.now())) == []
    one.refresh_from_db()
    assert not Run.objects.exists()
    assert one.next_due_at
    assert one.next_due_at > timezone.now()


def test_every_day_at_the_stores_time_through_the_day_that_skips_it(integration: Integration, action: Action) -> None:
    integration.store.timezone = "America/New_York"
    integration.store.save()
    with time_machine.travel(datetime(2026, 3, 7, 12, tzinfo=UTC), tick=False) as machine:
        set_schedule(integration=integration, action=action, every=Every.DAY, at=time(2, 30), by=None)
        days = []
        for _ in range(3):
            due = ActionSchedule.objects.get().next_due_at
            assert due
            machine.move_to(due)
            (run_id,) = list(start_due(timezone.now()))
            execute(run_id)
            days.append(due.astimezone(UTC).strftime("%d %H"))
    assert days == ["08 07", "09 06", "10 06"]


def test_a_store_that_moves_takes_its_daily_schedules_along_before_they_run_once_more(
    integration: Integration, action: Action
) -> None:
    """New York to Los Angeles in March: from 10:00 to 12:00 UTC and some seconds, which are the schedule's own."""
    store = integration.store
    store.timezone = "America/New_York"
    store.save()
    with time_machine.travel(datetime(2026, 2, 7, 9, 30, tzinfo=UTC), tick=False):
        one = set_schedule(integration=integration, action=action, every=Every.DAY, at=time(5), by=None)
        before = one.next_due_at
        assert before
        assert follow_time_zones(timezone.now()) == 0
        store.timezone = "America/Los_Angeles"
        store.save()
        ActionSchedule.objects.update(held_up_at=before)
        assert follow_time_zones(timezone.now()) == 1
        one.refresh_from_db()
        assert (one.next_due_at, one.held_up_at) == (before + timedelta(hours=3), before)
        assert follow_time_zones(timezone.now()) == 0
        assert list(start_due(before)) == []


def test_what_is_due_by_the_old_clock_still_runs_and_goes_on_by_the_new(integration: Integration) -> None:
    one = scheduled(integration, Every.DAY, time(5))
    now = timezone.now()
    integration.store.timezone = "Pacific/Auckland"
    integration.store.save()
    assert follow_time_zones(now) == 0
    assert len(list(start_due(now))) == 1
    one.refresh_from_db()
    assert one.next_due_at
    assert one.next_due_at.astimezone(ZoneInfo("Pacific/Auckland")).hour == 5
    assert one.timezone == "Pacific/Auckland"


def test_minutes_that_nobody_was_there_for_are_not_caught_up(integration: Integration) -> None:
    one = scheduled(integration, Every.MINUTE)
    ActionSchedule.objects.update(next_due_at=timezone.now() - timedelta(days=3))
    (run_id,) = list(start_due(timezone.now()))
    assert Run.objects.get().trigger == Trigger.CONTINUOUS
    execute(run_id)
    assert not Run.objects.exists(), "one that found nothing to do leaves no line in the history"
    assert list(start_due(timezone.now())) == []
    one.refresh_from_db()
    integration.refresh_from_db()
    assert integration.last_success_at
    assert integration.action_states.get().ended_at


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_start_each_once(action: Action) -> None:
    for _ in range(6):
        scheduled(IntegrationFactory.create(**SET_UP, settings_saved_at=timezone.now()))

    def beat(_number: int) -> list[UUID]:
        try:
            return list(start_due(timezone.now()))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        started = [run for found in threads.map(beat, range(4)) for run in found]
    assert len(started) == len(set(started)) == Run.objects.count() == 6


def test_what_is_due_is_started_a_bounded_number_at_a_time(
    integration: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each lot is stored before its runs are told of; those that may not run keep nothing behind them waiting."""
    monkeypatch.setattr(due, "AT_ONCE", 2)
    due_in_stores_like(integration, 5)
    Integration.objects.filter(pk__in=Integration.objects.exclude(pk=integration.pk).order_by("pk")[:2]).update(
        deactivated_at=timezone.now()
    )
    counts = [Run.objects.count() for _run in start_due(timezone.now())]
    assert counts[-1] == 3
    assert counts[0] <= 2
    assert not ActionSchedule.objects.filter(next_due_at__lte=timezone.now()).exists()


def test_a_thousand_stores_are_as_many_queries_as_one(integration: Integration) -> None:
    scheduled(integration)
    with CaptureQueriesContext(connection) as one:
        list(start_due(timezone.now()))
    due_in_stores_like(integration, 999)
    with CaptureQueriesContext(connection) as all_of_them:
        assert len(list(start_due(timezone.now()))) == 999
    assert len(all_of_them) == len(one)
