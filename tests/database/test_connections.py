"""How processes connect: plans that are made once, dead hosts noticed, and the last word left to the address."""

from typing import Any

import psycopg
import pytest
from django.db import connection

from backoffice.database.connections import options
from backoffice.database.roles import WEB
from backoffice.database.statements import run
from backoffice.tenancy.models import Store


def _show(given: dict[str, Any], setting: str, *, role: str = "") -> str:
    """The setting as a session has it that connects with these options."""
    parameters = connection.get_connection_params() | {"cursor_factory": psycopg.Cursor, "options": ""}
    with psycopg.connect(**parameters | options(given, role=role)) as session:
        (value,) = session.execute(f"SHOW {setting}".encode()).fetchone() or ("",)
        return str(value)


@pytest.mark.django_db
def test_every_session_plans_once() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW plan_cache_mode")
        assert cursor.fetchone() == ("force_generic_plan",)


@pytest.mark.django_db
def test_what_django_asks_is_planned_for_its_values_all_the_same() -> None:
    """They stand in the statement itself, so no plan is kept: pages filter by values that are rare and by values that are common."""
    assert "'sto-1'" in Store.objects.filter(code="sto-1").explain()
    run("SELECT %(a)s::int", {"a": 1})
    before = _prepared()
    assert [Store.objects.filter(code="sto-1").exists() for _ in range(10)] == [False] * 10
    assert _prepared() == before


def _prepared() -> set[str]:
    """The names of this session's statements: other tests may have prepared some."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements")
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "setting", "value"),
    [
        ({}, "plan_cache_mode", "force_generic_plan"),
        ({"options": "-c work_mem=5MB"}, "plan_cache_mode", "force_generic_plan"),
        ({"options": "-c work_mem=5MB"}, "work_mem", "5MB"),
        ({"options": "-c plan_cache_mode=auto"}, "plan_cache_mode", "auto"),
    ],
)
def test_what_the_address_says_counts(given: dict[str, Any], setting: str, value: str) -> None:
    assert _show(given, setting) == value


@pytest.mark.django_db
def test_a_role_is_taken_on_from_the_start_beside_what_the_address_says() -> None:
    given = {"options": "-c work_mem=5MB"}
    assert _show(given, "role", role=WEB) == WEB
    assert _show(given, "work_mem", role=WEB) == "5MB"


@pytest.mark.django_db
def test_a_host_that_is_gone_is_noticed_after_half_a_minute_whether_it_is_asked_or_waited_for() -> None:
    connection.ensure_connection()
    told = connection.connection.info.get_parameters()
    idle, interval, count = (int(told[f"keepalives_{name}"]) for name in ("idle", "interval", "count"))
    assert idle + interval * count == 30
    assert told["tcp_user_timeout"] == "30000"
    assert told["connect_timeout"] == "10"


def test_the_patience_that_the_address_asks_for_counts() -> None:
    assert options({"connect_timeout": 3})["connect_timeout"] == 3
