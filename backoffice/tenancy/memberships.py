"""Whose member a person is: asked before the tenant is known, and so the one thing read across tenants on every page."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from backoffice.database.rows import columns, instance
from backoffice.database.statements import run
from backoffice.tenancy.models import Member, Organization
from backoffice.tenancy.transactions import transaction_told

_COLUMNS = f"{columns(Member, '(found.member)')}, {columns(Organization, '(found.organization)')}"
_ENTER = f"SELECT {_COLUMNS} FROM tenancy_enter(%(user)s, %(slug)s) AS found"  # noqa: S608  # column names of our own models
_MEMBERSHIPS = f"SELECT {_COLUMNS} FROM tenancy_memberships(%(user)s, %(most)s) AS found"  # noqa: S608  # the same


class NotAMember(LookupError):
    """The person is in no organization with this address, or there is none."""


@contextmanager
def membership_transaction(user_id: int, slug: str) -> Iterator[Member]:
    """A tenant transaction of the organization with this address, in which the person is the member it gives.

    Found and told in one statement. Raises NotAMember.
    """
    entered: list[Member] = []

    def tell() -> uuid.UUID:
        rows = run(_ENTER, {"user": user_id, "slug": slug})
        if not rows:
            raise NotAMember
        entered.append(_member(rows[0]))
        return entered[0].organization_id

    with transaction_told(tell):
        yield entered[0]


def memberships_of(user_id: int, *, most: int) -> list[Member]:
    """A person's memberships with their organizations, by name, in one query; works inside and outside of a tenant's transaction."""
    return [_member(row) for row in run(_MEMBERSHIPS, {"user": user_id, "most": most})]


def _member(row: Sequence[Any]) -> Member:
    member, end = instance(Member, row)
    member.organization, _end = instance(Organization, row, end)
    return member
