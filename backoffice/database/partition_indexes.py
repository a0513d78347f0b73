"""Migrations that give a partitioned table an index while everybody goes on writing to it."""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

_PARTITIONS = """
SELECT child.relname, mine.indexrelid::regclass::text, mine.indisvalid, attached.inhrelid IS NOT NULL
FROM pg_inherits part
JOIN pg_class child ON child.oid = part.inhrelid
LEFT JOIN pg_class named ON named.relname = child.relname || %(suffix)s AND named.relnamespace = child.relnamespace
LEFT JOIN pg_index mine ON mine.indexrelid = named.oid
LEFT JOIN LATERAL (
    SELECT inhrelid FROM pg_inherits link JOIN pg_index its ON its.indexrelid = link.inhrelid
    WHERE link.inhparent = %(index)s::regclass AND its.indrelid = child.oid
) attached ON true
WHERE part.inhparent = %(table)s::regclass
ORDER BY child.relname
"""


class AddIndexByPartition(migrations.AddIndex):
    """As AddIndex, but each partition's index is built concurrently and the parts then become one; a lock is held for moments only.

    For migrations with `atomic = False`. Interrupted, it goes on where it stopped when it is run again. A partition that is made
    meanwhile gets its index with it.
    """

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        table, name = model._meta.db_table, self.index.name
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s)", [name])
            if cursor.fetchone() == (None,):
                statement = str(self.index.create_sql(model, schema_editor))
                cursor.execute(statement.replace(f'ON "{table}"', f'ON ONLY "{table}"', 1))
            cursor.execute("SELECT pg_get_indexdef(%s::regclass)", [name])
            (whole,) = cursor.fetchone()
            _add_to_each(cursor, table, name, whole[whole.index(" USING ") :])


def _add_to_each(cursor: Any, table: str, name: str, definition: str) -> None:
    suffix = name.removeprefix(table)
    cursor.execute(_PARTITIONS, {"suffix": suffix, "index": name, "table": table})
    for child, index, valid, attached in cursor.fetchall():
        if attached:
            continue
        if index and not valid:
            cursor.execute(f'DROP INDEX CONCURRENTLY "{child}{suffix}"')
        if not valid:
            cursor.execute(f'CREATE INDEX CONCURRENTLY "{child}{suffix}" ON "{child}"{definition}')
        cursor.execute(f'ALTER INDEX "{name}" ATTACH PARTITION "{child}{suffix}"')
