"""What a run has done so far, gathered in memory and written in short transactions under its lease."""

import time
from typing import Final

from django.db.models import Q
from django.utils import timezone

from backoffice.tenancy.transactions import tenant_transaction
from integrations.contract import ItemOutcome, Text
from integrations.listings import is_suspended
from integrations.models import ActionState, Integration, Run, RunItem, RunMail
from integrations.runs import mails
from integrations.runs.lease import CancelledByPerson, LeaseLost

#: So many items that failed, and so many others, are listed of a run; all are counted. Those that are listed can be done again.
FAILED_LISTED: Final = 10_000
OTHERS_LISTED: Final = 1000
_ITEMS_AT_ONCE = 200
_SECONDS_BETWEEN_WRITES = 1.0
_COUNTS = ("created", "updated", "skipped", "failed")


class Progress:
    """The counts of a claimed run. `mails` leave with the next checkpoint."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.mails: list[RunMail] = []
        self._items: dict[str, RunItem] = {}
        self._written_at = self._looked_at = time.monotonic()
        self._failed_listed = run.items.filter(outcome=ItemOutcome.FAILED.value).count()
        self._others_listed = run.items.exclude(outcome=ItemOutcome.FAILED.value).count()

    def expect(self, total: int) -> None:
        self.run.expected = max(0, total)
        self.write()

    def item(self, key: str, outcome: ItemOutcome, note: Text, hint: Text) -> None:
        setattr(self.run, outcome.value, getattr(self.run, outcome.value) + 1)
        if self._is_listed(outcome):
            listed = RunItem(run=self.run, key=key[:200], outcome=outcome.value, note=str(note), hint=str(hint))
            self._items[listed.key] = listed
        if len(self._items) >= _ITEMS_AT_ONCE or time.monotonic() - self._written_at > _SECONDS_BETWEEN_WRITES:
            self.write()

    def _is_listed(self, outcome: ItemOutcome) -> bool:
        """Whether there is room for one more, which is taken then."""
        if outcome is ItemOutcome.FAILED:
            self._failed_listed += 1
            return self._failed_listed <= FAILED_LISTED
        self._others_listed += 1
        return self._others_listed <= OTHERS_LISTED

    def checkpoint(self, cursor: str) -> None:
        """Keep counts, items, mails and cursor together. Raises CancelledByPerson, after the progress is stored."""
        self.write(cursor=cursor)
        self.stop_if_cancelled()

    def stop_if_cancelled(self) -> None:
        """Asked when it acts: a cancel, a deactivation, a lost license and a provider switched off each end the run here."""
        integration = Integration.objects.filter(pk=self.run.integration_id)
        cancelled = Q(deactivated_at__isnull=False) | Q(runs__pk=self.run.pk, runs__cancel_requested_at__isnull=False)
        if integration.filter(cancelled).exists() or is_suspended(self.run.integration):
            raise CancelledByPerson

    def wait(self, seconds: float) -> None:
        """Sleep with signs of life, and end early where the run is cancelled."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 2.0))
            self.write()
            self.stop_if_cancelled()

    def sign_of_life(self, *, may_end: bool = False) -> None:
        """Now and then. Where it `may_end`, raises CancelledByPerson: a run may go through very much without a checkpoint."""
        now = time.monotonic()
        if may_end and now - self._looked_at > _SECONDS_BETWEEN_WRITES:
            # Apart from the writes: items that come one by one write each time, and leave nothing to do here.
            self._looked_at = now
            self.write()
            self.stop_if_cancelled()
        elif now - self._written_at > _SECONDS_BETWEEN_WRITES:
            self.write()

    def write(self, *, cursor: str | None = None) -> None:
        """One short transaction. Raises LeaseLost where another worker has the run."""
        run = self.run
        written: dict[str, object] = {name: getattr(run, name) for name in (*_COUNTS, "expected")}
        if cursor is not None:
            run.cursor = cursor
            run.counts_at_checkpoint = {name: getattr(run, name) for name in _COUNTS}
            written |= {"cursor": cursor, "counts_at_checkpoint": run.counts_at_checkpoint}
        with tenant_transaction(run.integration.store.organization_id):
            held = Run.objects.filter(pk=run.pk, lease=run.lease)
            if not held.update(heartbeat_at=timezone.now(), **written):
                raise LeaseLost
            RunItem.objects.bulk_create(
                self._items.values(),
                update_conflicts=True,
                unique_fields=["run", "key"],
                update_fields=["outcome", "note", "hint"],
            )
            if cursor is not None:
                self._keep(cursor)
        self._items = {}
        self._written_at = time.monotonic()

    def _keep(self, cursor: str) -> None:
        """The next run goes on from here, unless this one only tries, or does single items again."""
        run = self.run
        if not run.dry_run and not run.only:
            ActionState.objects.update_or_create(
                integration=run.integration, action=run.action, defaults={"cursor": cursor}
            )
        asked_for, self.mails = self.mails, []
        mails.keep(asked_for, run.integration.store)
