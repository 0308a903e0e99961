"""The headline figures with their change, in words."""

from dataclasses import dataclass

from consentkit.dashboard.figures import Overview
from consentkit.dashboard.wording import NO_BREAK, Wording

UNCHANGED = 0.0005
"""A change smaller than this (as a share) is none."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change against the period before; `tone` is good, bad or plain, `direction` up, down or same."""

    text: str
    direction: str
    tone: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One headline figure; `change` and `was` are None and "" when there is nothing to compare with."""

    key: str
    value: str
    note: str
    change: Change | None
    was: str


def tiles(overview: Overview, words: Wording) -> list[Tile]:
    """The five figures at the top. More views and visits are good news; more requests or bots are just news."""
    now, before = overview.counts, overview.before

    def amount(key: str, good: str) -> Tile:
        value = int(getattr(now, key))
        was = None if before is None else int(getattr(before, key))
        change = _relative(value, was, good, words) if was else None
        return _tile(key, words.compact(value), change, None if was is None else words.compact(was), words)

    def ratio() -> Tile:
        value, was = now.views_per_visit, before.views_per_visit if before else 0.0
        change = _relative(value, was, "plain", words) if was and value else None
        text = words.decimal(value, 2) if now.visits else "–"
        return _tile("views_per_visit", text, change, words.decimal(was, 2) if was else None, words)

    def bots() -> Tile:
        change = _points(now.bots_share - before.bots_share, words) if before and before.requests else None
        text = words.percent(now.bots_share) if now.requests else "–"
        return _tile("bots", text, change, words.percent(before.bots_share) if before else None, words)

    return [amount("views", "good"), amount("visits", "good"), ratio(), amount("requests", "plain"), bots()]


def _tile(key: str, value: str, change: Change | None, was: str | None, words: Wording) -> Tile:
    text = words.text("figures.was", value=was) if was is not None else ""
    return Tile(key, value, words.text(f"figures.{key}_note"), change, text)


def _direction(difference: float) -> str:
    if abs(difference) < UNCHANGED:
        return "same"
    return "up" if difference > 0 else "down"


def _relative(value: float, was: float, good: str, words: Wording) -> Change:
    difference = (value - was) / was
    direction = _direction(difference)
    tone = "plain" if good == "plain" or direction == "same" else {"up": "good", "down": "bad"}[direction]
    return Change(words.percent(abs(difference)) if direction != "same" else words.percent(0), direction, tone)


def _points(difference: float, words: Wording) -> Change:
    text = words.decimal(abs(difference) * 100) + NO_BREAK + words.text("figures.points")
    return Change(text, _direction(difference), "plain")
