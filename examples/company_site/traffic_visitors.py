"""Who visits in the sample traffic: newcomers who are asked for consent, and those who come back."""

import random
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, Generic, TypeVar

from consentkit.stats.samples import Person

from . import traffic_data as data
from .places import COUNTRIES
from .texts import preferred_language

T = TypeVar("T")

NEWCOMERS, MEASURED = 0.55, 0.27
"""Shares of the visits; the rest have refused before."""
KNOWN = 900
"""Of those who agreed, how many come back; the others have cleared their browser or stay away."""


class Weighted(Generic[T]):
    """Draws one of several values by their weights."""

    def __init__(self, pairs: Sequence[tuple[T, float]]) -> None:
        self._values = [value for value, _ in pairs]
        self._sums = list(accumulate(weight for _, weight in pairs))

    def draw(self, rng: random.Random) -> T:
        """One of the values."""
        return rng.choices(self._values, cum_weights=self._sums)[0]


class Draws:
    """The weighted choices, prepared once."""

    def __init__(self) -> None:
        self.country = Weighted([(country, country.weight) for country in COUNTRIES])
        self.browser = Weighted([(browser, browser.weight) for browser in data.BROWSERS])
        self.languages = {code: Weighted(tags) for code, tags in data.LANGUAGES.items()}
        self.english = Weighted(data.ENGLISH)
        self.host = Weighted(data.HOSTS)
        self.answer = Weighted(data.ANSWERS)
        self.source = Weighted(
            [((source, ""), weight) for source, weight in data.SOURCES]
            + [((source, query), weight) for source, query, weight in data.ALWAYS]
        )
        self.campaign = Weighted([((source, query), weight) for source, query, weight in data.CAMPAIGN])
        self.news = Weighted([((source, ""), weight) for source, weight in data.NEWS_SITES])
        self.landing = Weighted(data.LANDINGS)
        self.moves = {page: Weighted(moves) for page, moves in data.MOVES.items()}
        self.otherwise = Weighted(data.OTHERWISE)
        self.hour = Weighted(list(enumerate(data.HOURS)))
        self.wrong = Weighted(data.WRONG_PATHS)
        self.outbound = Weighted(data.OUTBOUND)
        self.terms = {language: Weighted(terms) for language, terms in data.TERMS.items()}


class Visitor:
    """Who sits at the other end, as far as requests show it.

    `asked` while the banner is there; `person` once the visitor has agreed to be measured.
    """

    def __init__(self, rng: random.Random, draws: Draws) -> None:
        country = draws.country.draw(rng)
        browser = draws.browser.draw(rng)
        tags = draws.languages.get(country.code, draws.english)
        accept_language = tags.draw(rng)
        self.language = preferred_language(accept_language)
        self.asked = False
        self.person: Person | None = None
        self.common: dict[str, Any] = {
            "user_agent": browser.user_agent,
            "accept_language": accept_language,
            "address": country.address(rng),
            "host": draws.host.draw(rng),
            "secure": True,
        }

    @property
    def origin(self) -> str:
        """The site as this visitor reaches it."""
        return f"https://{self.common['host']}"


class Visitors:
    """All visitors so far of whom some come back."""

    def __init__(self, rng: random.Random, draws: Draws) -> None:
        self._rng = rng
        self._draws = draws
        self._known: list[Visitor] = []

    def next(self) -> Visitor:
        """Who comes now."""
        chance = self._rng.random()
        if NEWCOMERS <= chance < NEWCOMERS + MEASURED and self._known:
            return self._rng.choice(self._known)
        visitor = Visitor(self._rng, self._draws)
        visitor.asked = chance < NEWCOMERS + MEASURED
        return visitor

    def answered(self, visitor: Visitor, answer: str) -> None:
        """Note an answer to the banner; of those who choose, most let their visits be measured."""
        visitor.asked = False
        if answer == "accepted" or (answer == "chosen" and self._rng.random() < 0.7):
            visitor.person = Person()
            if len(self._known) < KNOWN:
                self._known.append(visitor)
            else:
                self._known[self._rng.randrange(KNOWN)] = visitor

    def withdrew(self, visitor: Visitor) -> None:
        """Note that somebody took the consent back."""
        visitor.person = None
        if visitor in self._known:
            self._known.remove(visitor)
