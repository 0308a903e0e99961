"""How long published figures are kept: 25 months at most, as the French regulator advises (CNIL, 2020-092)."""

from datetime import date

from consentkit.stats.stores import Sink

DAYS_BY_MINUTE = 31
"""How long load is kept by the minute; after that by the hour."""


def cutoff(today: date, months: int) -> date:
    """The first day that is kept: the first of the month `months` before today's."""
    years, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(years, month + 1, 1)


def forget(sink: Sink, before: date) -> int:
    """Remove the days before a date from the sink; returns how many.

    Their sums stay, so that `verify` still balances. The sink's errors pass.
    """
    return sink.forget(before)
