"""The headline figures in words, with their change and whether it is more than chance."""

from dataclasses import dataclass

from consentkit.dashboard.figures import RATIOS
from consentkit.dashboard.overview import Headline, Overview
from consentkit.dashboard.wording import NO_BREAK, Wording

UNCHANGED = 0.0005
"""A change smaller than this (as a share) is none."""
MOST = 10.0
"""A figure that became more than ten times what it was is said to be so many times as large."""
GOOD = ("views", "visits")
"""Figures of which more is good news; more of the others is just news."""
SIGNS = {"up": "▲", "down": "▼", "same": "="}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a change is more than chance: `kind` is real, usual or unknown; without `interval` where unknown."""

    kind: str
    text: str
    interval: str


@dataclass(frozen=True, slots=True)
class Delta:
    """A change; `tone` is good, bad or plain, `direction` up, down or same."""

    text: str
    direction: str
    tone: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Tile:
    """One headline figure; `delta` and `was` are None and "" when there is nothing to compare with."""

    key: str
    title: str
    value: str
    note: str
    delta: Delta | None
    was: str
    drawn: bool


def tiles(overview: Overview, words: Wording, threshold: int | None = None) -> list[Tile]:
    """The figures at the top; `drawn` is the one that the chart shows.

    Of today nothing is shown before `threshold` events have gathered, so none may be fewer than so many.
    """
    period = overview.state.period
    waits = words.text("live.fewer", threshold=threshold) if threshold and period.first == period.today else ""
    return [_tile(headline, overview, words, waits) for headline in overview.headlines]


def figure_text(figure: str, value: float, words: Wording) -> str:
    """A value of one of FIGURES."""
    if figure == "bots":
        return words.percent(value / 100)
    if figure == "views_per_visit":
        return words.decimal(value, 2)
    return words.number(round(value))


def change_text(figure: str, value: float, was: float, words: Wording) -> str:
    """A change with its sign: +10 %, -3 pts."""
    sign = "−" if value < was else "+"
    return f"{sign}{_amount(figure, value, was, words)}"


def _tile(headline: Headline, overview: Overview, words: Wording, waits: str) -> Tile:
    figure, known = headline.figure, headline.value or headline.figure not in RATIOS
    short = words.compact(round(headline.value)) if figure not in RATIOS else figure_text(figure, headline.value, words)
    was = ""
    if headline.was is not None:
        text = figure_text(figure, headline.was, words) if figure in RATIOS else words.compact(round(headline.was))
        was = words.text("figures.was", value=text)
    return Tile(
        key=figure,
        title=words.text(f"figures.{figure}"),
        value=waits if waits and figure in GOOD and not headline.value else short if known else "–",
        note=words.text(f"figures.{figure}_note"),
        delta=_delta(headline, words) if headline.was else None,
        was=was,
        drawn=overview.curve.figure == figure,
    )


def _delta(headline: Headline, words: Wording) -> Delta | None:
    was, value = headline.was or 0.0, headline.compared
    if not was or (not value and headline.figure in RATIOS):
        return None
    difference = (value - was) / was
    direction = "same" if abs(difference) < UNCHANGED else "up" if difference > 0 else "down"
    tone = {"up": "good", "down": "bad"}.get(direction, "plain") if headline.figure in GOOD else "plain"
    return Delta(_amount(headline.figure, value, was, words), direction, tone, _verdict(headline, words))


def _amount(figure: str, value: float, was: float, words: Wording) -> str:
    if figure == "bots":
        return words.decimal(abs(value - was)) + NO_BREAK + words.text("figures.points")
    ratio = value / was
    if ratio > MOST:
        return "×" + words.decimal(ratio, 0)
    return words.percent(abs(ratio - 1)) if abs(ratio - 1) >= UNCHANGED else words.percent(0)


def _verdict(headline: Headline, words: Wording) -> Verdict:
    """The interval is of what the figure would have changed by, weekdays allowed for."""
    change = headline.change
    if change is None:
        return Verdict("unknown", words.text("figures.verdict_unknown"), "")
    kind = "real" if change.real else "usual"
    low, high = (_signed(bound, words) for bound in (change.low, change.high))
    interval = words.text("figures.interval", low=low, high=high)
    return Verdict(kind, words.text(f"figures.verdict_{kind}"), interval)


def _signed(ratio: float, words: Wording) -> str:
    if ratio > MOST:
        return "×" + words.decimal(min(ratio, 1_000_000), 0)
    sign = "−" if ratio < 1 else "+"
    return sign + words.decimal(abs(ratio - 1) * 100, 0) + NO_BREAK + "%"
