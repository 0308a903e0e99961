"""Visitors and what they answered to the banner, as a card of facts each: figures first, then in words."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from consentkit.dashboard.periods import Period
from consentkit.dashboard.wording import Wording
from consentkit.stats.answers import IGNORED, consent_figures
from consentkit.stats.breakdowns import ENGAGED, MEASURED, SHOWN
from consentkit.stats.stores import SinkReader
from consentkit.stats.visitor.events import reached_pages, reached_seconds
from consentkit.stats.visitors import Visitors, read_visitors

OF_SHOWN = ("accepted", "refused", "chosen", IGNORED)
"""What a view with a banner ends in; a withdrawal comes later."""
WEEK = 7
PAGES = (3, 5, 10)
SECONDS = (10, 60, 180)
"""Of the thresholds that visits are counted at, those that the dashboard shows; two pages are `engaged`."""


@dataclass(frozen=True, slots=True)
class People:
    """`visitors` of the last day, week or month that a period tells of, None where nobody is measured.

    `engaged` is the share (0 to 1) of the period's measured visits that went on to a second page, None without any.
    `depth` has, by metric, how many of the `measured` visits got so far, none without any. `answers` are counts by
    answer, none where no banner was shown.
    """

    visitors: Visitors | None
    engaged: float | None
    measured: int
    depth: Mapping[str, int]
    answers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a card: what, how many, and of what."""

    label: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class FactCard:
    """A card of facts."""

    key: str
    title: str
    facts: tuple[Fact, ...]
    note: str


def told_of(period: Period) -> tuple[str, dt.date, dt.date]:
    """The kind and the days of which visitors can be told: they are known by day, week and month, and add up to none.

    The month that a period is, else the last week whole in it or begun in it, else its last day.
    """
    after = period.last + dt.timedelta(days=1)
    over = after.day == 1 or period.last == period.today
    if over and period.first == period.last.replace(day=1):
        return "month", period.first, period.last
    if period.length < WEEK:
        return "day", period.last, period.last
    monday = after - dt.timedelta(days=after.weekday() + WEEK)
    if monday >= period.first:
        return "week", monday, monday + dt.timedelta(days=WEEK - 1)
    return "week", monday + dt.timedelta(days=WEEK), period.last


def read_people(reader: SinkReader, period: Period) -> People:
    """The visitors and answers of a period."""
    kind, first, last = told_of(period)
    totals = reader.totals(period.first, period.last)
    measured, engaged = totals.get(MEASURED, 0), totals.get(ENGAGED, 0)
    found = read_visitors(reader, first, last)[kind] if measured else ()
    answers = consent_figures(totals)
    # An import tells engaged visits of everybody and measured ones of nobody; a share of the others would be wrong.
    share = engaged / measured if measured >= engaged and measured else None
    wanted = (*map(reached_pages, PAGES), *map(reached_seconds, SECONDS))
    depth = {metric: totals.get(metric, 0) for metric in wanted}
    return People(
        visitors=found[0] if found else None,
        engaged=share,
        measured=measured,
        depth=depth if measured and any(depth.values()) else {},
        answers=answers if any(answers.values()) else {},
    )


def people_cards(people: People, words: Wording) -> list[FactCard]:
    """A card for each of the three that there is something to say of."""
    cards = []
    if people.visitors is not None:
        cards.append(_visitors_card(people.visitors, people.engaged, words))
    if people.depth:
        cards.append(_depth_card(people, words))
    if people.answers:
        cards.append(_answers_card(people.answers, words))
    return cards


def _visitors_card(visitors: Visitors, engaged: float | None, words: Wording) -> FactCard:
    def fact(key: str, value: str, **values: str) -> Fact:
        return Fact(words.text(f"people.{key}"), value, words.text(f"people.{key}_note", **values))

    facts = [fact("measured", words.number(visitors.measured))]
    found = visitors.estimate
    if found is not None:
        low, high = words.number(found.low), words.number(found.high)
        facts.append(
            fact("estimate", words.number(found.value), low=low, high=high, share=words.percent(found.measured))
        )
    if engaged is not None:
        facts.append(fact("engaged", words.percent(engaged)))
    note = "" if found is not None else words.text("people.too_few")
    title = words.text("people.visitors", span=words.span(visitors.first, visitors.last))
    return FactCard("visitors", title, tuple(facts), note)


def _depth_card(people: People, words: Wording) -> FactCard:
    """How many of the measured visits got so far, in pages and in time."""

    def fact(label: str, metric: str) -> Fact:
        count = people.depth[metric]
        # What a visit reaches may be counted on the day after it began.
        return Fact(label, words.percent(min(count / people.measured, 1.0)), words.number(count))

    pages = [fact(words.text("people.pages", count=str(count)), reached_pages(count)) for count in PAGES]
    times = [fact(_stayed(seconds, words), reached_seconds(seconds)) for seconds in SECONDS]
    return FactCard("depth", words.text("people.depth"), (*pages, *times), words.text("people.depth_note"))


def _stayed(seconds: int, words: Wording) -> str:
    if seconds < 60:
        return words.text("people.seconds", count=str(seconds))
    return words.text("people.minutes", count=str(seconds // 60))


def _answers_card(answers: Mapping[str, int], words: Wording) -> FactCard:
    shown = answers[SHOWN.removeprefix("consent_")]

    def fact(answer: str, count: int) -> Fact:
        share = words.percent(count / shown) if shown and answer in OF_SHOWN else ""
        return Fact(words.text(f"people.{answer}"), words.number(count), share)

    facts = tuple(fact(answer, count) for answer, count in answers.items())
    return FactCard("consent", words.text("people.consent"), facts, words.text("people.consent_note"))
