"""A small site as an attacker meets it: its sink, read after every release. And the truth, which he does not see."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from consentkit.stats.breakdowns import DEFAULT_CROSSINGS, crossed, crossings_of
from consentkit.stats.facts import RequestFacts
from consentkit.stats.flusher import Flusher, Stores
from consentkit.stats.load import LoadCell
from consentkit.stats.model import Cell, Release
from consentkit.stats.observed import EventKey
from consentkit.stats.release import Rule
from consentkit.stats.stores.reading import SinkReader
from consentkit.stats.stores.sqlite_private import SqlitePrivateStore
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader
from consentkit.stats.stores.sqlite_sink import SqliteSink
from consentkit.stats.tally import Tally
from tests.attacks.traffic import ZONE, an_observer
from tests.support.stepwise import Stepwise

K = 10
"""The threshold that is attacked. The control is the same figures with a threshold of 1: every minute leaves whole."""
PATIENCE_DAYS = 31
CROSSINGS = crossings_of(DEFAULT_CROSSINGS)
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Step:
    """What grew in the sink from one reading to the next, with the release at `when` (epoch seconds), and by how much.

    `fresh` are the events by metric that the sink says were released; `totals` are by (day, metric).
    """

    when: float
    day: str
    cells: Mapping[Cell, int]
    fresh: Mapping[str, int]
    totals: Mapping[tuple[str, str], int]
    load: Mapping[LoadCell, int]


@dataclass(frozen=True, slots=True)
class Truth:
    """A page view as it was: its moment (epoch seconds), its metrics, its value in each breakdown, crossings too."""

    when: float
    metrics: tuple[str, ...]
    values: Mapping[str, str]


def steps_of(requests: Iterable[RequestFacts], *, threshold: int = K) -> list[Step]:
    """What somebody sees who reads the sink after every release, by the release rule in memory, on the moved clock."""
    observer = an_observer()
    stepwise = Stepwise(Rule(threshold, PATIENCE_DAYS, ZONE), CROSSINGS)
    steps, last = [], 0.0
    for facts in requests:
        steps += [step_of(release, last) for release in stepwise.add(observer.observe(facts), facts.when)]
        last = facts.when
    return steps


def step_of(release: Release, when: float) -> Step:
    """What a release adds to the sink, with the moment of it."""
    return Step(
        when=when,
        day=release.day,
        cells={cell: published.count for cell, published in release.cells.items()},
        fresh={metric: proof.events for (metric, _), proof in release.proofs.items()},
        totals=release.totals,
        load={
            LoadCell(begin, route, metric): count
            for (route, metric), times in release.load.items()
            for begin, count in times.items()
        },
    )


def steps_through_files(folder: Path, requests: Iterable[RequestFacts]) -> list[Step]:
    """The same through a worker's flusher, the private store, the sink and its reader, asked after every release."""
    tally = Tally(an_observer().observe_all, CROSSINGS)
    stores = Stores(
        open_private=lambda: SqlitePrivateStore(folder / "private.db"),
        open_sink=lambda: SqliteSink(folder / "stats.db", CROSSINGS),
    )
    flusher = Flusher(tally, stores, Rule(K, PATIENCE_DAYS, ZONE), "worker")
    reader = SqliteSinkReader(folder / "stats.db")
    steps, seen, last = [], _Figures(), 0.0
    for minute, group in groupby(requests, key=lambda facts: int(facts.when // 60)):
        for facts in group:
            tally.add(facts)
            last = facts.when
        flusher.tick((minute + 1) * 60.0)
        figures = _read(reader)
        if figures != seen:
            steps.append(_grown(seen, figures, last))
        seen = figures
    flusher.close(last)
    return steps


@dataclass(frozen=True, slots=True)
class _Figures:
    """All that the sink shows at one instant."""

    cells: Mapping[tuple[str, Cell], int] = field(default_factory=dict)
    fresh: Mapping[tuple[str, str], int] = field(default_factory=dict)
    totals: Mapping[tuple[str, str], int] = field(default_factory=dict)
    load: Mapping[LoadCell, int] = field(default_factory=dict)


def _read(reader: SinkReader) -> _Figures:
    with reader.snapshot():
        return _Figures(
            cells={(row.day, Cell(row.breakdown, row.value, row.metric)): row.events for row in reader.cells()},
            fresh={(row.day, row.metric): row.events for row in reader.releases()},
            totals={(day, metric): count for day, metric, count in reader.days(date.min, date.max)},
            load=dict(reader.load("", "9")) | dict(reader.load("", "9", None)),
        )


def _grown(before: _Figures, after: _Figures, when: float) -> Step:
    fresh = _more(before.fresh, after.fresh)
    return Step(
        when=when,
        day=max(day for day, _ in fresh),
        cells={cell: more for (_, cell), more in _more(before.cells, after.cells).items()},
        fresh={metric: more for (_, metric), more in fresh.items()},
        totals=_more(before.totals, after.totals),
        load=_more(before.load, after.load),
    )


def _more(before: Mapping[Key, int], after: Mapping[Key, int]) -> dict[Key, int]:
    return {key: more for key, count in after.items() if (more := count - before.get(key, 0))}


def truth_of(requests: Iterable[RequestFacts]) -> list[Truth]:
    """The page views as they were, for judging what an attacker concludes."""
    observer = an_observer()
    return [_truth(facts.when, observer.observe(facts).events[0]) for facts in requests]


def _truth(when: float, event: EventKey) -> Truth:
    _, agent, _, metrics, facets = event
    values: dict[str, str] = {}
    for facet in (*facets, agent.facet):
        values.update(facet.values)
    for crossing in CROSSINGS:
        if crossing.first in values and crossing.second in values:
            values[crossing.name] = crossed(values[crossing.first], values[crossing.second])
    return Truth(when, metrics, values)
