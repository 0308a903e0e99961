"""How long published figures are kept: 25 months at most, as the French regulator advises (CNIL, 2020-092)."""

from dataclasses import dataclass
from datetime import date, timedelta

from consentkit.stats.stores import Sink

DAYS_BY_MINUTE = 31
"""How long load is kept by the minute; after that by the hour."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How long figures are kept: `months`, in whole calendar months before today's; by the day for `day_months`."""

    months: int
    day_months: int


def cutoff(today: date, months: int) -> date:
    """The first day that is kept: the first of the month `months` before today's."""
    years, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(years, month + 1, 1)


def retain(sink: Sink, today: date, kept: Kept) -> int:
    """Remove what is older than it may be, and keep what is older than some months by the month only.

    Returns how many days were removed; their sums stay, so that `verify` still balances. May be done as often as one
    likes, and again after an interruption. The sink's errors pass.
    """
    removed = sink.forget(cutoff(today, kept.months))
    sink.keep_months(cutoff(today, kept.day_months))
    sink.thin(today - timedelta(days=DAYS_BY_MINUTE))
    return removed
