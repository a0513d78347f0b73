"""What other apps hear from integrations: one was added, saved, deactivated or activated, or a provider switched on again."""

from collections.abc import Callable

from backoffice.accounts.models import User
from integrations.models import Integration

Subscriber = Callable[[Integration, User | None], None]
ProviderSubscriber = Callable[[str], None]

_changed: list[Subscriber] = []
_switched_on: list[ProviderSubscriber] = []


def on_integration_changed(subscriber: Subscriber) -> None:
    """Call `subscriber(integration, by)` in the transaction that changes an integration. Register in `AppConfig.ready`."""
    if subscriber not in _changed:
        _changed.append(subscriber)


def integration_changed(integration: Integration, by: User | None) -> None:
    for subscriber in _changed:
        subscriber(integration, by)


def on_provider_switched_on(subscriber: ProviderSubscriber) -> None:
    """Call `subscriber(slug)` in the transaction that switches a provider on again. Register in `AppConfig.ready`."""
    if subscriber not in _switched_on:
        _switched_on.append(subscriber)


def provider_switched_on(slug: str) -> None:
    for subscriber in _switched_on:
        subscriber(slug)
