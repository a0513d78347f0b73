"""One page of the License page's table: stores in rows, add-ons in columns, each switch as saved and as staged."""

import uuid
from dataclasses import dataclass

from django.utils.translation import gettext as _

from backoffice.tenancy.models import Store
from backoffice.web.lists import Page
from licensing.drafts import Column
from licensing.models import Assignment, DraftChange, LicenseDraft

#: The bar names this many stores; the rest is a number.
NAMED = 4


@dataclass(frozen=True, slots=True)
class Cell:
    """One switch. `on` is where it stands, `saved` what it is without the draft."""

    column: Column
    store: Store
    on: bool
    saved: bool

    @property
    def key(self) -> str:
        """What a form posts for it."""
        return f"{self.column.license.add_on_id}:{self.store.pk}"

    @property
    def id(self) -> str:
        return f"on-{self.column.license.add_on_id}-{self.store.code.lower()}"

    @property
    def label(self) -> str:
        return _("%(add_on)s for %(store)s") % {"add_on": self.column.license.add_on.name, "store": self.store.name}

    @property
    def changed(self) -> bool:
        return self.on != self.saved


@dataclass(frozen=True, slots=True)
class Row:
    store: Store
    cells: list[Cell]

    @property
    def changed(self) -> bool:
        return any(cell.changed for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Staged:
    """What the bar says: how many switches are staged, and the first stores to be turned on and off by name."""

    on: int
    off: int
    names_on: list[str]
    names_off: list[str]

    @property
    def total(self) -> int:
        return self.on + self.off

    @property
    def more_on(self) -> int:
        return self.on - len(self.names_on)

    @property
    def more_off(self) -> int:
        return self.off - len(self.names_off)


def table(found: Page[Store], columns: list[Column], draft: LicenseDraft | None) -> list[Row]:
    """The rows of one page, in two queries for any number of add-ons."""
    stores = [store.pk for store in found.items]
    seats = set(
        Assignment.objects.filter(license__in=[column.license for column in columns], store__in=stores).values_list(
            "license_id", "store_id"
        )
    )
    moved = DraftChange.objects.filter(draft=draft, store__in=stores) if draft else DraftChange.objects.none()
    staged = {(license, store): on for license, store, on in moved.values_list("license_id", "store_id", "on")}
    return [Row(store, [_cell(column, store, seats, staged) for column in columns]) for store in found.items]


def _cell(
    column: Column,
    store: Store,
    seats: set[tuple[uuid.UUID, uuid.UUID]],
    staged: dict[tuple[uuid.UUID, uuid.UUID], bool],
) -> Cell:
    key = (column.license.pk, store.pk)
    return Cell(column, store, on=staged.get(key, key in seats), saved=key in seats)


def staged_in(draft: LicenseDraft | None, columns: list[Column]) -> Staged:
    """What saving the draft would change. Switches that someone else has moved to the same place meanwhile count no more."""
    on, off = sum(column.staged_on for column in columns), sum(column.staged_off for column in columns)
    return Staged(on, off, _names(draft, on=True) if on else [], _names(draft, on=False) if off else [])


def _names(draft: LicenseDraft | None, *, on: bool) -> list[str]:
    return list(
        DraftChange.objects.filter(draft=draft, on=on).order_by("-pk").values_list("store__name", flat=True)[:NAMED]
    )
