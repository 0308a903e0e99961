"""The figures of days and periods, and what the sink says about itself: values, without words and markup."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from consentkit.stats.about import counted_by, holds_sample, sample_of, threshold_of
from consentkit.stats.breakdowns import BREAKDOWNS, REQUESTS, VIEWS, VISITS
from consentkit.stats.classes import BOTS
from consentkit.stats.stores import SinkReader

"""The classes of requests that no person's browser made."""
CLASS = "class:"
"""Before the name of a class in the name of its total."""

FIGURES = ("views", "visits", "views_per_visit", "requests", "bots")
"""The headline figures, in this order."""
OF_VALUES = FIGURES[:2]
"""Those of them that every value of a breakdown has."""
OF_VISITS = FIGURES[:3]
"""Those that a value has which stands at all views of a visit."""
RATIOS = ("views_per_visit", "bots")


@dataclass(frozen=True, slots=True)
class Counts:
    """The totals of a day, a week or a whole period."""

    requests: int = 0
    views: int = 0
    visits: int = 0
    bots: int = 0

    @property
    def views_per_visit(self) -> float:
        """Views divided by visits; 0 without visits."""
        return self.views / self.visits if self.visits else 0.0

    @property
    def bots_share(self) -> float:
        """The share (0–1) of requests that bots made; 0 without requests."""
        return self.bots / self.requests if self.requests else 0.0

    def figure(self, name: str) -> float:
        """One of FIGURES; the share of bots in per cent."""
        if name == "bots":
            return self.bots_share * 100
        return float(getattr(self, name))

    @classmethod
    def of(cls, totals: Mapping[str, int]) -> "Counts":
        """From totals by metric."""
        bots = sum(totals.get(CLASS + name, 0) for name in BOTS)
        return cls(totals.get(REQUESTS, 0), totals.get(VIEWS, 0), totals.get(VISITS, 0), bots)

    @classmethod
    def sum(cls, counts: Iterable["Counts"]) -> "Counts":
        """All of them together."""
        found = list(counts)
        return cls(
            sum(one.requests for one in found),
            sum(one.views for one in found),
            sum(one.visits for one in found),
            sum(one.bots for one in found),
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """What the sink says about itself; `threshold` is None and `span` too before anything was published.

    Counts by value of the days before `monthly` are kept by whole months only. `breakdowns` are what is counted by now.
    """

    threshold: int | None
    sample: tuple[dt.date, dt.date] | None
    span: tuple[dt.date, dt.date] | None
    monthly: dt.date | None = None
    breakdowns: Collection[str] = tuple(BREAKDOWNS)

    def sampled(self, first: dt.date, last: dt.date) -> bool:
        """Whether any of the days holds sample data."""
        return holds_sample(self.sample, first, last)

    def cuts_month(self, first: dt.date, last: dt.date) -> bool:
        """Whether some days are a part of a month of which only the whole is known."""
        if self.monthly is None or first >= self.monthly:
            return False
        return first.day > 1 or (last < self.monthly and (last + dt.timedelta(days=1)).day > 1)


def read_facts(reader: SinkReader) -> Facts:
    """What the sink says about itself."""
    meta = reader.meta()
    return Facts(
        threshold=threshold_of(meta),
        sample=sample_of(meta),
        span=reader.span(),
        monthly=reader.by_month_before(),
        breakdowns=counted_by(meta),
    )
