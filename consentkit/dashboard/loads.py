"""The load of the last hours of a period: requests per hour, the busiest minute, the share of errors."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from consentkit.dashboard.periods import Period
from consentkit.stats.load import DAY, HOUR, MINUTE, TOOK, LoadCell, quantile
from consentkit.stats.model import Gap
from consentkit.stats.stores import SinkReader

HOURS = 48
HOURS_OF_ONE_DAY = 24
QUANTILES = (0.5, 0.95, 0.99)
RESTORED = "restored"
"""The reason of a gap in which nothing was lost but some may count twice."""


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour from `start` (in the site's time zone)."""

    start: dt.datetime
    requests: int
    errors: int


@dataclass(frozen=True, slots=True)
class Load:
    """`busiest` is the minute with the most requests and their number; `errors` are answers with status 5xx; `times`
    the milliseconds within which the shares QUANTILES of requests were answered, () where no time was told."""

    hours: tuple[Hour, ...]
    busiest: tuple[dt.datetime, int] | None
    requests: int
    errors: int
    bytes: int
    times: tuple[float, ...]

    @property
    def per_minute(self) -> float:
        """Requests a minute on average."""
        return self.requests / (len(self.hours) * 60) if self.hours else 0.0


@dataclass(frozen=True, slots=True)
class Lost:
    """A time (in the site's time zone) of which counts are missing, or `twice` around which some may be double."""

    begin: dt.datetime
    until: dt.datetime
    twice: bool


def read_lost(reader: SinkReader, period: Period, timezone: ZoneInfo) -> list[Lost]:
    """The times of a period of which the counts are not what they should be, the latest first."""
    gaps = reversed(reader.gaps(period.first, period.last))
    return [_lost(gap, timezone) for gap in gaps]


def _lost(gap: Gap, timezone: ZoneInfo) -> Lost:
    begin, until = (dt.datetime.fromisoformat(text).astimezone(timezone) for text in (gap.begin, gap.until))
    return Lost(begin, until, gap.reason == RESTORED)


def read_load(reader: SinkReader, period: Period, timezone: ZoneInfo, now: dt.datetime) -> Load:
    """The last 48 hours of a period, or the 24 of a single day, up to the hour that runs now."""
    midnight = dt.datetime.combine(period.last + dt.timedelta(days=1), dt.time(), timezone).astimezone(dt.UTC)
    running = now.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)
    end = min(midnight, running)
    start = end - dt.timedelta(hours=HOURS_OF_ONE_DAY if period.length == 1 else HOURS)
    rows = reader.load(_minute(start)[:HOUR], _minute(end - dt.timedelta(minutes=1)))
    return _summed(rows, start, end, timezone)


def _minute(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%MZ")


def _summed(rows: list[tuple[LoadCell, int]], start: dt.datetime, end: dt.datetime, timezone: ZoneInfo) -> Load:
    count = int((end - start).total_seconds() // 3600)
    requests, errors, sent = [0] * count, [0] * count, 0
    busiest: tuple[str, int] | None = None
    took: Counter[int] = Counter()
    for cell, number in rows:
        # What was kept by the hour stands at its beginning; what was kept by the day has no hour.
        if len(cell.begin) <= DAY + 1:
            continue
        hour = dt.datetime.fromisoformat(f"{cell.begin[:HOUR]}:00Z")
        place = int((hour - start).total_seconds() // 3600)
        if cell.metric == "requests":
            requests[place] += number
            if len(cell.begin) == MINUTE + 1 and (busiest is None or number > busiest[1]):
                busiest = (cell.begin, number)
        elif cell.metric == "status_5xx":
            errors[place] += number
        elif cell.metric == "bytes":
            sent += number
        elif cell.metric.startswith(TOOK):
            took[int(cell.metric.removeprefix(TOOK))] += number
    hours = tuple(
        Hour((start + dt.timedelta(hours=place)).astimezone(timezone), requests[place], errors[place])
        for place in range(count)
    )
    moment = (dt.datetime.fromisoformat(busiest[0]).astimezone(timezone), busiest[1]) if busiest else None
    found = [quantile(took, share) for share in QUANTILES]
    times = tuple(value for value in found if value is not None)
    return Load(hours, moment, sum(requests), sum(errors), sent, times)
