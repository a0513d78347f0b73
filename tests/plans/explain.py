"""Hears which statements a piece of code sends, asks the planner how it would run them, and puts the answer in a few lines."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from backoffice.database import statements

#: Tables that grow with orders, stores or hours: none of them may be read from end to end.
BIG = frozenset(
    {
        "webhooks_orderevent",
        "webhooks_delivery",
        "webhooks_attempt",
        "webhooks_idempotencykey",
        "webhooks_hourlyfigures",
        "webhooks_endpoint",
        "webhooks_lane",
        "integrations_actionschedule",
        "integrations_apikey",
    }
)
GROWING = frozenset({"webhooks_orderevent", "webhooks_delivery", "webhooks_attempt"})
_NAMED = re.compile(r"%\((\w+)\)s")
_WHO = "SELECT current_setting('role'), COALESCE(current_setting('backoffice.organization', true), '')"
_SETTINGS = re.compile(r"\A(?:\s*SET LOCAL [^;]*;)+")


@dataclass(frozen=True, slots=True)
class Statement:
    """`prepared`: planned once for any values, as the engine's statements may be after some runs. `role` and `tenant`: who asked."""

    sql: str
    parameters: Any
    prepared: bool
    role: str
    tenant: str


@contextmanager
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Statement]]:
    """The statements about a table that grows, from Django and from the engine alike."""
    found: list[Statement] = []
    execute = psycopg.Cursor.execute
    run_prepared = statements._Prepared.run

    def note(query: Any, params: Any, *, prepared: bool) -> None:
        if any(table in str(query) for table in BIG | {"licensing_assignment"}):
            ((role, tenant),) = execute(psycopg.Cursor(connection.connection), _WHO).fetchall()
            found.append(Statement(_SETTINGS.sub("", str(query)), params, prepared, role, tenant))

    def listen(cursor: Any, query: Any, params: Any = None, **options: Any) -> Any:
        note(query, params, prepared=False)
        return execute(cursor, query, params, **options)

    def listen_prepared(prepared: Any, sql: str, parameters: Any) -> Any:
        note(sql, parameters, prepared=True)
        return run_prepared(prepared, sql, parameters)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", listen)
        patch.setattr(statements._Prepared, "run", listen_prepared)
        yield found


def plans_of(act: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The plan of each different statement that `act` sends; what it changes is undone."""
    with transaction.atomic():
        with heard(monkeypatch) as statements:
            act()
        transaction.set_rollback(True)
    different = {statement.sql: statement for statement in statements}
    return [plan for statement in different.values() for plan in _plans(statement)]


def _plans(statement: Statement) -> Iterator[dict[str, Any]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('role', %s, true), set_config('backoffice.organization', %s, true)",
            [statement.role, statement.tenant],
        )
        if statement.prepared:
            yield _prepared(cursor, statement)
        else:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {statement.sql}", statement.parameters)
            yield _plan(cursor)
        transaction.set_rollback(True)


def _prepared(cursor: Any, statement: Statement) -> dict[str, Any]:
    names: list[str] = []

    def place(found: "re.Match[str]") -> str:
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    sql = _NAMED.sub(place, statement.sql).replace("%%", "%")
    cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    connection.connection.execute(f"PREPARE explained AS {sql}")
    values = [statement.parameters[name] for name in names]
    given = f"({', '.join(['%s'] * len(values))})" if values else ""
    cursor.execute(f"EXPLAIN (FORMAT JSON) EXECUTE explained{given}", values)
    plan = _plan(cursor)
    connection.connection.execute("DEALLOCATE explained")
    return plan


def _plan(cursor: Any) -> dict[str, Any]:
    (answer,) = cursor.fetchone()
    parsed = json.loads(answer) if isinstance(answer, str) else answer
    plan: dict[str, Any] = parsed[0]["Plan"]
    return plan


_JOINS = frozenset({"Nested Loop", "Hash Join", "Merge Join"})


class Names:
    """Partitions and their indexes by the names of what they are parts of."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("""
                SELECT child.relname, parent.relname FROM pg_inherits
                JOIN pg_class child ON child.oid = inhrelid JOIN pg_class parent ON parent.oid = inhparent
            """)
            self._parents = dict(cursor.fetchall())
        self.weeks = sum(parent == "webhooks_delivery" for parent in self._parents.values())

    def whole(self, name: str) -> str:
        return str(self._parents.get(name, name))


def shape(plan: dict[str, Any], names: Names) -> list[str]:
    """The plan as an indented list of its steps; the same step on several weeks is one line that says on how many.

    How a small table is read, whether what was read is kept for the next row, and in which order small tables are joined hangs on
    statistics of the moment: none of it is told.
    """
    if plan["Node Type"] in {"Materialize", "Memoize"}:
        return shape(plan["Plans"][0], names)
    if plan["Node Type"] in _JOINS and (reads := _small_reads(plan, names)):
        return ["Join", *(f"  {read}" for read in sorted(reads))]
    children = [shape(part, names) for part in plan.get("Plans", []) if not _of_a_policy(part, names)]
    if plan["Node Type"] in {"Append", "Merge Append"}:
        return _weeks(plan, children, names)
    return [_step(plan, names), *(f"  {line}" for lines in children for line in lines)]


def _of_a_policy(plan: dict[str, Any], names: Names) -> bool:
    """A look at the tenant, or at the store that a row is of: told of the first of many partitions alone."""
    apart = plan.get("Parent Relationship") in {"SubPlan", "InitPlan"}
    return (
        apart
        and not str(plan.get("Subplan Name", "")).startswith("CTE ")
        and not any(table in BIG or "licensing" in table for _kind, table in scans(plan, names))
    )


def parents_read_whole(plan: dict[str, Any], names: Names) -> Iterator[str]:
    """Subqueries over tables that grow with stores or orders whose every row is read before the first one is looked up."""
    parts = plan.get("Plans", [])
    for part in parts:
        hashed = f"hashed {part.get('Subplan Name')})" in str(plan.get("Filter", ""))
        if hashed and {table for _kind, table in scans(part, names)} & (BIG | {"tenancy_store"}):
            yield str(plan["Filter"])
        yield from parents_read_whole(part, names)


def _small_reads(plan: dict[str, Any], names: Names) -> list[str]:
    """What a plan reads that only joins small tables; nothing where it does anything else."""
    if plan["Node Type"] not in {*_JOINS, "Hash", "Materialize", "Memoize"}:
        step = _step(plan, names)
        return [step] if step.startswith("Read ") and not plan.get("Plans") else []
    parts = [_small_reads(part, names) for part in plan["Plans"]]
    return [read for part in parts for read in part] if all(parts) else []


def _step(plan: dict[str, Any], names: Names) -> str:
    if "Scan" in plan["Node Type"] and "Relation Name" in plan and names.whole(plan["Relation Name"]) not in BIG:
        return f"Read {names.whole(plan['Relation Name'])}"
    said = [f"{plan['Operation']}" if plan["Node Type"] == "ModifyTable" else plan["Node Type"]]
    if "Index Name" in plan:
        said.append(f"using {names.whole(plan['Index Name'])}")
    if "Relation Name" in plan:
        said.append(f"on {names.whole(plan['Relation Name'])}")
    elif "CTE Name" in plan:
        said.append(f"on {plan['CTE Name']}")
    if str(plan.get("Subplan Name", "")).startswith("CTE "):
        said.insert(0, f"{plan['Subplan Name'].removeprefix('CTE ')}:")
    return " ".join(said)


def _weeks(plan: dict[str, Any], children: list[list[str]], names: Names) -> list[str]:
    counts = Counter(tuple(lines) for lines in children)
    told = []
    for (first, *others), count in counts.items():
        weeks = " (each week)" if count >= names.weeks else " (some weeks)" if count > 1 else ""
        told += [f"  {first}{weeks}", *(f"  {line}" for line in others)]
    removed = " (weeks left out when it starts)" if plan.get("Subplans Removed") else ""
    return [f"{plan['Node Type']}{removed}", *told]


def scans(plan: dict[str, Any], names: Names) -> Iterator[tuple[str, str]]:
    """Each scan's kind and table, partitions by the name of the whole."""
    if "Relation Name" in plan and plan["Node Type"] != "ModifyTable":
        yield plan["Node Type"], names.whole(plan["Relation Name"])
    for part in plan.get("Plans", []):
        yield from scans(part, names)


def partitions(plan: dict[str, Any], table: str, names: Names) -> set[str]:
    """The partitions of `table` that the plan may read."""
    own = {plan["Relation Name"]} if names.whole(str(plan.get("Relation Name"))) == table else set()
    return own.union(*(partitions(part, table, names) for part in plan.get("Plans", [])))
