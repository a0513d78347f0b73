"""Hand-written SQL as prepared statements on Django's own connection, for the few statements that run all the time."""

import select
from collections.abc import Mapping
from time import monotonic
from typing import Any

import psycopg
from django.db import connection

# Django turns psycopg's preparing off; this many runs, counted by psycopg, would come before it if `prepare` were not given.
_PREPARE_THRESHOLD = 5


def run(sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The statement's rows, on a new connection where the server closed the kept one. Otherwise as `run_held`."""
    _reconnect_if_closed()
    return run_held(sql, parameters)


def run_held(sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The statement's rows. Planned once a connection: planning over many partitions costs more than running.

    For who holds something that lasts as long as the connection, such as LISTEN, and must hear of its end as an error. Outside of
    a transaction the statement is one of its own. Raises Django's database errors. In `sql`, time is `statement_timestamp()`,
    which moves on inside a transaction.
    """
    connection.ensure_connection()
    raw = connection.connection
    if raw.prepare_threshold is None:
        raw.prepare_threshold = _PREPARE_THRESHOLD
    started = monotonic()
    with connection.wrap_database_errors, psycopg.Cursor(raw) as cursor:
        cursor.execute(sql, parameters, prepare=True)
        rows = cursor.fetchall() if cursor.pgresult and cursor.pgresult.nfields else []
    if connection.queries_logged:
        connection.queries_log.append({"sql": sql, "time": f"{monotonic() - started:.3f}"})
    return rows


def _reconnect_if_closed() -> None:
    """A kept connection that has something to read while nobody asked was most likely closed by the server: look before it is used.

    Costs one system call, where Django's own check before each request's first query costs a round trip.
    """
    raw = connection.connection
    if raw is None or connection.in_atomic_block:
        return
    if select.select([raw], (), (), 0)[0] and not connection.is_usable():
        connection.close()
