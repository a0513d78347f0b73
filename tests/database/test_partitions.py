"""Partitions by week: made ahead, made on the spot by any role, and never by a caller's table name."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from backoffice.database.identifiers import uuid7_floor
from backoffice.database.partitions import WEEKS_AHEAD, ensure_partitions, week_of

pytestmark = pytest.mark.django_db

TABLES = ("webhooks_orderevent", "webhooks_delivery", "webhooks_attempt")


def _exists(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table])
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize("table", TABLES)
def test_the_coming_weeks_are_there_from_the_first_migration(table: str) -> None:
    for week in range(WEEKS_AHEAD):
        assert _exists(f"{table}_{week_of(timezone.now() + timedelta(weeks=week)):%Y%m%d}")


def test_a_missing_week_is_made_once_for_every_table() -> None:
    moment = timezone.now() + timedelta(weeks=30)
    assert ensure_partitions(moment, weeks=0) == len(TABLES)
    assert ensure_partitions(moment, weeks=0) == 0
    assert all(_exists(f"{table}_{week_of(moment):%Y%m%d}") for table in TABLES)


@pytest.mark.parametrize("role", ["backoffice_web", "backoffice_worker"])
def test_a_role_that_owns_nothing_may_make_them_and_nothing_else(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
        assert ensure_partitions(timezone.now() + timedelta(weeks=31), weeks=0) == len(TABLES)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            cursor.execute("CREATE TABLE mine (id integer)")


@pytest.mark.parametrize("weeks", [-1, 61])
def test_an_unreasonable_number_of_weeks_is_refused(weeks: int) -> None:
    with pytest.raises(ProgrammingError, match="at most 60 weeks"), transaction.atomic():
        ensure_partitions(timezone.now(), weeks=weeks)


@given(st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2040, 1, 1)))  # noqa: DTZ001
def test_the_database_and_python_agree_on_the_bounds(moment: datetime) -> None:
    moment = moment.replace(tzinfo=UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT backoffice_uuid7_floor(%s)", [moment.replace(microsecond=0)])
        assert cursor.fetchone()[0] == uuid7_floor(moment.replace(microsecond=0))
