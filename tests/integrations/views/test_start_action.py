"""Starting an action from its form: the question, parameters that are wrong, the dry run, and what runs already."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from backoffice.tenancy.models import Store
from integrations.contract import Action, Kind, Setting, SettingType
from integrations.models import Integration, Run
from integrations.providers.custom_webhook import CustomWebhook
from tests.factories.integrations import IntegrationFactory

pytestmark = pytest.mark.django_db

Address = Callable[..., str]
DAY = Setting("day", SettingType.DATE, "Business date")
EXPORT = Action(
    "export",
    "Export a day",
    "Sends a day's sales.",
    Kind.EXPORT,
    "orders",
    parameters=(DAY,),
    writes_elsewhere=True,
    confirm="Replace the day that was sent before?",
)


@pytest.fixture
def integration(store: Store, monkeypatch: pytest.MonkeyPatch) -> Integration:
    monkeypatch.setattr(CustomWebhook, "actions", (EXPORT,))
    values = {"url": "https://partner.example/", "events": ["close"]}
    made: Integration = IntegrationFactory.create(store=store, settings_saved_at=timezone.now(), setting_values=values)
    return made


def test_asks_then_starts_with_parameters_and_leads_to_the_run(
    owner: Client, address: Address, integration: Integration
) -> None:
    url = address("start_action", integration=integration.public_id)
    tab = owner.get(address("configure", integration=integration.public_id), {"tab": "action"}).text
    assert f'href="{url}?action=export"' in tab
    assert "Nothing has run yet." in tab
    assert "Replace the day that was sent before?" in owner.get(url, {"action": "export"}).text
    wrong = owner.post(url, {"action": "export", "day": "soon"})
    assert (wrong.status_code, Run.objects.count()) == (422, 0)
    answer = owner.post(url, {"action": "export", "day": "2026-03-04", "_dry_run": "on"})
    run = Run.objects.get()
    assert answer["Location"] == address("run", run=run.public_id)
    assert (run.action, run.parameters, run.dry_run) == ("export", {"day": "2026-03-04"}, True)
    again = owner.post(url, {"action": "export", "day": "2026-03-04"}, follow=True)
    assert "Export a day is running already." in again.text
    assert Run.objects.count() == 1


def test_an_action_that_is_not_offered_leads_back(owner: Client, address: Address, integration: Integration) -> None:
    answer = owner.post(address("start_action", integration=integration.public_id), {"action": "problems"}, follow=True)
    assert "does not offer that action" in answer.text
    assert not Run.objects.exists()
