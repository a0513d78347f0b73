"""One run: every scenario for every system, one right after the other, so that both meet the same machine."""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.load import scenarios
from tests.load.delivery_pages import delivery_pages
from tests.load.goals import Results
from tests.load.hub_pages import hub_pages
from tests.load.pages import license_pages
from tests.load.plain_system import PlainSystem
from tests.load.scenarios import Figures, IncompleteError
from tests.load.services import Services
from tests.load.system import System

Scenario = Callable[[System, Services], Figures | None]


@dataclass(frozen=True, slots=True)
class Size:
    """How much is done: counts by system, since the same seconds hold many more deliveries of one than of the other."""

    backlog: Mapping[str, int]
    storm: Mapping[str, int]
    memory_chunk: Mapping[str, int]
    memory_chunks: Mapping[str, int]
    memory_seconds: float
    latency_seconds: float
    hanging_patience: float
    ingest_seconds: float
    deliveries_in_store: int
    orders_per_second: float = 20
    batch: int = 100


SIZES = {
    "quick": Size(
        backlog={"plain": 500, "ours": 5_000},
        storm={"plain": 400, "ours": 1_000},
        memory_chunk={"plain": 200, "ours": 4_000},
        memory_chunks={"plain": 3, "ours": 4},
        memory_seconds=30,
        latency_seconds=5,
        hanging_patience=5,
        ingest_seconds=2,
        deliveries_in_store=200_000,
    ),
    "normal": Size(
        backlog={"plain": 1_500, "ours": 20_000},
        storm={"plain": 1_000, "ours": 3_000},
        memory_chunk={"plain": 300, "ours": 20_000},
        memory_chunks={"plain": 5, "ours": 10},
        memory_seconds=300,
        latency_seconds=15,
        hanging_patience=15,
        ingest_seconds=5,
        deliveries_in_store=5_000_000,
    ),
    "long": Size(
        backlog={"plain": 10_000, "ours": 100_000},
        storm={"plain": 10_000, "ours": 30_000},
        memory_chunk={"plain": 5_000, "ours": 20_000},
        memory_chunks={"plain": 20, "ours": 20},
        memory_seconds=600,
        latency_seconds=60,
        hanging_patience=60,
        ingest_seconds=20,
        deliveries_in_store=5_000_000,
    ),
}


def _scenarios(size: Size, name: str) -> dict[str, Scenario]:
    paced = partial(scenarios.latency, per_second=size.orders_per_second, seconds=size.latency_seconds)
    found: dict[str, Scenario] = {
        "backlog": partial(scenarios.backlog, count=size.backlog[name]),
        "two_workers": partial(scenarios.backlog, count=size.backlog[name], workers=2),
        "latency": paced,
        "hanging": partial(paced, hanging=(0,), patience=size.hanging_patience),
        "storm": partial(scenarios.storm, count=size.storm[name]),
        "ingest": partial(scenarios.ingest, seconds=size.ingest_seconds),
        "bare_insert": partial(scenarios.bare_insert, seconds=size.ingest_seconds),
        "ingest_batch": partial(scenarios.ingest_batch, seconds=size.ingest_seconds, size=size.batch),
        "memory": partial(
            scenarios.memory,
            chunk=size.memory_chunk[name],
            chunks=size.memory_chunks[name],
            seconds=size.memory_seconds,
        ),
        "license_pages": license_pages,
        "hub_pages": hub_pages,
        "delivery_pages": partial(delivery_pages, count=size.deliveries_in_store),
    }
    return found


SCENARIOS = (
    "backlog",
    "two_workers",
    "latency",
    "hanging",
    "storm",
    "ingest",
    "bare_insert",
    "ingest_batch",
    "memory",
    "license_pages",
    "hub_pages",
    "delivery_pages",
)


def run(
    services: Services, folder: Path, *, size: Size, systems: tuple[str, ...], only: tuple[str, ...] = SCENARIOS
) -> tuple[Results, list[str]]:
    """The figures by scenario and system, and a sentence for each that could not be measured."""
    made: dict[str, System] = {}
    if "plain" in systems:
        made["plain"] = PlainSystem(services, folder)
    if "ours" in systems:
        from tests.load.ours import OurSystem

        made["ours"] = OurSystem(services, folder)
    results: Results = {}
    missing: list[str] = []
    for scenario in only:
        for name, system in made.items():
            started = time.monotonic()
            try:
                figures = _scenarios(size, name)[scenario](system, services)
            except IncompleteError as error:
                missing.append(f"{scenario}: {error}")
                continue
            if figures is not None:
                results.setdefault(scenario, {})[name] = figures
                sys.stderr.write(f"{scenario} {name}: {time.monotonic() - started:.0f} s\n")
    return results, missing
