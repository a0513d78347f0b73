"""What the figures have to reach, and whether they do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.load.scenarios import Figures

Results = dict[str, dict[str, Figures]]


@dataclass(frozen=True, slots=True)
class Goal:
    """One thing to reach: a number drawn from the results, and the bound that it must keep."""

    label: str
    measure: Callable[[Results], float | None]
    bound: float
    at_most: bool = False
    unit: str = "x"
    note: str = ""

    def reached(self, value: float) -> bool:
        return value <= self.bound if self.at_most else value >= self.bound


def _figure(results: Results, scenario: str, system: str, figure: str) -> float | None:
    return results.get(scenario, {}).get(system, {}).get(figure)


def _share(upper: tuple[str, str, str], lower: tuple[str, str, str]) -> Callable[[Results], float | None]:
    """One figure divided by another, each named by scenario, system and figure."""

    def measure(results: Results) -> float | None:
        above, below = _figure(results, *upper), _figure(results, *lower)
        return above / below if above is not None and below else None

    return measure


def _ours(scenario: str, figure: str) -> Callable[[Results], float | None]:
    return lambda results: _figure(results, scenario, "ours", figure)


GOALS = (
    Goal(
        "Deliveries/s, against plain",
        _share(("backlog", "ours", "deliveries_per_second"), ("backlog", "plain", "deliveries_per_second")),
        15,
    ),
    Goal(
        "CPU per delivery, plain against ours",
        _share(("backlog", "plain", "cpu_seconds_per_1000"), ("backlog", "ours", "cpu_seconds_per_1000")),
        15,
    ),
    Goal(
        "20 orders/s: p50, ours against plain",
        _share(("latency", "ours", "p50_ms"), ("latency", "plain", "p50_ms")),
        1,
        at_most=True,
        note="aim 0.5",
    ),
    Goal(
        "20 orders/s: p99, ours against plain",
        _share(("latency", "ours", "p99_ms"), ("latency", "plain", "p99_ms")),
        1,
        at_most=True,
        note="aim 0.5",
    ),
    Goal(
        "One of ten hangs: healthy p99, with against without",
        _share(("hanging", "ours", "p99_ms"), ("latency", "ours", "p99_ms")),
        1.5,
        at_most=True,
    ),
    Goal(
        "Stored and delivered: events/s, against plain",
        _share(("storm", "ours", "events_per_second"), ("storm", "plain", "events_per_second")),
        3,
    ),
    Goal(
        "POST orders, against a bare insert",
        _share(("ingest", "ours", "events_per_second"), ("bare_insert", "plain", "events_per_second")),
        0.5,
    ),
    Goal("POST orders/batch", _ours("ingest_batch", "events_per_second"), 5_000, unit="events/s"),
    Goal("Hub pages, 300 integrations: slowest", _ours("hub_pages", "slowest_ms"), 100, at_most=True, unit="ms"),
    Goal("Worker memory: growth", _ours("memory", "growth_percent"), 10, at_most=True, unit="%"),
    Goal("Deliveries page, the first", _ours("delivery_pages", "first_ms"), 100, at_most=True, unit="ms"),
    Goal("Deliveries page, the hundredth", _ours("delivery_pages", "hundredth_ms"), 100, at_most=True, unit="ms"),
    Goal("Deliveries page, slowest filter", _ours("delivery_pages", "filter_ms"), 100, at_most=True, unit="ms"),
    Goal(
        "Two workers, against one",
        _share(("two_workers", "ours", "deliveries_per_second"), ("backlog", "ours", "deliveries_per_second")),
        1.7,
        note="at about 0.26 ms of CPU a delivery, and the receiver's, it takes some two and a half cores",
    ),
)


def verdicts(results: Results) -> list[Mapping[str, object]]:
    """Each goal that was measured, with what it came to."""
    found: list[Mapping[str, object]] = []
    for goal in GOALS:
        value = goal.measure(results)
        if value is not None:
            found.append(
                {
                    "goal": goal.label,
                    "value": value,
                    "bound": goal.bound,
                    "at_most": goal.at_most,
                    "unit": goal.unit,
                    "reached": goal.reached(value),
                    "note": goal.note,
                }
            )
    return found


def table(results: Results) -> str:
    """The goals as lines of text, one verdict each."""
    lines = [f"{'Goal':52s} {'bound':>12s} {'measured':>12s}  verdict"]
    for each in verdicts(results):
        sign = "<=" if each["at_most"] else ">="
        verdict = "reached" if each["reached"] else "missed"
        note = f" ({each['note']})" if each["note"] else ""
        lines.append(f"{each['goal']:52s} {sign:>3s} {each['bound']:>8,g} {each['value']:>12,.2f}  {verdict}{note}")
    return "\n".join(lines)
