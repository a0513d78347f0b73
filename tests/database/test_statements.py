"""Prepared statements on a connection that is kept."""

import psycopg
import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from backoffice.database.statements import run

pytestmark = pytest.mark.django_db(transaction=True)


def test_rows_and_none() -> None:
    assert run("SELECT %(a)s::int + 1, 'x'", {"a": 4}) == [(5, "x")]
    assert run("SET work_mem TO DEFAULT", {}) == []


def test_it_is_seen_where_queries_are_counted() -> None:
    with CaptureQueriesContext(connection) as captured:
        run("SELECT %(a)s::int", {"a": 1})
    assert [query["sql"] for query in captured.captured_queries] == ["SELECT %(a)s::int"]


def test_errors_are_djangos() -> None:
    with pytest.raises(IntegrityError):
        run("INSERT INTO webhooks_lane (id) VALUES (NULL)", {})


def test_a_connection_that_the_server_closed_is_made_anew() -> None:
    """After a restart of the database no call is answered with an error for it."""
    run("SELECT 1", {})
    before = connection.connection.info.backend_pid
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
    (row,) = run("SELECT pg_backend_pid()", {})
    assert row[0] != before
