"""What each figure says of itself: how it is counted, whether it is a count or an estimate, what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consentkit.dashboard.figures import Facts
from consentkit.dashboard.groups import CARDS, CLASSES, metrics_of
from consentkit.dashboard.periods import Period
from consentkit.dashboard.wording import Wording, table

COUNT, SHARE, MEASURE, ESTIMATE, FORECAST = "count", "share", "measure", "estimate", "forecast"

FIGURES: Mapping[str, str] = {
    "views": COUNT,
    "visits": COUNT,
    "views_per_visit": SHARE,
    "requests": COUNT,
    "bots": SHARE,
}
PEOPLE: Mapping[str, str] = {
    "measured": COUNT,
    "estimate": ESTIMATE,
    "engaged": SHARE,
    "depth": SHARE,
    "consent": COUNT,
}
LOAD: Mapping[str, str] = {
    "errors": SHARE,
    "p95": MEASURE,
    "bytes": MEASURE,
    "busiest_second": MEASURE,
    "most_at_once": MEASURE,
    "course": COUNT,
    "week": MEASURE,
    "forecast": FORECAST,
    "routes": MEASURE,
}
LISTS: Mapping[str, str] = dict.fromkeys(CARDS, COUNT)
NOTIONS = ("threshold", "release", "other", "interval", "change", "gap", "sample", "today")
"""Words that the explanations use."""
SECTIONS: Mapping[str, Sequence[str]] = {
    "figures": tuple(FIGURES),
    "lists": tuple(LISTS),
    "people": tuple(PEOPLE),
    "load": tuple(LOAD),
    "notions": NOTIONS,
}
"""The page of all of them, in this order."""
KINDS: Mapping[str, str] = {**LISTS, **FIGURES, **PEOPLE, **LOAD}
TITLES: Mapping[str, str] = {
    **{key: f"cards.{key}" for key in LISTS},
    **{key: f"figures.{key}" for key in FIGURES},
    **{key: f"people.{key}" for key in PEOPLE},
    **{"errors": "load.errors", "bytes": "load.sent"},
}
"""Keys of the names that a figure has elsewhere; others are among the operations, or words with a name of their own."""


@dataclass(frozen=True, slots=True)
class About:
    """What one figure says of itself; `lines` are about this very period."""

    key: str
    title: str
    text: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explainer:
    """Explains the figures of a page: of a period, of which counts are missing `lost` times."""

    words: Wording
    facts: Facts
    period: Period
    lost: int = 0

    def about(self, key: str, *, says: str = "", shown: float | None = None) -> About | None:
        """The explanation of a figure; None for one that has none, which is better than no page.

        `says` is what is said of this very figure, as its range; `shown` (0 to 1) the share that a list shows by value.
        """
        words, facts = self.words, self.facts
        if key not in table(words.language)["explained"]:
            return None
        lines = [words.text(f"honesty.{KINDS[key]}"), self._threshold(key), says]
        if shown is not None and shown < 1:
            other = words.value("page", "(other)")
            lines.append(words.text("honesty.shown", share=words.percent(shown), other=other))
        if self.lost:
            lines.append(words.text("honesty.gaps", count=words.number(self.lost)))
        if facts.sampled(self.period.first, self.period.last):
            lines.append(words.text("honesty.sample"))
        if self.period.running:
            lines.append(words.text("honesty.running"))
        return About(key, title_of(key, words), words.text(f"explained.{key}"), tuple(line for line in lines if line))

    def _threshold(self, key: str) -> str:
        if key not in LISTS and key != "routes":
            return self.words.text("honesty.totals") if key in FIGURES else ""
        if key == CLASSES or not self.facts.threshold:
            return self.words.text("honesty.totals") if key == CLASSES else ""
        unit = self.words.text(f"units.{metrics_of(key)[0] if key in LISTS else 'requests'}")
        return self.words.text("honesty.values", threshold=self.facts.threshold, unit=unit)


def title_of(key: str, words: Wording) -> str:
    """What a figure, a list or a notion is called."""
    named = TITLES.get(key)
    if named is not None:
        return words.text(named)
    texts = table(words.language)
    found = texts["names"].get(key) or texts["operations"].get(key)
    return str(found)
