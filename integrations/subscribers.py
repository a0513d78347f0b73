"""What other apps hear from integrations: one was added, saved, deactivated or activated."""

from collections.abc import Callable

from backoffice.accounts.models import User
from integrations.models import Integration

Subscriber = Callable[[Integration, User | None], None]

_changed: list[Subscriber] = []


def on_integration_changed(subscriber: Subscriber) -> None:
    """Call `subscriber(integration, by)` in the transaction that changes an integration. Register in `AppConfig.ready`."""
    if subscriber not in _changed:
        _changed.append(subscriber)


def integration_changed(integration: Integration, by: User | None) -> None:
    for subscriber in _changed:
        subscriber(integration, by)
