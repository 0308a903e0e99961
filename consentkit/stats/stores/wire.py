"""A release as text, as it lies in the outbox until the sink has it: by what is counted, with a column a figure."""

from collections import Counter, defaultdict
from itertools import repeat
from typing import Any

from consentkit.stats.load import LoadSeries
from consentkit.stats.model import Cell, Gap, Proof, Published, Release
from consentkit.stats.stores import json_text

Rows = defaultdict[tuple[str, str], list[tuple[Any, ...]]]


def dumped(release: Release) -> str:
    """The release as JSON."""
    counts: Rows = defaultdict(list)
    for (breakdown, value, metric), one in release.cells.items():
        counts[breakdown, metric].append((value, one.count, one.increments, one.smallest))
    return json_text.written(
        {
            "day": release.day,
            "counts": [[*key, *zip(*rows, strict=True)] for key, rows in counts.items()],
            "proofs": [[*key, p.releases, p.events, p.smallest] for key, p in release.proofs.items()],
            "totals": [[*key, count] for key, count in release.totals.items()],
            "gaps": [tuple(gap) for gap in release.gaps],
            "load": [[*key, list(times), list(times.values())] for key, times in release.load.items()],
        }
    )


def loaded(text: str) -> Release:
    """The release that `dumped` wrote."""
    data: dict[str, Any] = json_text.read(text)
    cells: dict[Cell, Published] = {}
    for breakdown, metric, values, *figures in data["counts"]:
        named = map(Cell, repeat(breakdown), values, repeat(metric))
        cells.update(zip(named, map(Published, *figures), strict=True))
    load: LoadSeries = {
        (route, metric): dict(zip(begins, counts, strict=True)) for route, metric, begins, counts in data["load"]
    }
    return Release(
        day=data["day"],
        cells=cells,
        proofs={(row[0], row[1]): Proof(*row[2:]) for row in data["proofs"]},
        totals=Counter({(day, metric): count for day, metric, count in data["totals"]}),
        gaps=[Gap(*row) for row in data["gaps"]],
        load=load,
    )
