"""One add-on switched for thousands of stores: what would happen, and staging it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from backoffice.accounts.models import User
from backoffice.tenancy.models import Store
from licensing.drafts import Column, draft_of, stage_each
from licensing.models import DraftChange


@dataclass(frozen=True, slots=True)
class BulkPlan:
    """What one bulk change would do: `fits` are staged, `already` are as wanted, `refused` find no seat (the last by name)."""

    column: Column
    on: bool
    fits: Sequence[tuple[uuid.UUID, str]]
    already: int
    refused: Sequence[tuple[uuid.UUID, str]]

    @property
    def total(self) -> int:
        return len(self.fits) + self.already + len(self.refused)

    @property
    def used_after(self) -> int:
        return self.column.used + (len(self.fits) if self.on else -len(self.fits))


def plan(*, column: Column, stores: QuerySet[Store], on: bool, by: User) -> BulkPlan:
    """Work out the change for `stores`, in the order of their names, on top of what `by` has staged. Three queries for any number."""
    license = column.license
    chosen = list(stores.order_by("name", "pk").values_list("pk", "name"))
    state = dict.fromkeys(license.assignments.values_list("store_id", flat=True), True)
    draft = draft_of(license.organization, by)
    state.update(
        DraftChange.objects.filter(draft=draft, license=license).values_list("store_id", "on") if draft else ()
    )
    wanted = [(pk, name) for pk, name in chosen if state.get(pk, False) != on]
    seats = len(wanted) if not on or column.free is None else column.free
    return BulkPlan(column, on, wanted[:seats], len(chosen) - len(wanted), wanted[seats:])


def stage_plan(made: BulkPlan, *, by: User) -> int:
    """Stage what fits; returns how many stores. Save makes it true."""
    license = made.column.license
    stage_each(organization=license.organization, moves=[(license, pk, made.on) for pk, _name in made.fits], by=by)
    return len(made.fits)
