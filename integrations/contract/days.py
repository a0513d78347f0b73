"""What actions that hand over business days have in common: which days, what is missing of them, and in which currency they are."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.contract.actions import ItemOutcome, Run, StoreFacts
from integrations.contract.http import NeedsAttention
from integrations.contract.settings import Setting, SettingType

#: So many days that were missed are made up for by themselves.
CATCH_UP_DAYS: Final = 31
_ONE: Final = timedelta(days=1)

#: The parameter of an action whose cursor is the last day that was handed over.
DAY: Final = Setting(
    "day",
    SettingType.DATE,
    gettext_lazy("Business day"),
    help=gettext_lazy("Leave it empty for yesterday and the days before that were missed."),
    required=False,
)


def asked(run: Run) -> date | None:
    """The day that somebody chose. Raises NeedsAttention for one that has not begun in the store."""
    chosen = str(run.parameters.get("day") or "")
    if not chosen:
        return None
    day = date.fromisoformat(chosen)
    if day > run.store.today:
        raise NeedsAttention(_("This business day has not begun yet. Choose today or an earlier day."))
    return day


def wanted(run: Run, *, look_back: int = 0) -> list[date]:
    """The day that was asked for; else yesterday, those missed since the last run, and as many before them as `look_back` says.

    What was missed for too long is left out, and counted as skipped with what to do. Raises NeedsAttention.
    """
    day = asked(run)
    if day is not None:
        return [day]
    yesterday = run.store.today - _ONE
    if not run.cursor:
        return [yesterday]
    missed = min(date.fromisoformat(run.cursor) + _ONE, yesterday)
    earliest = yesterday - timedelta(days=CATCH_UP_DAYS)
    if missed < earliest:
        run.item(
            f"{missed.isoformat()} – {(earliest - _ONE).isoformat()}",
            ItemOutcome.SKIPPED,
            _("These days were missed for too long to be made up for by themselves."),
            _("Run this action for each of them that you need."),
        )
    first = max(missed - timedelta(days=look_back), earliest)
    return [first + timedelta(days=number) for number in range((yesterday - first).days + 1)]


def handed_over(run: Run, day: date) -> None:
    """Store the progress: the next run goes on behind this day, unless somebody asked for it or only tries."""
    alone = run.dry_run or run.only or run.parameters.get("day")
    run.checkpoint(run.cursor if alone else max(run.cursor, day.isoformat()))


def foreign_currencies(orders: Iterable[Mapping[str, object]], store: StoreFacts) -> list[str]:
    """The currencies of these orders that are not the store's: their amounts cannot be added to the others'."""
    found = {str(order.get("currency") or store.currency).upper() for order in orders}
    return sorted(found - {store.currency.upper()})
