"""Prepared statements on a connection that is kept, through whatever happens to it."""

import fcntl
import gc
import os
import resource
import weakref
from collections.abc import Iterator
from threading import Thread
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, NotSupportedError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from backoffice.database.statements import _readable, run, run_held


@pytest.fixture(autouse=True)
def _no_transaction(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """As processes run them. Nothing here writes into the product's tables, so none need be emptied afterwards."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def other() -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """Somebody else's connection to the same database."""
    parameters = connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}
    with psycopg.connect(**parameters, autocommit=True) as theirs:
        yield theirs


@pytest.fixture
def table() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE statements_try (a integer, b text)")
    yield "statements_try"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE statements_try")


def _pid() -> int:
    """Without a statement: the connection may be dead."""
    connection.ensure_connection()
    return int(connection.connection.info.backend_pid)


def _prepared(part: str) -> int:
    """How many prepared statements of this session have `part` in them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", [f"%{part}%"])
        return int(cursor.fetchone()[0])


# What goes in and comes out


def test_rows_and_none() -> None:
    assert run("SELECT %(a)s::int + 1, 'x'", {"a": 4}) == [(5, "x")]
    assert run("SET work_mem TO DEFAULT", {}) == []


def test_nulls_empty_lists_and_a_percent_sign() -> None:
    sql = "SELECT %(a)s::int IS NULL, cardinality(%(list)s::bigint[]), 7 = ANY(%(list)s), 5 %% 3, %(b)b::text"
    assert run(sql, {"a": None, "list": [], "b": "%(a)s"}) == [(True, 0, False, 2, "%(a)s")]
    assert run(sql, {"a": 1, "list": [7, 8], "b": None}) == [(False, 2, True, 2, None)]


@pytest.mark.parametrize(
    ("number", "its_type"), [(7, "smallint"), (40_000, "integer"), (3_000_000_000, "bigint"), (2**70, "numeric")]
)
def test_a_number_of_any_size_has_a_plan_of_its_own(number: int, its_type: str) -> None:
    run("SELECT %(a)s + 0, pg_typeof(%(a)s)::text", {"a": 1})
    assert run("SELECT %(a)s + 0, pg_typeof(%(a)s)::text", {"a": number}) == [(number, its_type)]


def test_other_values_of_the_same_types_are_no_other_statement() -> None:
    for number in range(100):
        run("SELECT %(a)s::int, 'planned once', %(list)s::int[]", {"a": number, "list": [number] * (number + 1)})
    assert _prepared("planned once") == 1


def test_it_is_seen_where_queries_are_counted() -> None:
    with CaptureQueriesContext(connection) as captured:
        run("SELECT %(a)s::int", {"a": 1})
    assert [query["sql"] for query in captured.captured_queries] == ["SELECT %(a)s::int"]


# Errors


def test_errors_are_djangos() -> None:
    with pytest.raises(IntegrityError):
        run("INSERT INTO webhooks_lane (id) VALUES (NULL)", {})
    assert run("SELECT 1", {}) == [(1,)]


@pytest.mark.parametrize(
    ("setting", "sql", "sqlstate"),
    [
        ("statement_timeout", "SELECT pg_sleep(5)", "57014"),
        ("lock_timeout", "SELECT pg_advisory_lock(77)", "55P03"),
    ],
)
def test_time_that_is_up_is_an_operational_error(
    other: psycopg.Connection[Any], setting: str, sql: str, sqlstate: str
) -> None:
    other.execute("SELECT pg_advisory_lock(77)")
    run(f"SET {setting} = '50ms'", {})
    try:
        with pytest.raises(OperationalError) as caught:
            run(sql, {})
    finally:
        run(f"SET {setting} TO DEFAULT", {})
    assert isinstance(caught.value.__cause__, psycopg.Error)
    assert caught.value.__cause__.sqlstate == sqlstate


# The connection ends


def test_a_connection_that_the_server_closed_is_made_anew(other: psycopg.Connection[Any]) -> None:
    """After a restart of the database no call is answered with an error for it."""
    before = _pid()
    other.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
    assert run("SELECT pg_backend_pid()", {}) != [(before,)]


def test_who_holds_the_connection_hears_of_its_end_and_goes_on_with_a_new_one(other: psycopg.Connection[Any]) -> None:
    """An error of the database's that passes: results that could not be written are kept for it."""
    other.execute("SELECT pg_terminate_backend(%s, 5000)", [_pid()])
    for _ in range(2):
        with pytest.raises(OperationalError):
            run_held("SELECT 1", {})
    assert run("SELECT 1", {}) == [(1,)]


def test_a_connection_that_ends_in_the_middle_of_a_statement(other: psycopg.Connection[Any]) -> None:
    end = Thread(target=_end_when_it_sleeps, args=(other, _pid()))
    end.start()
    with pytest.raises(OperationalError):
        run("SELECT pg_sleep(30)", {})
    end.join()
    assert run("SELECT 1", {}) == [(1,)]


def _end_when_it_sleeps(other: psycopg.Connection[Any], pid: int) -> None:
    sleeps = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid = %s AND wait_event = 'PgSleep'"
    while not other.execute(sleeps, [pid]).fetchall():
        pass


def test_nothing_is_kept_of_connections_that_were_closed() -> None:
    """A process makes one a minute, for months."""
    run("SELECT 1", {})
    first = weakref.ref(connection.connection)
    connection.close()
    run("SELECT 1", {})
    gc.collect()
    assert first() is None


def test_a_descriptor_above_those_that_select_knows() -> None:
    """A drain has up to 1,024 connections of receivers open when it makes a new one to the database."""
    before, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 4096), most))
    reading, writing = os.pipe()
    high = fcntl.fcntl(reading, fcntl.F_DUPFD, 1500)
    try:
        assert not _readable(high)
        os.write(writing, b"x")
        assert _readable(high)
    finally:
        for descriptor in (reading, writing, high):
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, most))


# The statement is no longer there, or no longer right


def test_a_transaction_rolled_back_takes_no_statement_with_it() -> None:
    """Psycopg discards all of a session when it has prepared any itself."""
    sql = "SELECT %(a)s::int, 'outlasts'"
    run_held(sql, {"a": 1})
    for _ in range(2):
        with transaction.atomic():
            assert run_held(sql, {"a": 2}) == [(2, "outlasts")]
            run_held("SELECT 'first in there'", {})
            transaction.set_rollback(True)
        assert run_held(sql, {"a": 3}) == [(3, "outlasts")]
    assert run_held("SELECT 'first in there'", {}) == [("first in there",)]
    assert _prepared("outlasts") == 1


def test_a_migration_adds_a_column_while_processes_run(other: psycopg.Connection[Any], table: str) -> None:
    run_held(f"INSERT INTO {table} VALUES (1, 'x')", {})
    named = f"WITH found AS (SELECT * FROM {table}) SELECT a, b FROM found"
    assert run_held(named, {}) == [(1, "x")]
    assert run_held(f"SELECT * FROM {table}", {}) == [(1, "x")]
    other.execute(f"ALTER TABLE {table} ADD COLUMN c integer DEFAULT 5")
    assert run_held(named, {}) == [(1, "x")]
    assert run_held(f"SELECT * FROM {table}", {}) == [(1, "x", 5)]


def test_a_column_of_another_type_fails_one_transaction_at_most(other: psycopg.Connection[Any], table: str) -> None:
    sql = f"SELECT a FROM {table}"
    run_held(sql, {})
    other.execute(f"ALTER TABLE {table} ALTER COLUMN a TYPE bigint")
    with pytest.raises(NotSupportedError), transaction.atomic():
        run_held(sql, {})
    with transaction.atomic():
        assert run_held(sql, {}) == []
    other.execute(f"ALTER TABLE {table} ALTER COLUMN a TYPE numeric")
    assert run_held(sql, {}) == []


def test_an_error_of_the_same_kind_that_stays_is_raised() -> None:
    with pytest.raises(NotSupportedError, match="not unique enough"):
        run("DO $$ BEGIN RAISE feature_not_supported USING MESSAGE = 'not unique enough'; END $$", {})
    assert run("SELECT 1", {}) == [(1,)]


def test_statements_that_somebody_discarded_are_prepared_again() -> None:
    run_held("SELECT %(a)s::int, 'again'", {"a": 1})
    with connection.cursor() as cursor:
        cursor.execute("DISCARD ALL")
    assert run_held("SELECT %(a)s::int, 'again'", {"a": 2}) == [(2, "again")]


# Transactions


def test_it_begins_the_transaction_that_django_has_not_begun_yet(other: psycopg.Connection[Any], table: str) -> None:
    with transaction.atomic():
        run(f"INSERT INTO {table} VALUES (1, 'x')", {})
        transaction.set_rollback(True)
    with transaction.atomic():
        run(f"INSERT INTO {table} VALUES (2, 'x')", {})
        assert other.execute(f"SELECT a FROM {table}".encode()).fetchall() == []
    assert other.execute(f"SELECT a FROM {table}".encode()).fetchall() == [(2,)]


def test_without_autocommit_nothing_is_committed_by_itself(table: str) -> None:
    transaction.set_autocommit(False)
    try:
        run(f"INSERT INTO {table} VALUES (1, 'x')", {})
        transaction.rollback()
        run(f"INSERT INTO {table} VALUES (2, 'x')", {})
        transaction.commit()
    finally:
        transaction.set_autocommit(True)
    assert run(f"SELECT a FROM {table}", {}) == [(2,)]
