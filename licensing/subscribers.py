"""What other apps hear from licensing: a store's hub was licensed, or its license was taken away."""

from collections.abc import Callable

from backoffice.accounts.models import User
from backoffice.tenancy.models import Store

Subscriber = Callable[[Store, User | None], None]

_licensed: list[Subscriber] = []
_unlicensed: list[Subscriber] = []


def on_hub_licensed(subscriber: Subscriber) -> None:
    """Call `subscriber(store, by)` in the transaction that gives a store the hub. Register in `AppConfig.ready`."""
    if subscriber not in _licensed:
        _licensed.append(subscriber)


def on_hub_unlicensed(subscriber: Subscriber) -> None:
    """Call `subscriber(store, by)` in the transaction that takes the hub from a store. Register in `AppConfig.ready`."""
    if subscriber not in _unlicensed:
        _unlicensed.append(subscriber)


def hub_licensed(store: Store, by: User | None) -> None:
    for subscriber in _licensed:
        subscriber(store, by)


def hub_unlicensed(store: Store, by: User | None) -> None:
    for subscriber in _unlicensed:
        subscriber(store, by)
