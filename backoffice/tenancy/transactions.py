"""The one place where a transaction is told which tenant it works for, or that it works for all."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from typing import TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from backoffice.database.roles import EVERY_TENANT

_SET_TENANT = "SELECT set_config('backoffice.organization', %s, true)"
_SET_ROLE = "SELECT set_config('role', %s, true)"
_TAKE_ROLE = "SELECT current_setting('role'), set_config('role', %s, true)"

V = TypeVar("V")

_tenant: ContextVar[uuid.UUID | None] = ContextVar("tenant", default=None)
_across: ContextVar[bool] = ContextVar("across", default=False)


@contextmanager
def tenant_transaction(organization_id: uuid.UUID, *, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """One transaction whose `backoffice.organization` setting names the tenant; row-level security reads it.

    The setting is local to the transaction, so a pooled connection cannot carry it to the next request; inside of a longer
    transaction, it ends with the block.
    """

    def tell() -> uuid.UUID:
        _ask(using, _SET_TENANT, str(organization_id))
        return organization_id

    with transaction_told(tell, using=using):
        yield


@contextmanager
def transaction_told(tell: Callable[[], uuid.UUID], *, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """As `tenant_transaction`, where `tell` has the database set the tenant and returns which it is."""
    outer = _tenant.get()
    try:
        with transaction.atomic(using=using), _known(_tenant, tell()):
            yield
    finally:
        if _goes_on(using):
            _ask(using, _SET_TENANT, str(outer or ""))


@contextmanager
def within_tenant(organization_id: uuid.UUID) -> Iterator[None]:
    """For what a page shows wherever it is rendered: a tenant transaction, unless it stands in one of this tenant already."""
    with nullcontext() if _tenant.get() == organization_id else tenant_transaction(organization_id):
        yield


@contextmanager
def across_tenants(reason: str, *, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """One transaction that sees every tenant's rows. `reason` says in the code why; a test lists who calls this.

    The role is taken on for the transaction; inside of a longer one, until the end of the block.
    """
    del reason
    if _across.get():
        yield
        return
    before = None
    try:
        with transaction.atomic(using=using):
            before = _ask(using, _TAKE_ROLE, EVERY_TENANT)
            with _known(_across, True):
                yield
    finally:
        if before is not None and _goes_on(using):
            _ask(using, _SET_ROLE, before)


@contextmanager
def _known(what: ContextVar[V], value: V) -> Iterator[None]:
    """Inside of the transaction's own block: what runs on its commit stands in no tenant any more."""
    outer = what.get()
    what.set(value)
    try:
        yield
    finally:
        what.set(outer)


def _goes_on(using: str) -> bool:
    """Whether a block was part of a longer transaction that still takes statements; else its end has undone what it set."""
    connection = connections[using]
    return connection.in_atomic_block and not connection.needs_rollback


def _ask(using: str, statement: str, value: str) -> str:
    with connections[using].cursor() as cursor:
        cursor.execute(statement, [value])
        first: str = cursor.fetchone()[0]
    return first
