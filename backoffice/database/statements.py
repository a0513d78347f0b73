"""Hand-written SQL as prepared statements on Django's own connection, for the few statements that run all the time."""

import re
import select
from collections.abc import Mapping
from functools import cache
from itertools import count
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import errors, pq
from psycopg.adapt import PyFormat, Transformer

_PARAMETER = re.compile(r"%(?:\((?P<name>\w+)\)(?P<format>[sb])|%)")
_FORMATS = {"s": PyFormat.AUTO, "b": PyFormat.BINARY}
_DONE = frozenset({pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK})
#: What a server says of a prepared statement that is of no use any more, before it runs: a column has another type since,
#: or somebody has discarded it.
_OUTDATED = (errors.FeatureNotSupported, errors.InvalidSqlStatementName)


def run(sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The statement's rows, on a new connection where the server closed the kept one. Otherwise as `run_held`."""
    connection = connections[DEFAULT_DB_ALIAS]
    _close_if_closed(connection)
    return _run(connection, sql, parameters)


def run_held(sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The statement's rows. Planned once a connection: planning over many partitions costs more than running.

    For who holds something that lasts as long as the connection, such as LISTEN, and must hear of its end as an error. Outside of
    a transaction the statement is one of its own. Raises Django's database errors. In `sql`, time is `statement_timestamp()`,
    which moves on inside a transaction.
    """
    return _run(connections[DEFAULT_DB_ALIAS], sql, parameters)


def _run(connection: Any, sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    connection.ensure_connection()
    started = monotonic()
    with connection.wrap_database_errors:
        rows = _prepared(connection).run(sql, parameters)
    if connection.queries_logged:
        connection.queries_log.append({"sql": sql, "time": f"{monotonic() - started:.3f}"})
    return rows


class _Prepared:
    """The statements of one connection, run by libpq itself: a cursor costs more than twice as much of the processor, at each order three times.

    Inside a transaction too, so that psycopg prepares none: it discards every statement of the session when it rolls one back.
    """

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        self._pgconn: pq.abc.PGconn = raw.pgconn
        self._encoding: str = raw.info.encoding
        self._values = Transformer(raw)
        #: By the statement and the types of its parameters: a small number has another than a large one.
        self._names: dict[tuple[str, tuple[int, ...]], bytes] = {}
        self._numbers = count()

    def run(self, sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        if not self.raw.autocommit and self._pgconn.transaction_status == pq.TransactionStatus.IDLE:
            self._begin()
        try:
            result = self._result(sql, parameters)
        except _OUTDATED:
            self._names.clear()
            # A transaction is over now; outside of one nothing has happened yet.
            if self._pgconn.transaction_status != pq.TransactionStatus.IDLE:
                raise
            result = self._result(sql, parameters)
        self._values.set_pgresult(result)
        rows = self._values.load_rows(0, result.ntuples, tuple)
        # Orders are large: what has been read is not kept until the next statement.
        self._values.set_pgresult(None)
        return rows

    def _begin(self) -> None:
        """Psycopg begins a transaction with the first statement of a cursor, in the isolation that was asked for."""
        with psycopg.Cursor(self.raw) as cursor:
            cursor.execute("SELECT")

    def _result(self, sql: str, parameters: Mapping[str, Any]) -> pq.abc.PGresult:
        query, names, formats = _numbered(sql)
        values = self._values.dump_sequence([parameters[name] for name in names], formats)
        types, sent_as = self._values.types or (), self._values.formats
        name = self._names.get((sql, types))
        if name is None:
            name = b"backoffice_%d" % next(self._numbers)
            self._checked(self._pgconn.prepare(name, query, types))
            self._names[sql, types] = name
        # Its types do not tell that None stands for NULL, as it does in the other calls.
        return self._checked(self._pgconn.exec_prepared(name, values, sent_as))  # type: ignore[arg-type]

    def _checked(self, result: pq.abc.PGresult) -> pq.abc.PGresult:
        if result.status in _DONE:
            return result
        if result.error_field(pq.DiagnosticField.SQLSTATE) is None:
            # It is libpq's own word that the connection was lost.
            raise errors.OperationalError(result.get_error_message(self._encoding))
        raise errors.error_from_result(result, encoding=self._encoding)


# By Django's connection, of which each thread has one: psycopg's is kept by its statements' values, and would keep itself.
_of_connections: WeakKeyDictionary[BaseDatabaseWrapper, _Prepared] = WeakKeyDictionary()


def _prepared(connection: Any) -> _Prepared:
    prepared = _of_connections.get(connection)
    if prepared is None or prepared.raw is not connection.connection:
        prepared = _of_connections[connection] = _Prepared(connection.connection)
    return prepared


@cache
def _numbered(sql: str) -> tuple[bytes, tuple[str, ...], tuple[PyFormat, ...]]:
    """The statement with `$1`, `$2` ... for its parameters, their names in this order, and how each is sent."""
    formats: dict[str, PyFormat] = {}

    def place(found: "re.Match[str]") -> str:
        if found["name"] is None:
            return "%"
        formats.setdefault(found["name"], _FORMATS[found["format"]])
        return f"${list(formats).index(found['name']) + 1}"

    return _PARAMETER.sub(place, sql).encode(), tuple(formats), tuple(formats.values())


def _close_if_closed(connection: Any) -> None:
    """A kept connection that has something to read while nobody asked was most likely closed by the server: look before it is used.

    Costs a system call, where Django's own check before each request's first query costs a round trip.
    """
    raw = connection.connection
    if raw is None or connection.in_atomic_block:
        return
    if raw.closed or (_readable(raw.fileno()) and not connection.is_usable()):
        connection.close()


def _readable(descriptor: int) -> bool:
    """Whether something has come in, or it was closed; `select` knows no descriptor above 1,023, and a busy drain has more."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
