"""The web and worker roles read and write rows, own nothing, and cannot touch history."""

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction

from backoffice.database.roles import APPEND_ONLY_TABLES, EVERY_TENANT, WEB, WORKER

pytestmark = pytest.mark.django_db


def _allowed(role: str, table: str, privilege: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, %s, %s)", [role, table, privilege])
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize("role", [WEB, WORKER, EVERY_TENANT])
def test_they_own_nothing(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = %s", [role])
        assert cursor.fetchone()[0] == 0


@pytest.mark.parametrize("role", [WEB, WORKER, EVERY_TENANT])
def test_they_use_every_table_of_the_product(role: str) -> None:
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        assert _allowed(role, table, "SELECT"), table
        assert _allowed(role, table, "INSERT"), table
        assert _allowed(role, table, "UPDATE") == (table not in APPEND_ONLY_TABLES), table
        assert _allowed(role, table, "DELETE") == (table not in APPEND_ONLY_TABLES), table
        assert not _allowed(role, table, "TRUNCATE"), table


@pytest.mark.parametrize("statement", ["ALTER TABLE tenancy_store ADD COLUMN x integer", "DROP TABLE tenancy_store"])
def test_they_change_no_schema(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {WEB}")
        with pytest.raises(ProgrammingError, match="must be owner"), transaction.atomic():
            cursor.execute(statement)


@pytest.mark.parametrize("role", [WEB, WORKER, EVERY_TENANT])
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO backoffice_partitioned_table (name) VALUES ('tenancy_store')",
        "UPDATE backoffice_partitioned_table SET name = 'tenancy_store'",
        "DELETE FROM backoffice_partitioned_table",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('x', '0001', now())",
    ],
)
def test_they_do_not_write_what_migrations_say(role: str, statement: str) -> None:
    """The function that makes partitions runs as the owner and trusts the names in that table."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            cursor.execute(statement)
