"""Indexes of partitioned tables: whole on every partition, and added while others write, interrupted or not."""

import threading
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, connections, models
from django.db.migrations.state import ModelState, ProjectState

from backoffice.database.partition_indexes import AddIndexByPartition

pytestmark = pytest.mark.django_db(transaction=True)

_INCOMPLETE = """
SELECT parent.relname || ' ' || whole.indexrelid::regclass FROM backoffice_partitioned_table named
JOIN pg_class parent ON parent.relname = named.name
JOIN pg_index whole ON whole.indrelid = parent.oid
WHERE NOT whole.indisvalid OR (SELECT count(*) FROM pg_inherits WHERE inhparent = whole.indexrelid)
    <> (SELECT count(*) FROM pg_inherits WHERE inhparent = parent.oid)
"""


def test_every_partition_has_every_index_of_its_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_INCOMPLETE)
        assert cursor.fetchall() == []


@pytest.fixture
def table() -> Iterator[str]:
    name = "partition_indexes_parts"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {name} (id integer PRIMARY KEY, kind integer) PARTITION BY RANGE (id)")
        for number in range(3):
            cursor.execute(
                f"CREATE TABLE {name}_{number} PARTITION OF {name} FOR VALUES FROM ({number}0) TO ({number + 1}0)"
            )
            cursor.execute(f"INSERT INTO {name} VALUES ({number}1, {number})")
        yield name
        cursor.execute(f"DROP TABLE {name}")


def add(table: str) -> None:
    fields: list[tuple[str, models.Field[object, object]]] = [
        ("id", models.IntegerField(primary_key=True)),
        ("kind", models.IntegerField()),
    ]
    before = ProjectState()
    before.add_model(ModelState("database", "Parts", fields, options={"db_table": table, "indexes": []}))
    operation = AddIndexByPartition("parts", models.Index(fields=["kind"], name=f"{table}_kind"))
    after = before.clone()
    operation.state_forwards("database", after)
    with connection.schema_editor(atomic=False) as editor:
        operation.database_forwards("database", editor, before, after)


def indexes(table: str) -> list[tuple[str, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text, indisvalid FROM pg_index WHERE indexrelid::regclass::text LIKE %s ORDER BY 1",
            [f"{table}%kind"],
        )
        return [(name, valid) for name, valid in cursor.fetchall()]


def whole(table: str) -> list[tuple[str, bool]]:
    return [(f"{table}_0_kind", True), (f"{table}_1_kind", True), (f"{table}_2_kind", True), (f"{table}_kind", True)]


def test_each_partition_gets_its_part_and_the_parts_are_one(table: str) -> None:
    add(table)
    assert indexes(table) == whole(table)


def test_it_goes_on_where_it_was_interrupted(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE INDEX {table}_kind ON ONLY {table} (kind)")
        cursor.execute(f"CREATE INDEX {table}_0_kind ON {table}_0 (kind)")
        cursor.execute(f"INSERT INTO {table} VALUES (12, 1)")
        with pytest.raises(IntegrityError):
            cursor.execute(f"CREATE UNIQUE INDEX CONCURRENTLY {table}_1_kind ON {table}_1 (kind)")
    assert (f"{table}_1_kind", False) in indexes(table)
    add(table)
    assert indexes(table) == whole(table)
    add(table)
    assert indexes(table) == whole(table)


def test_others_write_meanwhile(table: str) -> None:
    """A transaction that has written keeps the building waiting, and no other writer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', '200ms', false)")
        writer = connections.create_connection("default")
        try:
            with writer.cursor() as writing:
                writing.execute(f"BEGIN; INSERT INTO {table}_0 VALUES (2, 2)")
                thread = threading.Thread(target=_add_in_thread, args=(table,))
                thread.start()
                thread.join(0.5)
                assert thread.is_alive()
                cursor.execute(f"INSERT INTO {table} VALUES (3, 3)")
                writing.execute("COMMIT")
                thread.join(10)
        finally:
            writer.close()
            cursor.execute("RESET lock_timeout")
    assert indexes(table) == whole(table)


def _add_in_thread(table: str) -> None:
    try:
        add(table)
    finally:
        connection.close()
