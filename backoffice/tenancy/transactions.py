"""The one place where a transaction is told which tenant it works for."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections, transaction


@contextmanager
def tenant_transaction(organization_id: uuid.UUID, *, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """One transaction whose `backoffice.organization` setting names the tenant; row-level security reads it.

    The setting is local to the transaction, so a pooled connection cannot carry it to the next request.
    """
    with transaction.atomic(using=using):
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT set_config('backoffice.organization', %s, true)", [str(organization_id)])
        yield
