"""Whoever started a run by hand is told how it ended, if they asked for it."""

from typing import Any

import pytest
from django.utils import timezone

from backoffice.tenancy.mails import outbox
from backoffice.tenancy.models import Mail, MailChoice
from integrations.contract import ItemOutcome, Run
from integrations.models import Integration, Trigger
from integrations.models import Run as RunRow
from integrations.runs import tend
from integrations.runs.execute import execute
from integrations.runs.lease import MOST_TRIES, SILENCE
from tests.factories.tenancy import make_personas
from tests.integrations.runs.conftest import Does
from tests.integrations.runs.test_execute import started

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("trigger", "reach", "told"),
    [("manual", "all", 1), ("retry", "all", 1), ("manual", "none", 0), ("manual", None, 0), ("scheduled", "all", 0)],
)
def test_whoever_started_a_run_by_hand_may_be_told_how_it_ended(
    does: Does, integration: Integration, mailoutbox: list[Any], trigger: Trigger, reach: str | None, told: int
) -> None:
    people = make_personas(integration.store)
    if reach is not None:
        for person in (people.store_owner, people.owner):
            MailChoice.objects.create(member=person.memberships.get(), topic="run_results", reach=reach)

    def push(run: Run) -> None:
        run.item("1", ItemOutcome.CREATED)
        run.item("2", ItemOutcome.FAILED, "No such item.")

    run = started(integration, does(push), by=people.store_owner, trigger=trigger)
    execute(run.pk)
    for _round in range(2):
        outbox.send_waiting(timezone.now())
    assert len(mailoutbox) == told
    if told:
        (sent,) = mailoutbox
        assert sent.to == [people.store_owner.email]
        assert sent.subject.endswith("ended: Partly succeeded")
        assert "Created: 1" in sent.body
        assert "Failed: 1" in sent.body
        assert f"/runs/{run.public_id}/" in sent.body


def test_whoever_cancelled_a_run_knows(does: Does, integration: Integration, mailoutbox: list[Any]) -> None:
    person = make_personas(integration.store).store_owner
    MailChoice.objects.create(member=person.memberships.get(), topic="run_results", reach="all")
    run = started(integration, does(lambda run: None), by=person)
    RunRow.objects.update(cancel_requested_at=timezone.now())
    execute(run.pk)
    assert not Mail.objects.exists()


def test_a_run_whose_workers_died_again_and_again_is_told_too(
    does: Does, integration: Integration, mailoutbox: list[Any]
) -> None:
    person = make_personas(integration.store).store_owner
    MailChoice.objects.create(member=person.memberships.get(), topic="run_results", reach="all")
    started(integration, does(lambda run: None), by=person)
    long_ago = timezone.now() - SILENCE * 2
    RunRow.objects.update(state="running", tries=MOST_TRIES, heartbeat_at=long_ago, began_at=long_ago)
    assert tend.give_up_stalled(timezone.now()) == 1
    outbox.send_waiting(timezone.now())
    (sent,) = mailoutbox
    assert sent.subject.endswith("ended: Stalled")
