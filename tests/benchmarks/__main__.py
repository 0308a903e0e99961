"""`make bench`: runs every benchmark, prints its tables and writes var/bench.json. Names as arguments choose some."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from tests.benchmarks import (
    holding,
    importing,
    lighthouse,
    overview,
    request_cost,
    rewriting,
    telling_people,
    throughput,
    visitors,
)
from tests.benchmarks.report import Report, conditions, show

BENCHMARKS: dict[str, Callable[[], list[Report]]] = {
    "request_cost": request_cost.reports,
    "rewriting": rewriting.reports,
    "throughput": throughput.reports,
    "telling_people": telling_people.reports,
    "visitors": visitors.reports,
    "importing": importing.reports,
    "holding": holding.reports,
    "overview": overview.reports,
    "lighthouse": lighthouse.reports,
}
OUT = Path("var/bench.json")


def main() -> None:
    """Run, print, write."""
    wanted = sys.argv[1:] or list(BENCHMARKS)
    unknown = [name for name in wanted if name not in BENCHMARKS]
    if unknown:
        sys.exit(f"{unknown[0]!r} is no benchmark; there are {', '.join(BENCHMARKS)}")
    console = Console(width=max(110, Console().width))
    found: dict[str, list[Report]] = {}
    before = conditions()
    console.print(", ".join(f"{name} {value}" for name, value in before.items()))
    for name in wanted:
        start = time.monotonic()
        found[name] = BENCHMARKS[name]()
        for report in found[name]:
            show(console, report)
        console.print(f"({name}: {time.monotonic() - start:.0f} s)\n")
    OUT.parent.mkdir(exist_ok=True)
    data = {name: [report.as_data() for report in reports] for name, reports in found.items()}
    OUT.write_text(json.dumps({"conditions": before, "benchmarks": data}, indent=2, ensure_ascii=False) + "\n", "utf-8")
    console.print(f"written to {OUT}")


if __name__ == "__main__":
    main()
