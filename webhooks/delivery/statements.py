"""Runs the engine's SQL as prepared statements on Django's own connection."""

from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import connection


def run(sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The statement's rows. Planned once a connection: planning over many partitions costs more than running.

    Raises Django's database errors. In `sql`, time is `statement_timestamp()`, which moves on inside a transaction.
    """
    connection.ensure_connection()
    raw = connection.connection
    if raw.prepare_threshold is None:
        raw.prepare_threshold = 5
    with connection.wrap_database_errors, psycopg.Cursor(raw) as cursor:
        cursor.execute(sql, parameters, prepare=True)
        return cursor.fetchall() if cursor.description else []
