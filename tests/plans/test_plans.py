"""How PostgreSQL would run each hot query over a season of deliveries: by its indexes, and by those that are checked in.

A changed plan shows in the diff of `postgresql-<version>.txt`: `RECORD_PLANS=1 make test ARGS=tests/plans`.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from tests.plans import erasure_queries, run_queries  # noqa: F401  they add their queries to HOT
from tests.plans.explain import BIG, GROWING, Names, parents_read_whole, partitions, plans_of, scans, shape
from tests.plans.queries import HOT
from tests.plans.roles import acting
from tests.plans.rows import Sample, build

#: Tables that a query may read from end to end, with the reason.
ALLOWED: dict[str, dict[str, str]] = {
    "sweeper: lanes whose mark was lost": {
        "webhooks_lane": "as many as endpoints; where many wait, one look is cheapest"
    },
    "runs: daily schedules whose store has another time zone by now": {
        "integrations_actionschedule": "each is held against its store, once a minute: ten thousand take some hundredths of a second"
    },
}

# The mark has the test database made; the rows are made once for all tests, in a transaction around theirs.
pytestmark = pytest.mark.django_db

Plans = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def planned(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Plans, Names]]:
    """Each query's plans. The rows exist in one transaction, which ends with them."""
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as monkeypatch:
        sample = build()
        yield {name: _of(name, sample, monkeypatch) for name in HOT}, Names()
        transaction.set_rollback(True)


def _of(name: str, sample: Sample, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    with acting(name, sample):
        plans = plans_of(lambda: HOT[name](sample), monkeypatch)
    assert plans, f"{name}: nothing was asked of the database"
    return plans


@pytest.mark.parametrize("name", HOT)
def test_no_table_that_grows_is_read_from_end_to_end(planned: tuple[Plans, Names], name: str) -> None:
    plans, names = planned
    read = {table for plan in plans[name] for kind, table in scans(plan, names) if kind == "Seq Scan"}
    assert read & BIG == set(ALLOWED.get(name, {})), "\n".join(
        line for plan in plans[name] for line in shape(plan, names)
    )


@pytest.mark.parametrize("name", ["deliveries page: the last day", "deliveries page: failed events of the last week"])
def test_a_page_that_names_a_time_looks_into_its_weeks_alone(planned: tuple[Plans, Names], name: str) -> None:
    plans, names = planned
    listing = [plan for plan in plans[name] if plan["Node Type"] == "Limit"]
    assert listing
    for plan in listing:
        assert len(partitions(plan, "webhooks_delivery", names)) <= names.weeks - 10


def test_attempts_are_looked_for_from_the_week_of_their_delivery_on(planned: tuple[Plans, Names]) -> None:
    plans, names = planned
    (plan,) = plans["delivery page: its attempts"]
    assert len(partitions(plan, "webhooks_attempt", names)) < names.weeks - 5


def test_policies_look_up_what_each_row_is_of(planned: tuple[Plans, Names]) -> None:
    """Or a page of ten rows would read all the stores of its tenant first."""
    plans, names = planned
    found = {name: [text for plan in plans[name] for text in parents_read_whole(plan, names)] for name in HOT}
    assert {name: conditions for name, conditions in found.items() if conditions} == {}


def test_each_query_reads_by_the_indexes_that_are_checked_in(planned: tuple[Plans, Names]) -> None:
    """In which order, and by a bitmap or without, hangs on the hour of the week: how much of the running week's partition lies behind us."""
    plans, names = planned
    now = {name: _told(name, plans[name], names) for name in sorted(plans)}
    connection.ensure_connection()
    version = connection.connection.info.server_version // 10000
    path = Path(__file__).with_name(f"postgresql-{version}.txt")
    if os.environ.get("RECORD_PLANS"):
        path.write_text("\n".join(now.values()))
    if not path.is_file():
        pytest.skip(f"no plans are checked in for this version of PostgreSQL: {path.name}")
    checked_in = {text.partition("\n")[0]: text for text in path.read_text().split("\n\n") if text.strip()}
    assert sorted(checked_in) == sorted(now)
    others = {name: reads for name, text in now.items() if (reads := _reads(text) - _reads(checked_in[name]))}
    assert others == {}, "\n".join(now[name] for name in others)


def _reads(told: str) -> set[str]:
    """The indexes that are used, and the tables that are read without one."""
    return set(re.findall(r"using \S+|Seq Scan on \S+", told))


def _told(name: str, plans: list[dict[str, Any]], names: Names) -> str:
    shapes = {tuple(lines): None for plan in plans for lines in [shape(plan, names)] if _of_interest(plan, names)}
    return "\n".join([name, *(f"    {line}" for lines in shapes for line in lines), ""])


def _of_interest(plan: dict[str, Any], names: Names) -> bool:
    return any(table in GROWING | BIG for _kind, table in scans(plan, names))
