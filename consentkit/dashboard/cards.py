"""Lists as a template shows them: words, numbers in the reader's form, bars."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from consentkit.dashboard.charts import bar
from consentkit.dashboard.groups import CLASSES, EXIT, breakdown_of, can_be_asked
from consentkit.dashboard.rankings import LAST, NO_ANSWER, Place, Ranking
from consentkit.dashboard.state import FILTERED, ONLY, Filter
from consentkit.dashboard.unlisted import Unlisted, unlisted
from consentkit.dashboard.wording import Wording
from consentkit.stats.breakdowns import CONVERSIONS, MEASURED, VIEWS
from consentkit.stats.model import OTHER

ROWS = 8
"""Of a card, what is no value included."""
CODES = ("country", "region", "language")
LONGEST_CODE = 6
"""Breakdowns whose values are codes, shown small beside the name."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list; `raw` is the stored value, `code` is shown beside its name, `aside` marks no real value.

    `only` is the name under which an address filters by the value, "" where it cannot; `chosen` when it does.
    """

    raw: str
    label: str
    code: str
    count: str
    share: str
    bar: Markup
    aside: bool
    only: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A list's head with what is said under it; `unlisted` says why there is none under the filters."""

    key: str
    title: str
    column: str
    unit: str
    can_be_asked: bool
    rows: tuple[Row, ...]
    note: str
    unlisted: Unlisted | None


@dataclass(frozen=True, slots=True)
class Tab:
    """A list that a place offers."""

    key: str
    title: str
    shown: bool


@dataclass(frozen=True, slots=True)
class Tabbed:
    """A place on the first page: its list, and as `tabs` all that it offers where there are several."""

    group: str
    title: str
    tabs: tuple[Tab, ...]
    card: Card


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in words; `name` is its name in the address."""

    name: str
    breakdown: str
    value: str


def rows_of(
    ranking: Ranking, words: Wording, rows: Sequence[tuple[str, int]], filters: Sequence[Filter] = ()
) -> tuple[Row, ...]:
    """The lines of a list; the longest bar belongs to the largest count of a value."""
    largest = max((count for value, count in rows if value not in LAST), default=0) or 1
    breakdown = breakdown_of(ranking.key)
    return tuple(
        Row(
            raw=value,
            label=(label := words.value(ranking.key, value)),
            code=value if ranking.key in CODES and value != label and len(value) <= LONGEST_CODE else "",
            count=words.number(count),
            share=words.percent(count / ranking.total) if ranking.total else "",
            bar=bar(count / largest),
            aside=value in NO_ANSWER,
            only=ONLY + breakdown if breakdown in FILTERED and value != OTHER else "",
            chosen=Filter(breakdown, value) in filters,
        )
        for value, count in rows
    )


def tabbed(
    places: Sequence[Place], words: Wording, threshold: int | None, filters: Sequence[Filter] = ()
) -> list[Tabbed]:
    """The places of the first page."""
    found = []
    for place in places:
        shown = card(place.ranking, words, threshold, filters=filters)
        several = len(place.offered) > 1
        tabs = tuple(Tab(key, words.text(f"tabs.{key}"), key == shown.key) for key in place.offered) if several else ()
        found.append(Tabbed(place.group, place_title(place, words), tabs, shown))
    return found


def place_title(place: Place, words: Wording) -> str:
    """What a place is called: as its list where it has no other."""
    several = len(place.offered) > 1
    return words.text(f"groups.{place.group}" if several else f"cards.{place.ranking.key}")


def card(
    ranking: Ranking, words: Wording, threshold: int | None, limit: int = ROWS, *, filters: Sequence[Filter] = ()
) -> Card:
    """A list's head as a card."""
    named = [row for row in ranking.rows if row[0] not in LAST]
    rest = [row for row in ranking.rows if row[0] in LAST]
    head = named[: limit - len(rest)] + rest
    title = words.text(f"cards.{ranking.key}")
    return Card(
        key=ranking.key,
        title=title,
        column=words.text(f"cards.{ranking.key}_column"),
        unit=unit_of(ranking.key, ranking.metric, words),
        can_be_asked=can_be_asked(ranking.key),
        rows=rows_of(ranking, words, head, filters),
        note="" if ranking.missing else _note(ranking, words, threshold),
        unlisted=next(iter(unlisted([(title, ranking)], words)), None) if ranking.missing else None,
    )


def unit_of(key: str, metric: str, words: Wording) -> str:
    """What a list counts, in words: a goal counts once in a measured visit, so these are such visits."""
    if key == EXIT:
        return words.text("units.exits" if metric == VIEWS else "units.onward")
    return words.text(f"units.{MEASURED if (key, metric) == ('goal', CONVERSIONS) else metric}")


def chips(filters: Sequence[Filter], words: Wording) -> list[Chip]:
    """The filters in words."""
    return [
        Chip(one.name, words.text(f"cards.{one.breakdown}_column"), words.value(one.breakdown, one.value))
        for one in filters
    ]


def _note(ranking: Ranking, words: Wording, threshold: int | None) -> str:
    if ranking.key == CLASSES:
        return words.text("cards.counted_all")
    if not ranking.rows:
        unit = unit_of(ranking.key, ranking.metric, words)
        if not (ranking.total and threshold):
            return words.text("cards.none")
        return words.text("cards.waiting", threshold=threshold, twice=2 * threshold, metric=unit)
    if ranking.key == EXIT:
        return words.text("cards.exits")
    key = "cards.begun" if ranking.metric == CONVERSIONS else "cards.shown"
    return words.text(key, share=words.percent(_floor(ranking.shown)))


def _floor(share: float) -> float:
    """Rounded down to whole per cent: "100 %" is said only of all."""
    return math.floor(share * 100 + 1e-9) / 100 if share >= 0.1 else share
