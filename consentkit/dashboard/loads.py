"""The load of the last hours of a period: requests per hour, the busiest minute, the share of errors."""

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from consentkit.dashboard.periods import Period
from consentkit.stats.load import BYTES, MINUTE, REQUESTS, TOOK, quantile
from consentkit.stats.model import Gap
from consentkit.stats.stores import SinkReader
from consentkit.stats.stores.protocol import LoadSum

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
    count = int((end - start).total_seconds() // 3600)
    starts = [start + dt.timedelta(hours=number) for number in range(count + 1)]
    stretches = [(_minute(begin), _minute(after)) for begin, after in itertools.pairwise(starts)]
    sums = reader.load_sums(stretches)
    highest = reader.highest_load(REQUESTS, stretches[0][0], stretches[-1][1])
    return _summed(sums, [begin.astimezone(timezone) for begin in starts[:-1]], highest)


def _minute(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M")


def _summed(sums: Iterable[LoadSum], starts: Sequence[dt.datetime], highest: tuple[str, int] | None) -> Load:
    requests, errors, sent = [0] * len(starts), [0] * len(starts), 0
    took: Counter[int] = Counter()
    for place, _, metric, number in sums:
        if metric == REQUESTS:
            requests[place] += number
        elif metric == "status_5xx":
            errors[place] += number
        elif metric == BYTES:
            sent += number
        elif metric.startswith(TOOK):
            took[int(metric.removeprefix(TOOK))] += number
    hours = tuple(Hour(*figures) for figures in zip(starts, requests, errors, strict=True))
    busiest = None
    if highest is not None and len(highest[0]) == MINUTE + 1:
        busiest = dt.datetime.fromisoformat(highest[0]).astimezone(starts[0].tzinfo), highest[1]
    found = [quantile(took, share) for share in QUANTILES]
    times = tuple(value for value in found if value is not None)
    return Load(hours, busiest, sum(requests), sum(errors), sent, times)
