"""What is known of the values of a whole list beside what it is in the order of: so that two can be compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consentkit.dashboard.groups import ENTRY, EXIT, breakdown_of, metrics_of
from consentkit.dashboard.rankings import Ranking, Scope, cell_of
from consentkit.dashboard.state import Filter
from consentkit.dashboard.wording import Wording
from consentkit.stats.breakdowns import CONVERSIONS, ENGAGED, MEASURED, MOVES, VIEWS

BEGUN = (ENTRY, "channel", "campaign", "country", "device")
"""Lists of how visits began, of which those that are measured tell what became of them."""


@dataclass(frozen=True, slots=True)
class Column:
    """A further count of each value, and of which count of the same value it is a share, "" for none."""

    metric: str
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Beside:
    """The further columns of a stretch of a list, and each value's counts by metric."""

    columns: tuple[Column, ...]
    counts: Mapping[str, Mapping[str, int]]

    @property
    def is_measured(self) -> bool:
        """Whether any column is of measured visits alone."""
        return any(column.metric in (MEASURED, CONVERSIONS) for column in self.columns)


@dataclass(frozen=True, slots=True)
class Figure:
    """A count in words, and its share."""

    count: str
    share: str


def columns_of(key: str, metric: str) -> tuple[Column, ...]:
    """What may stand beside a list that is counted by a metric."""
    others = tuple(Column(other) for other in metrics_of(key) if other != metric)
    if key == "goal":
        return (Column(CONVERSIONS),) if metric != CONVERSIONS else ()
    if key == EXIT:
        return (Column(MOVES, VIEWS),)
    if key in BEGUN:
        return (*others, Column(MEASURED), Column(ENGAGED, MEASURED), Column(CONVERSIONS, MEASURED))
    return others


def read_beside(scope: Scope, ranking: Ranking) -> Beside:
    """The further counts of a stretch of a list; a column that no value has anything in is left out."""
    wanted = columns_of(ranking.key, ranking.metric)
    counts = {value: _counts(scope, breakdown_of(ranking.key), value) for value, _ in ranking.rows} if wanted else {}
    return Beside(tuple(one for one in wanted if any(found.get(one.metric) for found in counts.values())), counts)


def figures_of(beside: Beside, words: Wording, threshold: int | None) -> Mapping[str, Sequence[Figure]]:
    """The further figures of each value, in the order of the columns."""
    return {
        value: [_figure(column, found, words, threshold) for column in beside.columns]
        for value, found in beside.counts.items()
    }


def _counts(scope: Scope, breakdown: str, value: str) -> Mapping[str, int]:
    others = [one for one in scope.filters if one.breakdown != breakdown]
    cell = cell_of(scope.reader, (*others, Filter(breakdown, value)))
    return scope.reader.value_totals(*cell, scope.period.first, scope.period.last) if cell else {}


def _figure(column: Column, found: Mapping[str, int], words: Wording, threshold: int | None) -> Figure:
    count, whole = found.get(column.metric, 0), found.get(column.whole, 0)
    if not count and threshold:
        return Figure(words.text("funnels.few", threshold=threshold), "")
    # Parts and wholes are published at different moments.
    return Figure(words.number(count), words.percent(min(count / whole, 1.0)) if count and whole else "")
