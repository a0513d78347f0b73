"""A run without database or worker, for the tests of providers: it makes real calls and records what the provider tells it."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date

from integrations.contract import (
    Http,
    ItemOutcome,
    Order,
    PulledOrder,
    Sftp,
    SftpAccount,
    StoreFacts,
    Text,
    Values,
)
from integrations.provider_http import ProviderHttp

STORE = StoreFacts("sto_1", "NYC-01", "Downtown", "America/New_York", "USD", date(2026, 3, 4))


@dataclass
class RecordingRun:
    """Keeps `integrations.contract.Run`. Fill in `stored` with the order events the store has; read the lists afterwards."""

    values: Values
    parameters: Mapping[str, object] = field(default_factory=dict)
    store: StoreFacts = STORE
    http: Http = field(default_factory=lambda: ProviderHttp(sleep=lambda _seconds: None))
    dry_run: bool = False
    cursor: str = ""
    only: Collection[str] = ()
    callback_url: str = "https://hub.example.com/in/1"
    stored: Sequence[Order] = ()
    expected: int | None = None
    items: list[tuple[str, ItemOutcome, str]] = field(default_factory=list)
    checkpoints: list[str] = field(default_factory=list)
    received: list[PulledOrder] = field(default_factory=list)
    remembered: dict[str, object] = field(default_factory=dict)
    remembered_secrets: dict[str, str] = field(default_factory=dict)
    mails: list[dict[str, str]] = field(default_factory=list)
    connect_sftp: Callable[[SftpAccount], AbstractContextManager[Sftp]] | None = None

    def expect(self, total: int) -> None:
        self.expected = total

    def item(self, key: str, outcome: ItemOutcome, note: Text = "", hint: Text = "") -> None:
        self.items.append((key, outcome, " ".join(filter(None, (str(note), str(hint))))))

    def checkpoint(self, cursor: str) -> None:
        self.cursor = cursor
        self.checkpoints.append(cursor)

    def receive(self, order: PulledOrder, key: str = "") -> ItemOutcome:
        """As the hub does: a state is new once, and an order that changed is an update."""
        if any(known.id == order.id and known.updated_at >= order.updated_at for known in self.received):
            outcome = ItemOutcome.SKIPPED
        else:
            known = any(known.id == order.id for known in self.received)
            outcome = ItemOutcome.UPDATED if known else ItemOutcome.CREATED
            self.received.append(order)
        self.item(order.number, outcome)
        return outcome

    def seen(self, order_ids: Collection[str]) -> frozenset[str]:
        return frozenset(order_ids) & {known.id for known in self.received}

    def orders_of(self, day: date) -> Iterator[Order]:
        return (order for order in self.stored if order.order.get("business_date") == day.isoformat())

    def events(self, types: Collection[str], channels: Collection[str] = (), most: int = 500) -> Iterator[Order]:
        after = [order for order in self.stored if order.event_id > self.cursor]
        wanted = [order for order in after if order.event_type in types and (not channels or order.channel in channels)]
        return iter(wanted[:most])

    def remember(self, values: Mapping[str, object], secrets: Mapping[str, str] | None = None) -> None:
        self.remembered |= values
        self.remembered_secrets |= secrets or {}

    def mail(self, *, to: str, subject: Text, text: Text, html: str = "") -> None:
        self.mails.append({"to": to, "subject": str(subject), "text": str(text), "html": html})

    def sftp(self, account: SftpAccount) -> AbstractContextManager[Sftp]:
        assert self.connect_sftp is not None, "Give the test a connection to a real local server."
        return self.connect_sftp(account)
