"""The contract's Run, as workers keep it: progress in the tables, calls through the guard, no transaction while a provider talks."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from backoffice.database.identifiers import public_id, uuid7_floor
from backoffice.tenancy.transactions import tenant_transaction
from integrations.callbacks import callback_url
from integrations.contract import (
    Answer,
    Call,
    Http,
    ItemOutcome,
    Order,
    Provider,
    ProviderProblem,
    PulledOrder,
    Sftp,
    SftpAccount,
    StoreFacts,
    Text,
)
from integrations.covering import Cover, cover_of
from integrations.models import ActionState, Integration, IntegrationSecret, Run, RunMail
from integrations.oauth.grants import fresh_values
from integrations.order_events import order_events
from integrations.provider_http import ProviderHttp
from integrations.runs.progress import Progress
from integrations.runs.received import seen_of, take_in
from integrations.values import keep_secret


class _LivingHttp:
    """Gives a sign of life before each call. One that changes nothing elsewhere may as well be the first that is not made any more."""

    def __init__(self, http: Http, progress: Progress, *, reads_only: bool) -> None:
        self._http = http
        self._progress = progress
        self._reads_only = reads_only

    def send(self, call: Call) -> Answer:
        self._progress.sign_of_life(may_end=self._reads_only)
        return self._http.send(call)


class HubRun:
    """One claimed run, for one provider. Made outside of any transaction."""

    def __init__(self, run: Run, provider: Provider) -> None:
        self._run = run
        self._provider = provider
        self._integration = run.integration
        self._organization_id = run.integration.store.organization_id
        self.progress = Progress(run)
        self.store = store_facts(run.integration, timezone.now())
        self.values: Mapping[str, object] = fresh_values(run.integration)
        self.parameters: Mapping[str, object] = run.parameters
        self._way_out = ProviderHttp(requests_per_minute=provider.requests_per_minute, sleep=self.progress.wait)
        reads_only = run.dry_run or not _writes_elsewhere(provider, run.action)
        self.http: Http = _LivingHttp(self._way_out, self.progress, reads_only=reads_only)
        self.dry_run = run.dry_run
        self.cursor = run.cursor or _cursor_of(run)
        self.only: Collection[str] = tuple(run.only)
        self.callback_url = callback_url(run.integration)
        self._cover: Cover | None = None

    def work(self) -> None:
        """Let the provider's method do it. Words that it ends with may quote a service, which may quote our secrets."""
        try:
            getattr(self._provider, self._run.action)(self)
        except ProviderProblem as problem:
            problem.message = self._covered(problem.message)
            raise

    def expect(self, total: int) -> None:
        self.progress.expect(total)

    def item(self, key: str, outcome: ItemOutcome, note: Text = "", hint: Text = "") -> None:
        self.progress.item(key, outcome, self._covered(note), hint)

    def checkpoint(self, cursor: str) -> None:
        self.cursor = cursor
        self.progress.checkpoint(cursor)

    def receive(self, order: PulledOrder, key: str = "") -> ItemOutcome:
        """An order that cannot be stored fails alone; the others go on."""
        number = order.number or order.id
        if self.dry_run:
            self.item(number, ItemOutcome.SKIPPED)
            return ItemOutcome.SKIPPED
        try:
            with tenant_transaction(self._organization_id):
                outcome = take_in(self._integration, order)
        except ValueError:
            self.item(
                key or number,
                ItemOutcome.FAILED,
                _("The shop wrote order %(number)s in a way that cannot be read.") % {"number": number},
                _("Look at the order in the shop, correct what is unusual in it, and retry."),
            )
            return ItemOutcome.FAILED
        self.item(number, outcome)
        return outcome

    def seen(self, order_ids: Collection[str]) -> frozenset[str]:
        return seen_of(self._integration, order_ids)

    def orders_of(self, day: date) -> Iterator[Order]:
        for order in order_events().orders_of(self._integration.store, day):
            self.progress.sign_of_life()
            yield order

    def events(self, types: Collection[str], channels: Collection[str] = (), most: int = 500) -> Iterator[Order]:
        after = self.cursor or public_id("evt", uuid7_floor(self._integration.added_at))
        yield from order_events().events(self._integration.store, types, channels, after=after, most=most)

    def remember(self, values: Mapping[str, object], secrets: Mapping[str, str] | None = None) -> None:
        with tenant_transaction(self._organization_id):
            locked = Integration.objects.select_for_update(of=("self",)).get(pk=self._integration.pk)
            locked.remembered = {**locked.remembered, **values}
            locked.save(update_fields=["remembered"])
            for name, secret in (secrets or {}).items():
                keep_secret(locked, name, secret, by=None)
        self.values = {**self.values, **values, **(secrets or {})}
        self._cover = None

    def _covered(self, words: Text) -> Text:
        if not words or isinstance(words, Promise):
            return words
        if self._cover is None:
            kept = IntegrationSecret.objects.filter(integration=self._integration).values_list("name", flat=True)
            self._cover = cover_of(self._provider, self.values, kept)
        return self._cover(words)

    def mail(self, *, to: str, subject: Text, text: Text, html: str = "") -> None:
        if not self.dry_run:
            mail = RunMail(run=self._run, to=to, subject=str(subject)[:300], text=str(text), html=html)
            self.progress.mails.append(mail)

    def sftp(self, account: SftpAccount) -> AbstractContextManager[Sftp]:
        self.progress.sign_of_life()
        return self._way_out.sftp(account)


def store_facts(integration: Integration, now: datetime) -> StoreFacts:
    store = integration.store
    return StoreFacts(
        id=store.public_id,
        code=store.code,
        name=store.name,
        timezone=store.timezone,
        currency=store.currency,
        today=now.astimezone(ZoneInfo(store.timezone)).date(),
    )


def _writes_elsewhere(provider: Provider, name: str) -> bool:
    return any(action.name == name and action.writes_elsewhere for action in provider.actions)


def _cursor_of(run: Run) -> str:
    known = ActionState.objects.filter(integration=run.integration_id, action=run.action)
    return known.values_list("cursor", flat=True).first() or ""
