"""What actions that pull orders have in common: from when on, and what becomes of an order that cannot be read."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.contract.actions import ItemOutcome, Run
from integrations.contract.pulled import PulledOrder
from integrations.contract.settings import Setting, SettingType
from integrations.contract.text import Text

#: The parameter of an action whose cursor is a time.
SINCE = Setting(
    "since",
    SettingType.DATE,
    gettext_lazy("Changed since"),
    help=gettext_lazy("Leave it empty to go on from where the last pull ended."),
    required=False,
)


def start(run: Run, *, overlap: timedelta = timedelta(0), before_day: timedelta = timedelta(0)) -> datetime:
    """From the date that was asked for, else from where the last run came to, else from the beginning of the store's day; in UTC.

    `overlap` is taken off the time that the last run came to, `before_day` off the beginning of a day.
    """
    since = run.parameters.get("since")
    if run.cursor and not since:
        return datetime.fromisoformat(run.cursor) - overlap
    day = datetime.fromisoformat(str(since)).date() if since else run.store.today
    return datetime.combine(day, time.min, ZoneInfo(run.store.timezone)).astimezone(UTC) - before_day


def take(
    run: Run,
    order: Mapping[str, object],
    read: Callable[[Mapping[str, object]], PulledOrder],
    *,
    key: str,
    hint: Text,
) -> None:
    """Hand an order to the hub as `read` understands it; one that it raises ValueError for is counted as failed under `key`."""
    try:
        pulled = read(order)
    except ValueError as error:
        run.item(key, ItemOutcome.FAILED, _("The order could not be read: %(why)s") % {"why": error}, hint)
        return
    run.receive(pulled, key)


def gone(run: Run, key: str) -> None:
    """An order that is to be done again and is not in the shop any more: nobody waits for it."""
    run.item(key, ItemOutcome.SKIPPED, _("The shop does not have this order any more."))
