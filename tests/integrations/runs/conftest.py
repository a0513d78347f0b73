"""A provider whose action does what a test says, and an integration of it that may run."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from integrations.contract import Action, Kind, Run
from integrations.models import Integration
from integrations.providers.custom_webhook import CustomWebhook
from tests.factories.integrations import IntegrationFactory

Does = Callable[[Callable[[Run], None]], Action]


@pytest.fixture
def does(monkeypatch: pytest.MonkeyPatch) -> Does:
    """Give the provider the action `push`, done by the function."""

    def declare(function: Callable[[Run], None]) -> Action:
        action = Action("push", "Push menu", "Sends the menu.", Kind.PUSH, "items", writes_elsewhere=True)
        monkeypatch.setattr(CustomWebhook, "actions", (action,))
        monkeypatch.setattr(CustomWebhook, "push", lambda _provider, run: function(run), raising=False)
        return action

    return declare


@pytest.fixture
def integration() -> Integration:
    return IntegrationFactory.create(
        settings_saved_at=timezone.now(), setting_values={"url": "https://partner.example/", "events": ["close"]}
    )
