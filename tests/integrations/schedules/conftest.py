"""A provider with one action that may be scheduled in every way, and an integration of it that is set up."""

from datetime import time
from typing import Any

import pytest
from django.utils import timezone

from backoffice.tenancy.models import Store
from integrations.contract import Action, Kind, Schedule
from integrations.models import ActionSchedule, Every, Integration
from integrations.providers.custom_webhook import CustomWebhook
from licensing.models import Assignment, License
from tests.factories.integrations import IntegrationFactory

SET_UP: dict[str, Any] = {"setting_values": {"url": "https://partner.example/", "events": ["close"]}}


@pytest.fixture
def action(monkeypatch: pytest.MonkeyPatch) -> Action:
    made = Action(
        "pull", "Pull orders", "Pulls.", Kind.PULL, "orders", schedules=tuple(Schedule), default_schedule=Schedule.DAILY
    )
    monkeypatch.setattr(CustomWebhook, "actions", (made,))
    monkeypatch.setattr(CustomWebhook, "pull", lambda _provider, run: None, raising=False)
    return made


@pytest.fixture
def integration(action: Action) -> Integration:
    made: Integration = IntegrationFactory.create(**SET_UP, settings_saved_at=timezone.now())
    return made


def due_in_stores_like(integration: Integration, count: int) -> None:
    """So many more licensed stores, each with an integration whose action is due; by bulk."""
    seat = Assignment.objects.get(store=integration.store)
    License.objects.filter(pk=seat.license_id).update(quantity=count + 1)
    organization = integration.store.organization
    stores = Store.objects.bulk_create(
        Store(organization=organization, code=f"M{n}", name=f"M{n}", timezone="Europe/Rome", currency="EUR")
        for n in range(count)
    )
    Assignment.objects.bulk_create(Assignment(license=seat.license, store=store) for store in stores)
    made = Integration.objects.bulk_create(
        Integration(store=store, provider_slug="custom-webhook", settings_saved_at=timezone.now(), **SET_UP)
        for store in stores
    )
    now = timezone.now()
    ActionSchedule.objects.bulk_create(
        ActionSchedule(integration=one, action="pull", every=Every.DAY, at=time(5), next_due_at=now) for one in made
    )
