"""Choosing when an action runs by itself, on the store's clock."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from backoffice.tenancy.models import AuditEntry, Store
from integrations.contract import Action, Kind, Schedule
from integrations.models import ActionSchedule, Integration
from integrations.providers.custom_webhook import CustomWebhook
from tests.factories.integrations import IntegrationFactory
from tests.factories.tenancy import Personas

pytestmark = pytest.mark.django_db

Address = Callable[..., str]
PULL = Action("pull", "Pull orders", "Pulls.", Kind.PULL, "orders", schedules=(Schedule.HOURLY, Schedule.DAILY))


@pytest.fixture
def integration(store: Store, monkeypatch: pytest.MonkeyPatch) -> Integration:
    monkeypatch.setattr(CustomWebhook, "actions", (PULL,))
    values = {"url": "https://partner.example/", "events": ["close"]}
    made: Integration = IntegrationFactory.create(store=store, settings_saved_at=timezone.now(), setting_values=values)
    return made


def test_a_daily_time_is_kept_audited_and_shown_with_the_next_run(
    owner: Client, address: Address, integration: Integration
) -> None:
    integration.store.timezone = "Asia/Tokyo"
    integration.store.save()
    url = address("schedule", integration=integration.public_id)
    tab = address("configure", integration=integration.public_id) + "?tab=action"
    assert "every minute" not in owner.get(tab).text.lower()
    answer = owner.post(url, {"action": "pull", "every": "daily", "at": "06:30"})
    assert (answer.status_code, answer["Location"]) == (303, tab)
    schedule = ActionSchedule.objects.get()
    assert (schedule.every, f"{schedule.at:%H:%M}") == ("daily", "06:30")
    assert AuditEntry.objects.get(action="schedule.set").changes == {
        "schedule": ["off", "daily 06:30"],
        "action": "pull",
    }
    page = owner.get(tab).text
    assert "Next:" in page
    assert "6:3" in page.split("Next:")[1][:300]
    assert 'value="06:30"' in page
    owner.post(url, {"action": "pull", "every": "off"})
    schedule.refresh_from_db()
    assert (schedule.every, schedule.at, schedule.next_due_at) == ("off", None, None)


@pytest.mark.parametrize(
    "asked", [{"every": "minutely"}, {"every": "daily", "at": ""}, {"every": "daily", "at": "25:00"}]
)
def test_what_the_action_does_not_allow_is_refused(
    owner: Client, address: Address, integration: Integration, asked: dict[str, str]
) -> None:
    answer = owner.post(address("schedule", integration=integration.public_id), {"action": "pull", **asked})
    assert answer.status_code == 422
    assert not ActionSchedule.objects.exists()


def test_an_action_without_schedules_has_no_such_page(
    owner: Client, address: Address, integration: Integration
) -> None:
    url = address("schedule", integration=integration.public_id)
    assert "no such action" in owner.post(url, {"action": "problems", "every": "off"}).text
    assert "Schedule of Pull orders" in owner.get(url, {"action": "pull"}).text


def test_a_schedule_that_was_held_up_says_so(owner: Client, address: Address, integration: Integration) -> None:
    now = timezone.now()
    ActionSchedule.objects.create(
        integration=integration, action="pull", every="hourly", next_due_at=now, held_up_at=now
    )
    page = owner.get(address("configure", integration=integration.public_id), {"tab": "action"}).text
    assert "the run before was still going on" in page


def test_a_viewer_sets_no_schedule(
    people: Personas, signed_in: Callable[..., Client], address: Address, integration: Integration
) -> None:
    url = address("schedule", integration=integration.public_id)
    assert signed_in(people.viewer).post(url, {"action": "pull", "every": "off"}).status_code == 403
