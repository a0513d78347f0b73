"""Who runs each hot query: policies of row-level security are a part of its plan."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from backoffice.database.roles import WORKER
from backoffice.tenancy.transactions import tenant_transaction
from tests.plans.function_queries import AS_OWNER
from tests.plans.rows import Sample
from tests.web_role import web_role

#: Begin so: workers' queries.
_WORKERS = ("engine:", "sweeper:", "retention:", "runs:", "erasures:")


@contextmanager
def acting(name: str, sample: Sample) -> Iterator[None]:
    """As the worker, as the owner where a function of the database does it, else as the web role in the sample's tenant."""
    if name in AS_OWNER:
        yield
    elif name.startswith(_WORKERS):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('role', %s, true)", [WORKER])
            yield
            cursor.execute("SELECT set_config('role', 'none', true)")
    else:
        with web_role(), tenant_transaction(sample.store.organization_id):
            yield
