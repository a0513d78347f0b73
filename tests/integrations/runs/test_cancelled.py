"""Where a run ends that was cancelled and comes to no checkpoint."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from integrations.contract import Answer, Call, ItemOutcome, Run
from integrations.models import Integration, RunState
from integrations.models import Run as RunRow
from integrations.provider_http import ProviderHttp
from integrations.providers.custom_webhook import CustomWebhook
from integrations.runs import progress
from integrations.runs.execute import execute
from integrations.runs.start import cancel_run, start_run
from tests.integrations.runs.conftest import Does

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("writes_elsewhere", "dry_run", "calls"), [(False, False, 1), (True, True, 1), (True, False, 6)]
)
def test_without_a_checkpoint_cancel_ends_what_only_reads_at_its_next_call(
    does: Does,
    integration: Integration,
    monkeypatch: pytest.MonkeyPatch,
    writes_elsewhere: bool,
    dry_run: bool,
    calls: int,
) -> None:
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: clock.now))
    monkeypatch.setattr(ProviderHttp, "send", lambda _http, _call: Answer(200))
    made = []

    def push(run: Run) -> None:
        for number in range(6):
            run.http.send(Call("GET", "https://partner.example/"))
            made.append(number)
            cancel_run(run=RunRow.objects.get(), by=None)
            clock.now += 4
            run.item(str(number), ItemOutcome.CREATED)

    action = replace(does(push), writes_elsewhere=writes_elsewhere)
    monkeypatch.setattr(CustomWebhook, "actions", (action,))
    run = start_run(integration=integration, action=action, parameters={}, dry_run=dry_run, by=None)
    execute(run.pk)
    run.refresh_from_db()
    assert (len(made), run.created, run.state) == (calls, calls, RunState.CANCELLED)
