"""How runs go and how each of their endings is written down."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from backoffice.tenancy.mails import outbox
from backoffice.tenancy.models import AuditEntry, Mail
from integrations.contract import ItemOutcome, NeedsAttention, Run, Setting, SettingType, TryLater
from integrations.models import ActionState, Integration, RunMail, RunState
from integrations.models import Run as RunRow
from integrations.runs import mails, progress, tend
from integrations.runs.execute import execute
from integrations.runs.lease import MOST_TRIES, SILENCE
from integrations.runs.start import AlreadyRunning, MayNotRun, NothingFailed, cancel_run, retry_failed, start_run
from integrations.tasks import tend_runs
from tests.factories.accounts import UserFactory
from tests.factories.integrations import RunFactory
from tests.integrations.runs.conftest import Does

pytestmark = pytest.mark.django_db


def started(integration: Integration, action: object, **changed: object) -> RunRow:
    wanted = {"parameters": {}, "dry_run": False, "by": None, **changed}
    return start_run(integration=integration, action=action, **wanted)  # type: ignore[arg-type]


def test_counts_items_and_keeps_the_cursor_for_the_next(does: Does, integration: Integration) -> None:
    cursors = []

    def push(run: Run) -> None:
        cursors.append(run.cursor)
        run.expect(3)
        run.item("1", ItemOutcome.CREATED)
        run.item("2", ItemOutcome.SKIPPED)
        run.item("3", ItemOutcome.FAILED, "No price.", "Give it a price.")
        run.checkpoint("3")

    action = does(push)
    first = started(integration, action)
    execute(first.pk)
    first.refresh_from_db()
    assert (first.state, first.done, first.expected) == (RunState.PARTLY_SUCCEEDED, 3, 3)
    assert (first.created, first.skipped, first.failed, first.lease) == (1, 1, 1, None)
    assert list(first.items.filter(outcome="failed").values_list("key", "note", "hint")) == [
        ("3", "No price.", "Give it a price.")
    ]
    integration.refresh_from_db()
    assert integration.last_error == "No price. Give it a price."
    execute(started(integration, action).pk)
    assert cursors == ["", "3"]
    execute(first.pk)
    assert len(cursors) == 2


def test_a_run_in_which_everything_fails_lists_a_bounded_number_and_counts_all(
    does: Does, integration: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "FAILED_LISTED", 3)
    monkeypatch.setattr(progress, "OTHERS_LISTED", 2)

    def push(run: Run) -> None:
        for number in range(5):
            run.item(f"bad {number}", ItemOutcome.FAILED, "No price.")
            run.item(f"good {number}", ItemOutcome.CREATED)

    run = started(integration, does(push))
    execute(run.pk)
    run.refresh_from_db()
    assert (run.failed, run.created) == (5, 5)
    listed = list(run.items.order_by("id").values_list("key", flat=True))
    assert listed == ["bad 0", "good 0", "bad 1", "good 1", "bad 2"]


def test_one_run_of_an_action_at_a_time_and_each_start_audited(does: Does, integration: Integration) -> None:
    action = does(lambda run: None)
    by = UserFactory.create()
    started(integration, action, by=by)
    with pytest.raises(AlreadyRunning):
        started(integration, action, by=by)
    assert AuditEntry.objects.filter(action="run.started", actor=by).count() == 1


def test_the_history_does_not_say_what_somebody_typed(does: Does, integration: Integration) -> None:
    """Nothing is ever erased from it, and people type names and addresses into fields for anything."""
    parameters = (
        Setting("number", SettingType.TEXT, "Order number"),
        Setting("other", SettingType.TEXT, "Other"),
        Setting("day", SettingType.DATE, "Day"),
    )
    action = replace(does(lambda run: None), parameters=parameters)
    given = {"number": "ada@example.com", "other": "", "day": "2026-03-04"}
    run = start_run(integration=integration, action=action, parameters=given, dry_run=False, by=UserFactory.create())
    assert run.parameters == given
    entry = AuditEntry.objects.get(action="run.started")
    assert entry.changes["parameters"] == {"number": "entered", "other": "", "day": "2026-03-04"}


def test_needs_attention_says_the_words_and_marks_the_integration(does: Does, integration: Integration) -> None:
    def push(run: Run) -> None:
        run.item("1", ItemOutcome.CREATED)
        raise NeedsAttention("The password is wrong.")

    run = started(integration, does(push))
    execute(run.pk)
    run.refresh_from_db()
    integration.refresh_from_db()
    assert (run.state, run.problem, run.created) == (RunState.FAILED, "The password is wrong.", 1)
    assert (integration.last_error, integration.last_success_at) == ("The password is wrong.", None)


def test_an_unexpected_exception_shows_a_reference_and_not_its_text(does: Does, integration: Integration) -> None:
    def push(run: Run) -> None:
        raise RuntimeError("canary 4711")

    run = started(integration, does(push))
    execute(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert run.public_id in run.problem
    assert "canary" not in run.problem


def test_try_later_waits_as_asked_a_bounded_number_of_times(does: Does, integration: Integration) -> None:
    def push(run: Run) -> None:
        run.item("1", ItemOutcome.UPDATED)
        raise TryLater("Busy.", 900)

    run = started(integration, does(push))
    execute(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.QUEUED
    assert run.retry_at is not None
    assert timedelta(seconds=890) < run.retry_at - timezone.now() < timedelta(seconds=910)
    execute(run.pk)
    for _ in range(MOST_TRIES):
        RunRow.objects.filter(pk=run.pk, state=RunState.QUEUED).update(retry_at=timezone.now())
        execute(run.pk)
    run.refresh_from_db()
    assert (run.state, run.tries, run.problem, run.updated) == (RunState.FAILED, MOST_TRIES, "Busy.", 1)


def test_a_killed_run_goes_on_from_its_cursor_and_counts_nothing_twice(does: Does, integration: Integration) -> None:
    class Killed(BaseException):
        pass

    def push(run: Run) -> None:
        for number in range(int(run.cursor or 0), 4):
            run.item(str(number), ItemOutcome.CREATED)
            if number == 2 and not died:
                run.progress.write()  # type: ignore[attr-defined]
                died.append(True)
                raise Killed
            run.checkpoint(str(number + 1))

    died: list[bool] = []
    run = started(integration, does(push))
    with pytest.raises(Killed):
        execute(run.pk)
    execute(run.pk)
    run.refresh_from_db()
    assert (run.state, run.created, run.cursor) == (RunState.RUNNING, 3, "2")
    RunRow.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - SILENCE - timedelta(seconds=1))
    assert tend.to_execute(timezone.now()) == [run.pk]
    execute(run.pk)
    run.refresh_from_db()
    assert (run.state, run.created, run.items.count(), run.tries) == (RunState.SUCCEEDED, 4, 4, 2)


def test_a_worker_that_lost_its_run_writes_nothing_more(does: Does, integration: Integration) -> None:
    def push(run: Run) -> None:
        RunRow.objects.update(lease="00000000-0000-0000-0000-000000000001")
        run.item("1", ItemOutcome.CREATED)
        run.checkpoint("9")

    run = started(integration, does(push))
    execute(run.pk)
    run.refresh_from_db()
    assert (run.state, run.cursor, run.items.count()) == (RunState.RUNNING, "", 0)


def test_a_run_that_died_too_often_is_said_to_be_stalled(does: Does, integration: Integration) -> None:
    run = started(integration, does(lambda run: None))
    old = timezone.now() - SILENCE * 2
    RunRow.objects.filter(pk=run.pk).update(state=RunState.RUNNING, tries=MOST_TRIES, heartbeat_at=old)
    assert tend.to_execute(timezone.now()) == []
    assert tend.give_up_stalled(timezone.now()) == 1
    run.refresh_from_db()
    assert run.state == RunState.STALLED


def test_cancel_ends_it_at_the_next_checkpoint_and_a_waiting_one_at_once(does: Does, integration: Integration) -> None:
    def push(run: Run) -> None:
        run.item("1", ItemOutcome.CREATED)
        cancel_run(run=RunRow.objects.get(), by=None)
        run.checkpoint("1")
        pytest.fail("went on after the cancel")

    action = does(push)
    run = started(integration, action)
    execute(run.pk)
    run.refresh_from_db()
    assert (run.state, run.created, run.cursor) == (RunState.CANCELLED, 1, "1")
    waiting = cancel_run(run=started(integration, action), by=None)
    assert waiting.state == RunState.CANCELLED


def test_deactivated_or_not_set_up_runs_nothing(does: Does, integration: Integration) -> None:
    action = does(lambda run: pytest.fail("ran"))
    run = started(integration, action)
    integration.deactivated_at = timezone.now()
    integration.save()
    execute(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    with pytest.raises(MayNotRun):
        started(integration, action)


def test_failed_items_are_done_again_and_nothing_else(does: Does, integration: Integration) -> None:
    asked = []

    def push(run: Run) -> None:
        asked.append(tuple(run.only))
        run.item("1", ItemOutcome.CREATED)
        run.item("2", ItemOutcome.CREATED if run.only else ItemOutcome.FAILED, "" if run.only else "No.")

    action = does(push)
    run = started(integration, action)
    execute(run.pk)
    run.refresh_from_db()
    again = retry_failed(run=run, action=action, by=None)
    execute(again.pk)
    again.refresh_from_db()
    assert (asked, again.state) == ([(), ("2",)], RunState.SUCCEEDED)
    with pytest.raises(NothingFailed):
        retry_failed(run=again, action=action, by=None)


def test_mails_leave_once_with_the_checkpoint_and_never_in_a_dry_run(
    does: Does, integration: Integration, mailoutbox: list[Any]
) -> None:
    def push(run: Run) -> None:
        run.mail(to="guest@example.com", subject="Your code", text="4711")
        run.checkpoint("1")

    action = does(push)
    execute(started(integration, action, dry_run=True).pk)
    assert not RunMail.objects.exists()
    assert not ActionState.objects.exists()
    execute(started(integration, action).pk)
    for _round in range(2):
        mails.hand_over()
        outbox.send_waiting(timezone.now())
    (sent,) = mailoutbox
    assert (sent.to, sent.subject, sent.body) == (["guest@example.com"], "Your code", "4711")
    assert "List-Unsubscribe" not in sent.extra_headers
    assert (RunMail.objects.get().text, Mail.objects.get().facts) == ("", {})


def test_what_older_code_noted_is_sent(integration: Integration, mailoutbox: list[Any]) -> None:
    run = RunFactory.create(integration=integration)
    RunMail.objects.create(run=run, to="guest@example.com", subject="Your code", text="4711")
    for _round in range(2):
        tend_runs()
        outbox.send_waiting(timezone.now())
    assert [sent.body for sent in mailoutbox] == ["4711"]


def test_old_runs_are_pruned_with_their_items(does: Does, integration: Integration) -> None:
    run = started(integration, does(lambda run: run.item("1", ItemOutcome.CREATED)))
    execute(run.pk)
    assert tend.prune(timezone.now()) == 0
    RunRow.objects.update(finished_at=timezone.now() - tend.KEPT - timedelta(days=1))
    assert tend.prune(timezone.now()) == 1
    assert not RunRow.objects.exists()
