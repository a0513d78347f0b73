"""What other apps hear from licensing: stores' hubs were licensed, or their licenses were taken away."""

from collections.abc import Callable, Sequence

from backoffice.accounts.models import User
from backoffice.tenancy.models import Store

#: Hears all stores of one change at once: there may be thousands, and it answers with a constant number of statements.
Subscriber = Callable[[Sequence[Store], User | None], None]

_licensed: list[Subscriber] = []
_unlicensed: list[Subscriber] = []


def on_hub_licensed(subscriber: Subscriber) -> None:
    """Call `subscriber(stores, by)` in the transaction that gives stores the hub. Register in `AppConfig.ready`."""
    if subscriber not in _licensed:
        _licensed.append(subscriber)


def on_hub_unlicensed(subscriber: Subscriber) -> None:
    """Call `subscriber(stores, by)` in the transaction that takes the hub from stores. Register in `AppConfig.ready`."""
    if subscriber not in _unlicensed:
        _unlicensed.append(subscriber)


def hub_licensed(stores: Sequence[Store], by: User | None) -> None:
    for subscriber in _licensed:
        subscriber(stores, by)


def hub_unlicensed(stores: Sequence[Store], by: User | None) -> None:
    for subscriber in _unlicensed:
        subscriber(stores, by)
