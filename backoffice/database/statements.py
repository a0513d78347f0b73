"""Hand-written SQL as prepared statements on Django's own connection, for the few statements that run all the time."""

import re
import select
from collections.abc import Mapping
from itertools import count
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import connection
from psycopg import errors, pq
from psycopg.adapt import PyFormat, Transformer

_PARAMETER = re.compile(r"%(?:\((?P<name>\w+)\)(?P<format>[sb])|%)")
_FORMATS = {"s": PyFormat.AUTO, "b": PyFormat.BINARY}


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
    started = monotonic()
    with connection.wrap_database_errors:
        rows = _prepared(raw).run(sql, parameters) if raw.autocommit else _in_transaction(raw, sql, parameters)
    if connection.queries_logged:
        connection.queries_log.append({"sql": sql, "time": f"{monotonic() - started:.3f}"})
    return rows


def _in_transaction(raw: Any, sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """By a cursor, which opens the transaction where it has not begun yet."""
    if raw.prepare_threshold is None:
        raw.prepare_threshold = 5
    with psycopg.Cursor(raw) as cursor:
        cursor.execute(sql, parameters, prepare=True)
        return cursor.fetchall() if cursor.pgresult and cursor.pgresult.nfields else []


class _Prepared:
    """The statements of one connection, run by libpq itself: a cursor costs more than twice as much of the processor, at each order three times."""

    def __init__(self, raw: Any) -> None:
        self._pgconn: pq.abc.PGconn = raw.pgconn
        self._encoding: str = raw.info.encoding
        self._values = Transformer(raw)
        self._asked: dict[str, tuple[bytes, tuple[str, ...], tuple[PyFormat, ...]]] = {}
        self._names: dict[tuple[str, tuple[int, ...]], bytes] = {}
        self._numbers = count()

    def run(self, sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        if sql not in self._asked:
            self._asked[sql] = _numbered(sql)
        query, names, formats = self._asked[sql]
        values = self._values.dump_sequence([parameters[name] for name in names], formats)
        types, sent_as = self._values.types or (), self._values.formats
        name = self._names.get((sql, types))
        if name is None:
            name = b"backoffice_%d" % next(self._numbers)
            self._checked(self._pgconn.prepare(name, query, types))
            self._names[sql, types] = name
        result = self._checked(self._pgconn.exec_prepared(name, values, sent_as))
        self._values.set_pgresult(result)
        return self._values.load_rows(0, result.ntuples, tuple)

    def _checked(self, result: pq.abc.PGresult) -> pq.abc.PGresult:
        if result.status not in {pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK}:
            raise errors.error_from_result(result, encoding=self._encoding)
        return result


_of_connections: WeakKeyDictionary[Any, _Prepared] = WeakKeyDictionary()


def _prepared(raw: Any) -> _Prepared:
    prepared = _of_connections.get(raw)
    if prepared is None:
        prepared = _of_connections[raw] = _Prepared(raw)
    return prepared


def _numbered(sql: str) -> tuple[bytes, tuple[str, ...], tuple[PyFormat, ...]]:
    """The statement with `$1`, `$2` ... for its parameters, their names in this order, and how each is sent."""
    formats: dict[str, PyFormat] = {}

    def place(found: "re.Match[str]") -> str:
        if found["name"] is None:
            return "%"
        formats.setdefault(found["name"], _FORMATS[found["format"]])
        return f"${list(formats).index(found['name']) + 1}"

    return _PARAMETER.sub(place, sql).encode(), tuple(formats), tuple(formats.values())


def _reconnect_if_closed() -> None:
    """A kept connection that has something to read while nobody asked was most likely closed by the server: look before it is used.

    Costs one system call, where Django's own check before each request's first query costs a round trip.
    """
    raw = connection.connection
    if raw is None or connection.in_atomic_block:
        return
    if select.select([raw], (), (), 0)[0] and not connection.is_usable():
        connection.close()
