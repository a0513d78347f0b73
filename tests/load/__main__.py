"""`python -m tests.load`: measures the plain way and ours side by side; `make bench` runs it."""

import argparse
import fcntl
import sys
from pathlib import Path

from tests.load.bench import SCENARIOS, SIZES, run
from tests.load.processes import ROOT
from tests.load.report import machine, table, write
from tests.load.services import Services
from tests.load.tune import tune


def main() -> int:
    """Prints the table and writes it; 1 when something could not be measured, whatever the figures are."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        "--quick", dest="size", action="store_const", const="quick", help="every scenario, in about three minutes"
    )
    length.add_argument("--long", dest="size", action="store_const", const="long", help="an hour")
    parser.add_argument("--system", choices=["plain", "ours"], action="append", help="only this one")
    parser.add_argument("--only", choices=SCENARIOS, action="append", help="only this scenario; may be repeated")
    parser.add_argument("--tune", action="store_true", help="try the plain way's worker settings instead")
    parser.add_argument("--output", type=Path, default=ROOT / "var" / "bench.json")
    options = parser.parse_args()
    folder = ROOT / "var" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            sys.stderr.write("Another run is under way, and two at once would measure each other.\n")
            return 1
        return measure(options, folder)


def measure(options: argparse.Namespace, folder: Path) -> int:
    """One run in `folder`, which is ours alone while it lasts."""
    about = machine() | {"size": options.size or "normal"}
    with Services(folder) as services:
        if options.tune:
            sys.stdout.write(tune(services, folder) + "\n")
            return 0
        results, missing = run(
            services,
            folder,
            size=SIZES[options.size or "normal"],
            systems=tuple(options.system or ("plain", "ours")),
            only=tuple(options.only or SCENARIOS),
        )
    sys.stdout.write(table(results) + "\n")
    for sentence in missing:
        sys.stdout.write(f"Not measured: {sentence}\n")
    write(results, options.output, about=about | {"not_measured": missing})
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
