"""What an integration can do on demand or on schedule, and what an action's code is given to work with."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from integrations.contract.files import Sftp, SftpAccount
from integrations.contract.http import Http
from integrations.contract.orders import Order
from integrations.contract.pulled import PulledOrder
from integrations.contract.settings import Setting
from integrations.contract.text import Text, Values


class Schedule(StrEnum):
    """When an action may run by itself. `MINUTELY` is for what must follow orders closely.

    A run never begins beside one of the same action: the schedule waits for its next time. Parameters then have their defaults.
    """

    MINUTELY = "minutely"
    HOURLY = "hourly"
    #: At a time of the store's own day that the store chooses.
    DAILY = "daily"


class Kind(StrEnum):
    PULL = "pull"
    PUSH = "push"
    EXPORT = "export"
    SET_UP = "set_up"


class ItemOutcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do. `name` is the provider's method `(run: Run) -> None` that does it.

    `items` says what is counted ("orders"). `writes_elsewhere` offers a dry run, in which `run.dry_run` is true and the method sends
    nothing that changes anything, and needs a `confirm`, which is asked before a run on demand: what happens, and what cannot be undone. `schedules` are those a store may choose from;
    `default_schedule` is set once the integration is set up, a daily one for five in the morning in the store.
    """

    name: str
    label: Text
    description: Text
    kind: Kind
    items: Text
    parameters: Sequence[Setting] = ()
    schedules: Sequence[Schedule] = ()
    default_schedule: Schedule | None = None
    writes_elsewhere: bool = False
    confirm: Text = ""


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """The store an action runs for. `timezone` is an IANA name, `currency` an ISO 4217 code, `today` the date in the store now."""

    id: str
    code: str
    name: str
    timezone: str
    currency: str
    today: date


class Run(Protocol):
    """One execution of an action. It may be the continuation of one that was killed: `cursor` then says how far that came.

    Raise NeedsAttention or TryLater to end it; an exception of any other kind ends it too, and its text is shown to nobody.
    """

    store: StoreFacts
    values: Values
    parameters: Mapping[str, object]
    http: Http
    dry_run: bool
    #: What `checkpoint` was last given for this action, by this run or an earlier one; empty the first time.
    cursor: str
    #: The items to do again after a failure; empty means all there are.
    only: Collection[str]
    callback_url: str

    def expect(self, total: int) -> None:
        """Tell how many items there will be, for the progress bar."""
        ...

    def item(self, key: str, outcome: ItemOutcome, note: Text = "", hint: Text = "") -> None:
        """Count one item; for a failed one `note` says what is wrong and `hint` what to do."""
        ...

    def checkpoint(self, cursor: str) -> None:
        """Store the progress, so that a run that is killed goes on from here. Ends the run where somebody cancelled it."""
        ...

    def receive(self, order: PulledOrder, key: str = "") -> ItemOutcome:
        """Take in an order of the shop as an order event and count it; a state that was seen before is skipped.

        `key` is what `only` holds to do it again, should it fail: the order's number unless given.
        """
        ...

    def seen(self, order_ids: Collection[str]) -> frozenset[str]:
        """Those of these orders, by the shop's id, that were taken in before."""
        ...

    def orders_of(self, day: date) -> Iterator[Order]:
        """The latest event of each of the store's orders of a business date; test orders are left out."""
        ...

    def events(self, types: Collection[str], channels: Collection[str] = (), most: int = 500) -> Iterator[Order]:
        """Order events after `cursor` (an event's id), oldest first; the first time, from when the integration was added."""
        ...

    def remember(self, values: Mapping[str, object], secrets: Mapping[str, str] | None = None) -> None:
        """Keep values that the service gave out, such as the secret of a webhook it registered, beside the settings."""
        ...

    def mail(self, *, to: str, subject: Text, text: Text, html: str = "") -> None:
        """Send an email in the product's name; it leaves once the next checkpoint is stored, and not in a dry run."""
        ...

    def sftp(self, account: SftpAccount) -> AbstractContextManager[Sftp]:
        """A connection to a file server, closed at the end of the block."""
        ...
