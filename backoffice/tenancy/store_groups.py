"""Changes to groups of stores: each one transaction, who did it, and its audit row."""

import re
from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from backoffice.accounts.models import User
from backoffice.tenancy.audit import record
from backoffice.tenancy.models import Organization, Store, StoreGroup

_BETWEEN_CODES = re.compile(r"[\s,;]+")


def add_group(*, organization: Organization, name: str, by: User | None) -> StoreGroup:
    """A new, empty group. Raises ValidationError where the name is empty, too long or taken."""
    group = StoreGroup(organization=organization, name=_cleaned(name))
    _saved(group)
    record(action="store_group.created", by=by, organization=organization, target=group, changes={"name": group.name})
    return group


def rename_group(*, group: StoreGroup, name: str, by: User | None) -> None:
    """Raises ValidationError as `add_group` does."""
    before, group.name = group.name, _cleaned(name)
    if before == group.name:
        return
    _saved(group)
    record(
        action="store_group.renamed",
        by=by,
        organization=group.organization,
        target=group,
        changes={"name": [before, group.name]},
    )


@transaction.atomic
def delete_group(*, group: StoreGroup, by: User | None) -> None:
    """The group goes; its stores stay as they are."""
    record(action="store_group.deleted", by=by, organization=group.organization, target=group)
    group.delete()


@transaction.atomic
def change_stores(
    *, group: StoreGroup, put_in: QuerySet[Store] | Collection[Store], take_out: Collection[Store], by: User | None
) -> tuple[int, int]:
    """Put stores of the group's organization in and take others out; returns how many of each were moved.

    Stores of another organization are passed over. A constant number of statements for any number of stores.
    """
    links = StoreGroup.stores.through.objects.filter(storegroup=group)
    there = set(links.values_list("store_id", flat=True))
    mine = {store.pk for store in put_in if store.organization_id == group.organization_id} - there
    out = {store.pk for store in take_out} & there
    group.stores.through.objects.bulk_create(
        [StoreGroup.stores.through(storegroup_id=group.pk, store_id=store) for store in sorted(mine)],
        ignore_conflicts=True,
    )
    links.filter(store__in=out).delete()
    if mine or out:
        record(
            action="store_group.stores_changed",
            by=by,
            organization=group.organization,
            target=group,
            changes={"put_in": len(mine), "taken_out": len(out)},
        )
    return len(mine), len(out)


def stores_by_code(organization: Organization, text: str) -> tuple[list[Store], list[str]]:
    """The stores whose codes stand in `text`, between blanks, lines, commas or semicolons, and the codes that no store has."""
    codes = dict.fromkeys(code.upper() for code in _BETWEEN_CODES.split(text) if code)
    found = (
        {
            store.code.upper(): store
            for store in Store.objects.filter(organization=organization)
            if store.code.upper() in codes
        }
        if codes
        else {}
    )
    return list(found.values()), [code for code in codes if code not in found]


def _cleaned(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise ValidationError(_("Give the group a name."))
    if len(name) > 80:
        raise ValidationError(_("Use at most 80 characters."))
    if not name.isprintable():
        raise ValidationError(_("This name holds a character that cannot be seen. Type it anew."))
    return name


def _saved(group: StoreGroup) -> None:
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as error:
        if "tenancy_group_name" not in str(error):
            raise
        raise ValidationError(_("Another group has this name already.")) from error
