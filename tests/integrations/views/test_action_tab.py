"""The Action tab: what an integration can do, live while it does it, and the orders as its provider shows them."""

import base64
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from backoffice.tenancy.models import Store
from integrations.contract import Action, Kind, OrderCard, Schedule
from integrations.models import ActionState, Integration, Run, RunState
from integrations.providers.custom_webhook import CustomWebhook
from tests.factories.integrations import IntegrationFactory, RunFactory
from tests.factories.webhooks import OrderEventFactory

pytestmark = pytest.mark.django_db

Address = Callable[..., str]
HTMX = {"HTTP_HX_REQUEST": "true"}
PULL = Action("pull", "Pull orders", "Pulls.", Kind.PULL, "orders", schedules=(Schedule.HOURLY,))
EXPORT = Action("export", "Export a day", "Sends.", Kind.EXPORT, "orders", confirm="Replace it?", writes_elsewhere=True)


@pytest.fixture
def integration(store: Store, monkeypatch: pytest.MonkeyPatch) -> Integration:
    monkeypatch.setattr(CustomWebhook, "actions", (PULL, EXPORT))
    values = {"url": "https://partner.example/", "events": ["close"]}
    made: Integration = IntegrationFactory.create(store=store, settings_saved_at=timezone.now(), setting_values=values)
    return made


@pytest.fixture
def tab(address: Address, integration: Integration) -> str:
    return address("configure", integration=integration.public_id) + "?tab=action"


def test_an_action_that_asks_first_does_so_in_a_dialog_and_on_a_page_of_its_own(owner: Client, tab: str) -> None:
    page = owner.get(tab).text
    dialog = page.split('<dialog class="dialog" id="start-export"')[1].split("</dialog>")[0]
    assert "Replace it?" in dialog
    assert 'name="_dry_run"' in dialog
    assert 'data-dialog="start-export"' in page
    assert 'id="start-pull"' not in page


def test_a_failing_action_says_what_is_wrong_beside_itself(owner: Client, tab: str, integration: Integration) -> None:
    ActionState.objects.create(
        integration=integration, action="pull", failing_since=timezone.now(), problem="The key is wrong."
    )
    page = owner.get(tab).text
    assert "The key is wrong." in page.split("Pull orders", 1)[1].split("Export a day", 1)[0]


def test_the_live_part_follows_and_stops_when_nothing_runs(owner: Client, tab: str, integration: Integration) -> None:
    run = RunFactory.create(
        integration=integration, action="pull", state=RunState.RUNNING, finished_at=None, expected=4
    )
    page = owner.get(tab).text
    live = page.split('id="action-runs"')[1]
    assert "<progress" in live
    assert "Cancel the run" in live
    assert "data-poll-done" not in live
    shown = live.split('{"X-Shown": "')[1].split('"')[0]
    assert owner.get(tab, headers={"X-Shown": shown}, **HTMX).status_code == 204  # type: ignore[arg-type]
    Run.objects.filter(pk=run.pk).update(state=RunState.SUCCEEDED, created=4, finished_at=timezone.now())
    answer = owner.get(tab, headers={"X-Shown": shown}, **HTMX)  # type: ignore[arg-type]
    assert answer.status_code == 200
    assert "data-poll-done" in answer.text
    assert "<html" not in answer.text
    assert "Succeeded" in answer.text


def test_a_history_of_any_length_is_paged(owner: Client, tab: str, integration: Integration) -> None:
    RunFactory.create_batch(21, integration=integration, action="pull")
    first = owner.get(tab)
    assert len(first.context["runs"]["rows"]) == 20
    later = owner.get(tab, {"tab": "action", "cursor": first.context["runs"]["page"].next_cursor})
    assert len(later.context["runs"]["rows"]) == 1


def test_orders_are_shown_as_the_provider_does_and_a_picture_is_an_image(
    owner: Client, tab: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cards(_provider: object, orders: list[object], _values: object) -> list[OrderCard]:
        return [OrderCard("o", f"{len(orders)} orders <b>", "4711", "<svg onload='alert(1)'/>")]

    OrderEventFactory.create(store=store)
    monkeypatch.setattr(CustomWebhook, "order_cards", cards)
    page = owner.get(tab).text
    assert "1 orders &lt;b&gt;" in page
    assert "4711" in page
    assert "onload" not in page
    picture = page.split('src="data:image/svg+xml;base64,')[1].split('"')[0]
    assert base64.b64decode(picture).startswith(b'<svg xmlns="http://www.w3.org/2000/svg" onload')
