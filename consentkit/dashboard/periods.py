"""The period that a page shows: from the address, and back into it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from consentkit.stats.months import month_end

CHOICES: Mapping[str, str] = {
    **{"today": "d", "yesterday": "e", "7d": "w", "28d": "f", "91d": "n"},
    **{"month": "m", "last-month": "l", "year": "y"},
}
"""The periods by name, each with the key that chooses it."""
DEFAULT = "28d"
DAYS = {"7d": 7, "28d": 28, "91d": 91, "year": 365}
COMPARISONS = ("previous", "year", "none")
"""What a period may be compared with: the period before it, the same weekdays a year before, nothing."""
YEAR = dt.timedelta(days=364)
"""52 weeks, so that each day is compared with one of the same weekday."""
LONGEST = 800
"""Days; a little more than the 25 months that counts may be kept."""
EARLIEST = dt.date(2000, 1, 1)
"""No figures are older; steps back from here stay within the calendar."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included; `choice` is one of CHOICES or `own`."""

    choice: str
    first: dt.date
    last: dt.date
    today: dt.date

    @property
    def length(self) -> int:
        """The number of days."""
        return (self.last - self.first).days + 1

    @property
    def running(self) -> bool:
        """Whether today, which is not over, is in it."""
        return self.first <= self.today <= self.last

    def finished(self) -> "Period | None":
        """Without today, which is not over; None where nothing is left."""
        last = min(self.last, self.today - dt.timedelta(days=1))
        return Period(self.choice, self.first, last, self.today) if last >= self.first else None

    def previous(self) -> "Period":
        """What it is compared with: as many days before, or the same days of the month before."""
        if self.choice in ("month", "last-month"):
            last_before = self.first - dt.timedelta(days=1)
            first = last_before.replace(day=1)
            whole = self.choice == "last-month" or self.length > last_before.day
            last = last_before if whole else first + dt.timedelta(days=self.length - 1)
            return Period("own", first, last, self.today)
        shift = dt.timedelta(days=self.length)
        return Period("own", self.first - shift, self.last - shift, self.today)

    def earlier(self) -> "Period":
        """One step back, for the arrow: the same number of days, or the whole month before."""
        if self.choice in ("month", "last-month"):
            return _month(self.first - dt.timedelta(days=1), self.today)
        return self.previous()

    def later(self) -> "Period | None":
        """One step on; None when that would begin after today."""
        first = self.last + dt.timedelta(days=1)
        if first > self.today:
            return None
        return Period("own", first, min(first + dt.timedelta(days=self.length - 1), self.today), self.today)

    def query(self) -> dict[str, str]:
        """The part of an address that says it."""
        if self.choice == "own":
            return {"from": self.first.isoformat(), "to": self.last.isoformat()}
        return {"period": self.choice}


def _month(day: dt.date, today: dt.date) -> Period:
    """The whole month that a day lies in."""
    return Period("own", day.replace(day=1), month_end(day), today)


def chosen(choice: str, today: dt.date) -> Period:
    """A period by its name; KeyError for a name that is none of CHOICES.

    Periods of n days end yesterday: today is not over, and would make every comparison look like a fall.
    """
    yesterday = today - dt.timedelta(days=1)
    if choice == "today":
        return Period(choice, today, today, today)
    if choice == "yesterday":
        return Period(choice, yesterday, yesterday, today)
    if choice == "month":
        return Period(choice, today.replace(day=1), today, today)
    if choice == "last-month":
        whole = _month(today.replace(day=1) - dt.timedelta(days=1), today)
        return Period(choice, whole.first, whole.last, today)
    return Period(choice, today - dt.timedelta(days=DAYS[choice]), yesterday, today)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The days `now` that are compared with those `before`: the period's own, without one that is not over."""

    now: Period
    before: Period

    @property
    def shift(self) -> dt.timedelta:
        """From a day of `before` to the day that it is compared with."""
        return self.now.first - self.before.first


def comparison(period: Period, wanted: str) -> Comparison | None:
    """What a period is compared with, `wanted` one of COMPARISONS; None for nothing, or where no day of it is over."""
    now = period.finished()
    if now is None or wanted == "none":
        return None
    if wanted == "year":
        return Comparison(now, Period("own", now.first - YEAR, now.last - YEAR, period.today))
    return Comparison(now, now.previous())


def last_days(count: int, last: dt.date, today: dt.date) -> Period:
    """So many days that end on a given one."""
    return Period("own", last - dt.timedelta(days=count - 1), last, today)


def from_query(query: Mapping[str, str], today: dt.date) -> Period | None:
    """The period that an address asks for; None when it asks for none or for one that cannot be understood.

    Dates the wrong way round are swapped, days to come are cut off, and more than LONGEST days are cut at the start.
    """
    choice = query.get("period", "")
    if choice in CHOICES:
        return chosen(choice, today)
    try:
        first, last = sorted(dt.date.fromisoformat(query.get(name, "")[:10]) for name in ("from", "to"))
    except ValueError:
        return None
    last = min(last, today)
    if last < EARLIEST:
        return None
    first = max(min(first, last), last - dt.timedelta(days=LONGEST - 1), EARLIEST)
    return Period("own", first, last, today)
