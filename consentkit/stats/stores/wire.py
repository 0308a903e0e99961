"""A release as text, as it lies in the outbox until the sink has it: by what is counted, with a column a figure."""

from collections import Counter
from collections.abc import Collection
from typing import Any

from consentkit.stats.load import LoadSeries
from consentkit.stats.model import Gap, Proof, Published, Release
from consentkit.stats.stores import json_text


def dumped(release: Release) -> str:
    """The release as JSON."""
    return json_text.written(
        {
            "day": release.day,
            "counts": [[*key, list(values), *_figures(values.values())] for key, values in release.counts.items()],
            "proofs": [[*key, p.releases, p.events, p.smallest] for key, p in release.proofs.items()],
            "totals": [[*key, count] for key, count in release.totals.items()],
            "gaps": [tuple(gap) for gap in release.gaps],
            "load": [[*key, list(times), list(times.values())] for key, times in release.load.items()],
        }
    )


def _figures(published: Collection[Published]) -> tuple[list[int], list[int], list[int]]:
    return (
        [one.count for one in published],
        [one.increments for one in published],
        [one.smallest for one in published],
    )


def loaded(text: str) -> Release:
    """The release that `dumped` wrote."""
    data: dict[str, Any] = json_text.read(text)
    counts = {
        (breakdown, metric): dict(zip(values, map(Published, *figures), strict=True))
        for breakdown, metric, values, *figures in data["counts"]
    }
    load: LoadSeries = {
        (route, metric): dict(zip(begins, counts, strict=True)) for route, metric, begins, counts in data["load"]
    }
    return Release(
        day=data["day"],
        counts=counts,
        proofs={(row[0], row[1]): Proof(*row[2:]) for row in data["proofs"]},
        totals=Counter({(day, metric): count for day, metric, count in data["totals"]}),
        gaps=[Gap(*row) for row in data["gaps"]],
        load=load,
    )
