"""Prints what was measured as one table with ratios, and writes it as JSON."""

import json
import os
import platform
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.load import goals
from tests.load.goals import Results


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a figure of a scenario, and which way is better."""

    label: str
    scenario: str
    figure: str
    more_is_better: bool
    against: tuple[str, str] | None = None
    """Another scenario and system to compare ours with, where that is not the plain way's same figure."""


ROWS = (
    Row("Backlog: deliveries/s", "backlog", "deliveries_per_second", True),
    Row("Backlog: CPU-s per 1,000", "backlog", "cpu_seconds_per_1000", False),
    Row("Two workers: deliveries/s", "two_workers", "deliveries_per_second", True),
    Row("20 orders/s: p50 ms", "latency", "p50_ms", False),
    Row("20 orders/s: p99 ms", "latency", "p99_ms", False),
    Row("20 orders/s: CPU, % of a core", "latency", "cpu_percent_of_a_core", False),
    Row("One of ten hangs: healthy p50 ms", "hanging", "p50_ms", False),
    Row("One of ten hangs: healthy p99 ms", "hanging", "p99_ms", False),
    Row("One of ten hangs: not arrived", "hanging", "not_arrived", False),
    Row("Stored and delivered: events/s", "storm", "events_per_second", True),
    Row("Stored and delivered: CPU-s per 1,000", "storm", "cpu_seconds_per_1000", False),
    Row("Stored and delivered: p99 ms", "storm", "p99_ms", False),
    Row("Ingest, POST orders: events/s", "ingest", "events_per_second", True),
    Row("Ingest, POST orders: CPU-s per 1,000", "ingest", "cpu_seconds_per_1000", False),
    Row("Ingest against a bare insert: requests/s", "ingest", "events_per_second", True, ("bare_insert", "plain")),
    Row("Ingest, POST orders/batch: events/s", "ingest_batch", "events_per_second", True),
    Row("Worker memory: MB at the end", "memory", "megabytes_at_end", False),
    Row("Worker memory: growth in %", "memory", "growth_percent", False),
    Row("Worker memory: deliveries measured", "memory", "deliveries", True),
    Row("License page, 10,000 stores: ms", "license_pages", "page_ms", False),
    Row("License page, 5,000 switches saved: s", "license_pages", "save_seconds", False),
    Row("License page, 10,000 rows imported: s", "license_pages", "import_seconds", False),
    Row("Hub pages, slowest of fourteen: ms", "hub_pages", "slowest_ms", False),
    Row("Hub: catalog by popularity: ms", "hub_pages", "catalog_ms", False),
    Row("Hub: Current Integrations, 300: ms", "hub_pages", "current_ms", False),
    Row("Hub: configure: ms", "hub_pages", "configure_ms", False),
    Row("Hub: add to several of 10,000 stores: ms", "hub_pages", "several_stores_ms", False),
    Row("Hub: added to all 10,000 stores: s", "hub_pages", "add_seconds", False),
    Row("Hub: adoption counted: s", "hub_pages", "count_seconds", False),
    Row("Deliveries page, the first: ms", "delivery_pages", "first_ms", False),
    Row("Deliveries page, the hundredth: ms", "delivery_pages", "hundredth_ms", False),
    Row("Deliveries page, slowest filter: ms", "delivery_pages", "filter_ms", False),
    Row("Deliveries page, filters together: ms", "delivery_pages", "filters_together_ms", False),
    Row("Deliveries page: deliveries in the store", "delivery_pages", "deliveries", True),
)
UNCOMPARED = {"growth_percent", "deliveries", "not_arrived"}


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}" if abs(value) >= 10 else f"{value:,.2f}"


def ratio(row: Row, results: Results) -> float | None:
    """How many times better ours is than what it is compared with; None where one of them was not measured."""
    ours = results.get(row.scenario, {}).get("ours", {}).get(row.figure)
    scenario, system = row.against or (row.scenario, "plain")
    other = results.get(scenario, {}).get(system, {}).get(row.figure)
    if ours is None or other is None or row.figure in UNCOMPARED or not ours or not other:
        return None
    return ours / other if row.more_is_better else other / ours


def table(results: Results) -> str:
    """The table, one row a figure that at least one system has."""
    lines = [f"{'':40s} {'plain':>10s} {'ours':>10s} {'better by':>10s}"]
    for row in ROWS:
        scenario, system = row.against or (row.scenario, "plain")
        plain = results.get(scenario, {}).get(system, {}).get(row.figure)
        ours = results.get(row.scenario, {}).get("ours", {}).get(row.figure)
        if plain is None and ours is None:
            continue
        better = ratio(row, results)
        times = f"{better:.2f} x" if better is not None else ""
        lines.append(f"{row.label:40s} {_number(plain):>10s} {_number(ours):>10s} {times:>10s}")
    lines += _within(results)
    return "\n".join([*lines, "", goals.table(results)])


def _within(results: Results) -> list[str]:
    """What is compared inside one system: a second worker, and the healthy endpoints' p99 with and without the hanging one."""
    lines = []
    for label, (upper, lower, figure) in {
        "Two workers against one": ("two_workers", "backlog", "deliveries_per_second"),
        "Healthy p99 with a hanging endpoint": ("hanging", "latency", "p99_ms"),
    }.items():
        values = []
        for system in ("plain", "ours"):
            above = results.get(upper, {}).get(system, {}).get(figure)
            below = results.get(lower, {}).get(system, {}).get(figure)
            values.append(f"{above / below:.2f} x" if above and below else "-")
        if values != ["-", "-"]:
            lines.append(f"{label:40s} {values[0]:>10s} {values[1]:>10s}")
    return lines


def machine() -> dict[str, Any]:
    """What the figures were taken on, so that two files can be told apart."""
    return {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "load_before": list(os.getloadavg()),
    }


def write(results: Results, path: Path, *, about: dict[str, Any]) -> None:
    """Writes the figures, the ratios and what they were taken on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ratios = {row.label: ratio(row, results) for row in ROWS}
    path.write_text(
        json.dumps(
            {"about": about, "results": results, "ours_better_by": ratios, "goals": goals.verdicts(results)}, indent=2
        )
        + "\n"
    )
