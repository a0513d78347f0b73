"""The tenant of a transaction ends with it."""

import uuid

import pytest
from django.db import connection

from backoffice.tenancy.transactions import tenant_transaction


def _tenant() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nullif(current_setting('backoffice.organization', true), '')")
        value: str | None = cursor.fetchone()[0]
    return value


@pytest.mark.django_db(transaction=True)
def test_the_tenant_is_set_inside_and_forgotten_after() -> None:
    organization = uuid.uuid4()
    assert _tenant() is None
    with tenant_transaction(organization):
        assert _tenant() == str(organization)
    assert _tenant() is None
