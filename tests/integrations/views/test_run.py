"""The page of a run: live while it works, and then what failed, what to do about it, and the way to do it again."""

from collections.abc import Callable

import pytest
from django.test import Client

from backoffice.tenancy.models import Store
from integrations.contract import Action, Kind
from integrations.models import Run, RunItem, RunState
from integrations.providers.custom_webhook import CustomWebhook
from tests.factories.integrations import RunFactory
from tests.factories.tenancy import Personas

pytestmark = pytest.mark.django_db

Address = Callable[..., str]
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def run(store: Store) -> Run:
    made: Run = RunFactory.create(integration__store=store, state=RunState.RUNNING, finished_at=None, expected=4)
    return made


def test_a_poll_gets_nothing_while_nothing_changed_and_stops_at_the_end(
    owner: Client, address: Address, run: Run
) -> None:
    url = address("run", run=run.public_id)
    page = owner.get(url).text
    shown = page.split('{"X-Shown": "')[1].split('"')[0]
    assert "data-poll-done" not in page
    assert owner.get(url, headers={"X-Shown": shown}, **HTMX).status_code == 204  # type: ignore[arg-type]
    Run.objects.filter(pk=run.pk).update(state=RunState.SUCCEEDED, created=4)
    answer = owner.get(url, headers={"X-Shown": shown}, **HTMX)  # type: ignore[arg-type]
    assert answer.status_code == 200
    assert "data-poll-done" in answer.text
    assert "<html" not in answer.text


def test_says_what_failed_and_escapes_formulas_in_the_file(owner: Client, address: Address, run: Run) -> None:
    RunItem.objects.create(run=run, key="=1+1", outcome="failed", note="No price.", hint="Give it one.")
    RunItem.objects.create(run=run, key="fine-item", outcome="created")
    page = owner.get(address("run", run=run.public_id)).text
    assert "Give it one." in page
    assert "fine-item" not in page
    assert "fine-item" in owner.get(address("run", run=run.public_id), {"show": "all"}).text
    lines = b"".join(owner.get(address("run_items", run=run.public_id))).decode().splitlines()
    assert lines[1] == "'=1+1,Failed,No price.,Give it one."


def test_says_how_many_failed_beyond_those_listed(owner: Client, address: Address, run: Run) -> None:
    url = address("run", run=run.public_id)
    Run.objects.filter(pk=run.pk).update(failed=10_000, created=1000)
    assert "not listed" not in owner.get(url, {"show": "all"}).text
    Run.objects.filter(pk=run.pk).update(failed=10_002, created=1001)
    page = " ".join(owner.get(url).text.split())
    assert "2 more items failed and are not listed. Retry takes those that are listed" in page
    assert "1 more item that did not fail is counted and not listed." in owner.get(url, {"show": "all"}).text


def test_cancel_and_retry_are_for_those_who_manage(
    people: Personas, signed_in: Callable[..., Client], address: Address, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CustomWebhook, "actions", (Action(run.action, "Pull", "Pulls.", Kind.PULL, "orders"),))
    cancel, retry = address("run_cancel", run=run.public_id), address("run_retry", run=run.public_id)
    assert signed_in(people.viewer).post(cancel).status_code == 403
    manager = signed_in(people.store_owner)
    assert manager.post(cancel).status_code == 303
    run.refresh_from_db()
    assert run.cancel_requested_at is not None
    Run.objects.filter(pk=run.pk).update(state=RunState.FAILED)
    run.integration.settings_saved_at = run.queued_at
    run.integration.save()
    assert "Retry" in manager.get(address("run", run=run.public_id)).text
    answer = manager.post(retry)
    again = Run.objects.exclude(pk=run.pk).get()
    assert answer["Location"] == address("run", run=again.public_id)
    assert (again.trigger, again.started_by) == ("retry", people.store_owner)
