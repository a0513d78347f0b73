"""Staging switches of the License page and saving them: seats are counted at once for the eye, and again under lock on Save."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import ngettext

from backoffice.accounts.models import User
from backoffice.tenancy.models import Organization, Store
from licensing.assignments import give, locked, take, tried_again
from licensing.models import Assignment, AssignmentImport, DraftChange, License, LicenseDraft
from licensing.models.draft import KEPT_FOR


@dataclass(frozen=True, slots=True)
class Column:
    """An add-on on the License page: its license as saved, and what is staged on top by one admin."""

    license: License
    staged_on: int = 0
    staged_off: int = 0

    @property
    def used(self) -> int:
        """Seats in use if the staged changes were saved."""
        return self.license.assigned + self.staged_on - self.staged_off

    @property
    def free(self) -> int | None:
        """Seats left after the staged changes; None where any number of stores may have the add-on."""
        return None if self.license.quantity is None else max(0, self.license.quantity - self.used)


class SeatRefused(Exception):
    """A switch beyond Max Stores; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Saved:
    """How many stores were given a seat and how many lost theirs."""

    on: int = 0
    off: int = 0


@dataclass(frozen=True, slots=True)
class Conflict:
    """Nothing was saved: these switches found no seat and left the draft; `taken` are the newest seats others gave meanwhile."""

    refused: list[DraftChange]
    taken: list[Assignment]
    kept: int
    licenses: list[License] = field(default_factory=list)


def too_many(license: License) -> str:
    """Why a switch slides back."""
    return ngettext(
        "Your %(count)d license is used. Turn another store off first, or buy more.",
        "All %(count)d licenses are used. Turn another store off first, or buy more.",
        license.quantity or 0,
    ) % {"count": license.quantity or 0}


def draft_of(organization: Organization, user: User) -> LicenseDraft | None:
    """What this admin has staged here, unless it was left lying for too long."""
    return LicenseDraft.objects.filter(
        organization=organization, user=user, touched_at__gt=timezone.now() - KEPT_FOR
    ).first()


_EFFECT = """
    SELECT c.license_id, count(*) FILTER (WHERE c."on" AND a.id IS NULL), count(*) FILTER (WHERE NOT c."on" AND a.id IS NOT NULL)
    FROM licensing_draftchange c
    LEFT JOIN licensing_assignment a ON a.license_id = c.license_id AND a.store_id = c.store_id
    WHERE c.draft_id = %s
    GROUP BY c.license_id
"""


def columns(organization: Organization, draft: LicenseDraft | None) -> list[Column]:
    """The organization's add-ons by name, with the seats each would use if the draft were saved."""
    licenses = list(License.objects.filter(organization=organization).select_related("add_on").order_by("add_on__name"))
    for license in licenses:
        license.organization = organization
    effect: dict[uuid.UUID, tuple[int, int]] = {}
    if draft is not None:
        with connection.cursor() as cursor:
            cursor.execute(_EFFECT, [draft.pk])
            effect = {license_id: (on, off) for license_id, on, off in cursor.fetchall()}
    return [Column(license, *effect.get(license.pk, (0, 0))) for license in licenses]


def stage(*, license: License, store: Store, on: bool, by: User) -> None:
    """Stage one switch, or take back its staging where it is moved to what is saved.

    Raises SeatRefused, and then nothing is staged: no seat is left beside those saved and staged. Saving counts once more.
    """
    draft = _touched(license.organization, by)
    moved = DraftChange.objects.filter(draft=draft, license=license, store=store)
    if license.assignments.filter(store=store).exists() == on:
        moved.delete()
        return
    if on and not moved.filter(on=True).exists():
        (column,) = (one for one in columns(license.organization, draft) if one.license.pk == license.pk)
        if column.free == 0:
            raise SeatRefused(too_many(column.license))
    DraftChange.objects.update_or_create(draft=draft, license=license, store=store, defaults={"on": on})


def stage_each(*, organization: Organization, moves: Iterable[tuple[License, uuid.UUID, bool]], by: User) -> None:
    """Stage many switches in a constant number of statements, without counting seats: whoever saves them has them counted.

    A switch that is moved to what is saved leaves the draft.
    """
    wanted = {(license.pk, store): on for license, store, on in moves}
    if not wanted:
        return
    draft = _touched(organization, by)
    stores = {store for _license, store in wanted}
    seats = set(
        Assignment.objects.filter(license__organization=organization, store__in=stores).values_list(
            "license_id", "store_id"
        )
    )
    DraftChange.objects.bulk_create(
        [
            DraftChange(draft=draft, license_id=license, store_id=store, on=on)
            for (license, store), on in wanted.items()
            if ((license, store) in seats) != on
        ],
        update_conflicts=True,
        unique_fields=["draft", "license", "store"],
        update_fields=["on"],
    )
    same = [key for key, on in wanted.items() if (key in seats) == on]
    for license in {license for license, _store in same}:
        back = [store for one, store in same if one == license]
        DraftChange.objects.filter(draft=draft, license=license, store__in=back).delete()


def discard(*, organization: Organization, by: User) -> None:
    """Forget what this admin has staged."""
    LicenseDraft.objects.filter(organization=organization, user=by).delete()


def save(*, organization: Organization, by: User) -> Saved | Conflict:
    """Make the draft true, all or nothing, and drop it.

    The licenses are locked and their seats counted anew. What no seat is left for, the last moved first, leaves the draft and is
    given back as a Conflict; the rest stays staged.
    """
    return tried_again(lambda: _save(organization, by))


def prune() -> None:
    """Drop drafts, and files waiting to be applied, that nobody touched for two weeks."""
    before = timezone.now() - KEPT_FOR
    LicenseDraft.objects.filter(touched_at__lte=before).delete()
    AssignmentImport.objects.filter(uploaded_at__lte=before).delete()


def _save(organization: Organization, by: User) -> Saved | Conflict:
    draft = LicenseDraft.objects.select_for_update().filter(organization=organization, user=by).first()
    if draft is None:
        return Saved()
    changes = DraftChange.objects.filter(draft=draft)
    licenses = locked(changes.order_by().values_list("license_id", flat=True).distinct())
    seat = Assignment.objects.filter(license=OuterRef("license"), store=OuterRef("store"))
    moved = changes.annotate(seated=Exists(seat)).exclude(on=F("seated")).order_by("pk")
    real = list(moved.values_list("pk", "license_id", "store_id", "on"))
    refused = [pk for license in licenses.values() for pk in _beyond(license, real)]
    if refused:
        conflict = _conflict(draft, refused, licenses, kept=len(real) - len(refused))
        changes.filter(pk__in=refused).delete()
        return conflict
    stores = Store.objects.in_bulk([store for _pk, _license, store, _on in real])
    on = off = 0
    for license in licenses.values():
        mine = [(stores[store], wanted) for _pk, each, store, wanted in real if each == license.pk]
        off += take(license, [store for store, wanted in mine if not wanted], by)
        on += len(give(license, [store for store, wanted in mine if wanted], by))
    draft.delete()
    return Saved(on, off)


def _beyond(license: License, real: Sequence[tuple[int, uuid.UUID, uuid.UUID, bool]]) -> list[int]:
    """Those of the license's changes that find no seat: the last staged."""
    if license.quantity is None:
        return []
    on = [pk for pk, each, _store, on in real if each == license.pk and on]
    off = sum(each == license.pk and not on for _pk, each, _store, on in real)
    return on[max(0, license.quantity - license.assigned + off) :]


def _conflict(draft: LicenseDraft, refused: list[int], licenses: dict[uuid.UUID, License], *, kept: int) -> Conflict:
    found = list(DraftChange.objects.filter(pk__in=refused).select_related("store").order_by("pk"))
    for change in found:
        change.license = licenses[change.license_id]
    return Conflict(found, _taken(draft, licenses), kept, list(licenses.values()))


def _taken(draft: LicenseDraft, licenses: dict[uuid.UUID, License]) -> list[Assignment]:
    taken = list(
        Assignment.objects.filter(license__in=licenses, assigned_at__gt=draft.started_at)
        .exclude(assigned_by=draft.user_id)
        .select_related("store", "assigned_by")
        .order_by("-assigned_at", "-pk")[:10]
    )
    for seat in taken:
        seat.license = licenses[seat.license_id]
    return taken


def _touched(organization: Organization, by: User) -> LicenseDraft:
    """The admin's draft, made or marked as used now, and locked: their tabs take turns."""
    discarded = LicenseDraft.objects.filter(organization=organization, user=by)
    discarded.filter(touched_at__lte=timezone.now() - KEPT_FOR).delete()
    draft, _made = LicenseDraft.objects.update_or_create(
        organization=organization, user=by, defaults={"touched_at": timezone.now()}
    )
    return draft
