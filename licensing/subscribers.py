"""What other apps hear from licensing: stores' hubs were licensed, their licenses were taken away, or a closed store has ended."""

from collections.abc import Callable, Sequence

from backoffice.accounts.models import User
from backoffice.tenancy.models import Store

#: Hears all stores of one change at once: there may be thousands, and it answers with a constant number of statements.
Subscriber = Callable[[Sequence[Store], User | None], None]

#: Hears of one store and destroys what it holds of its secrets; answers with how much that was, by what, for the history.
EndSubscriber = Callable[[Store], dict[str, int]]

_licensed: list[Subscriber] = []
_unlicensed: list[Subscriber] = []
_ended: list[EndSubscriber] = []


def on_hub_licensed(subscriber: Subscriber) -> None:
    """Call `subscriber(stores, by)` in the transaction that gives stores the hub. Register in `AppConfig.ready`."""
    if subscriber not in _licensed:
        _licensed.append(subscriber)


def on_hub_unlicensed(subscriber: Subscriber) -> None:
    """Call `subscriber(stores, by)` in the transaction that takes the hub from stores. Register in `AppConfig.ready`."""
    if subscriber not in _unlicensed:
        _unlicensed.append(subscriber)


def on_store_ended(subscriber: EndSubscriber) -> None:
    """Call `subscriber(store)` in the transaction that ends a closed store for good. Register in `AppConfig.ready`."""
    if subscriber not in _ended:
        _ended.append(subscriber)


def hub_licensed(stores: Sequence[Store], by: User | None) -> None:
    for subscriber in _licensed:
        subscriber(stores, by)


def hub_unlicensed(stores: Sequence[Store], by: User | None) -> None:
    for subscriber in _unlicensed:
        subscriber(stores, by)


def store_ended(store: Store) -> dict[str, int]:
    destroyed: dict[str, int] = {}
    for subscriber in _ended:
        destroyed |= subscriber(store)
    return destroyed
