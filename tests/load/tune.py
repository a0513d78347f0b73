"""How the plain way's worker was tuned: the same backlog with each concurrency and prefetch, several rounds, the best round kept."""

from pathlib import Path

from tests.load.plain_system import PlainSystem
from tests.load.scenarios import Figures, backlog
from tests.load.services import Services

CONCURRENCIES = (2, 3, 4, 6, 8)
PREFETCHES = (1, 4, 16)
ROUNDS = 3
DELIVERIES = 600


def _best(services: Services, folder: Path, choices: list[tuple[int, int]]) -> dict[tuple[int, int], Figures]:
    """The quickest round of each choice; rounds take turns, so that a noisy minute hits all choices."""
    best: dict[tuple[int, int], Figures] = {}
    for _ in range(ROUNDS):
        for concurrency, prefetch in choices:
            system = PlainSystem(services, folder, concurrency=concurrency, prefetch=prefetch)
            figures = backlog(system, services, count=DELIVERIES)
            known = best.get((concurrency, prefetch))
            if known is None or figures["deliveries_per_second"] > known["deliveries_per_second"]:
                best[concurrency, prefetch] = figures
    return best


def tune(services: Services, folder: Path) -> str:
    """A table of what each choice reaches: first every concurrency, then every prefetch at the best of them."""
    found = _best(services, folder, [(concurrency, 4) for concurrency in CONCURRENCIES])
    chosen = max(found, key=lambda choice: found[choice]["deliveries_per_second"])[0]
    found |= _best(services, folder, [(chosen, prefetch) for prefetch in PREFETCHES if prefetch != 4])
    lines = ["concurrency  prefetch  deliveries/s  CPU-s per 1,000"]
    lines += [
        f"{concurrency:11d}  {prefetch:8d}  {figures['deliveries_per_second']:12.0f}  {figures['cpu_seconds_per_1000']:15.2f}"
        for (concurrency, prefetch), figures in sorted(found.items())
    ]
    return "\n".join(lines)
