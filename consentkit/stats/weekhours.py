"""When in the week the server is busy: requests by weekday and hour of the site's time zone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from consentkit.stats.load import REQUESTS
from consentkit.stats.spans import HOUR, spans_of
from consentkit.stats.stores import SinkReader

WEEKDAYS, HOURS = 7, 24


@dataclass(frozen=True, slots=True)
class WeekHours:
    """Requests an hour on average, by weekday (Monday is 0) and hour; None for hours that have not been."""

    means: tuple[tuple[float | None, ...], ...]

    @property
    def highest(self) -> tuple[int, int] | None:
        """The weekday and hour with the most requests; None where there were none."""
        places = [(day, hour) for day in range(WEEKDAYS) for hour in range(HOURS) if self.means[day][hour]]
        return max(places, key=lambda place: self.means[place[0]][place[1]] or 0.0, default=None)


def read_weekhours(reader: SinkReader, first: date, last: date, timezone: ZoneInfo, until: datetime) -> WeekHours:
    """The hours of the days from `first` to `last` that began before `until`.

    An hour that the clock skips or repeats counts as often as it was: in Amsterdam the last Sunday of October has two
    hours of 2 o'clock, the last one of March none.
    """
    spans = spans_of(HOUR, first, last, timezone, until)
    found = reader.load_sums([(span.begin, span.until) for span in spans], metric=REQUESTS)
    return _means([span.start for span in spans], {place: amount for place, _, _, amount in found})


def _means(starts: Sequence[datetime], counted: Mapping[int, int]) -> WeekHours:
    sums = [[0] * HOURS for _ in range(WEEKDAYS)]
    times = [[0] * HOURS for _ in range(WEEKDAYS)]
    for number, start in enumerate(starts):
        sums[start.weekday()][start.hour] += counted.get(number, 0)
        times[start.weekday()][start.hour] += 1
    return WeekHours(
        tuple(
            tuple(sums[day][hour] / times[day][hour] if times[day][hour] else None for hour in range(HOURS))
            for day in range(WEEKDAYS)
        )
    )
