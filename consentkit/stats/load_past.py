"""The load of the past: the same as `settle` makes of it, without a cell for each second.

A request is one number: its bytes, the bucket of its time, its class of status.
"""

from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import gt, itemgetter

from consentkit.stats.kinds import Rows
from consentkit.stats.load import (
    ALL_ROUTES,
    BUSIEST,
    BYTES,
    DAY,
    HOUR,
    MAX_BYTES,
    MAX_ROUTES,
    MINUTE,
    OTHER_ROUTES,
    REQUESTS,
    SECOND,
    SERVED,
    STATUS,
    TOOK,
    LoadCell,
    LoadSeries,
    bucket_of,
    time_text,
)
from consentkit.stats.settling import Figures, add_figures, cells_of, fewer, no_times, settle_times, staying

CLASS_BITS, BUCKET_BITS = 3, 9
MANNER_BITS = CLASS_BITS + BUCKET_BITS
MANNER = (1 << MANNER_BITS) - 1
"""Class of status and bucket of time, 0 for no time, else the bucket and one."""

NEVER = 1 << 60
"""Seconds."""

ByRoute = defaultdict[str, list[int]]


class Hour:
    """How requests of an hour were served, and their routes; `told` of them in minutes that had enough."""

    __slots__ = ("numbers", "routes", "told")

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.routes: list[str] = []
        self.told: Figures = {}

    def untold(self) -> Figures:
        """Of the requests that no minute tells."""
        figures = figures_of(self.numbers)
        return {metric: less for metric, count in figures.items() if (less := count - self.told.get(metric, 0))}


class PastLoad:
    """Holds the load of the minutes that have not left, and of hours and days what waits on."""

    def __init__(self) -> None:
        # Of the requests of minutes that have not left; as arrays a quarter of what lists of numbers take.
        self._whens = array("q")
        self._numbers = array("q")
        self._routes: list[str] = []
        self._hours: defaultdict[int, Hour] = defaultdict(Hour)
        self._days: defaultdict[int, ByRoute] = defaultdict(_by_route)
        # What hours and days have left over for all routes, and days for others, see `settle_times`.
        self._times = no_times()

    def extend(self, rows: Rows) -> int:
        """Add the load of requests; returns their bytes."""
        sizes = rows.sizes
        if sizes and not 0 <= min(sizes) <= max(sizes) <= MAX_BYTES:
            sizes = [min(max(size, 0), MAX_BYTES) for size in sizes]
        manners = [kind.status // 100 for kind in rows.kinds]
        if any(took is not None for took in rows.took):
            times = [0 if took is None else bucket_of(took) + 1 for took in rows.took]
            manners = [manner | time << CLASS_BITS for manner, time in zip(manners, times, strict=True)]
        self._whens.extend(rows.whens)
        self._numbers.extend([size << MANNER_BITS | manner for size, manner in zip(sizes, manners, strict=True)])
        self._routes += [kind.route for kind in rows.kinds]
        return sum(sizes)

    def settle(self, *, over: int, threshold: int) -> LoadSeries:
        """What may leave at the beginning of a UTC minute, `over`; the rest waits on."""
        leaves: LoadSeries = defaultdict(dict)
        whens, numbers, routes = self._take_before(over * 60)
        requests = Counter([when // 60 for when in whens])
        if requests:
            begins = [_minute_text(minute) for minute in requests]
            leaves[ALL_ROUTES, REQUESTS] = dict(zip(begins, requests.values(), strict=True))
            leaves[ALL_ROUTES, BUSIEST] = dict(zip(begins, _busiest(whens, requests), strict=True))
        for minute, count in requests.items():
            if count >= threshold:
                place = bisect_left(whens, minute * 60)
                figures = figures_of(numbers[place : place + count])
                add_figures(self._hours[minute // 60].told, figures)
                _put(leaves, _minute_text(minute), ALL_ROUTES, figures)
        self._add_hours(whens, numbers, routes)
        for hour in [hour for hour in self._hours if (hour + 1) * 60 <= over]:
            self._settle_hour(hour, threshold, leaves)
        self._settle_days(over, threshold, leaves)
        return dict(leaves)

    def remainder(self) -> Counter[LoadCell]:
        """What waits still, handed over to the private store."""
        whens, numbers, routes = self._take_before(NEVER)
        self._add_hours(whens, numbers, routes)
        for minute, some in _cut(whens, 60):
            self._times[_minute_text(minute)][ALL_ROUTES] = figures = figures_of(numbers[some])
            add_figures(self._hours[minute // 60].told, figures)
        for time, hour in self._hours.items():
            by_route = _by_route()
            for route, number in zip(_bounded(hour.routes), hour.numbers, strict=True):
                by_route[route].append(number)
            held = self._times[_hour_text(time)]
            held.update({route: figures_of(some) for route, some in by_route.items()})
            held[ALL_ROUTES] = hour.untold()
        for day in self._days:
            self._add_day(day, 0)
        cells = Counter(dict(cells_of(self._times)))
        for second, count in Counter(whens).items():
            cells[LoadCell(time_text(second, SECOND), ALL_ROUTES, REQUESTS)] = count
        return cells

    def _take_before(self, end: int) -> tuple[Sequence[int], Sequence[int], Sequence[str]]:
        """When requests came before a second, in order, how they were served and their routes; the others stay."""
        whens, numbers, routes = self._whens, self._numbers, self._routes
        if any(map(gt, whens, islice(whens, 1, None))):
            order = sorted(range(len(whens)), key=whens.__getitem__)
            whens, numbers = (array("q", [column[place] for place in order]) for column in (whens, numbers))
            routes = [routes[place] for place in order]
        place = bisect_left(whens, end)
        self._whens, self._numbers, self._routes = whens[place:], numbers[place:], routes[place:]
        return whens[:place], numbers[:place], routes[:place]

    def _add_hours(self, whens: Sequence[int], numbers: Sequence[int], routes: Sequence[str]) -> None:
        for time, some in _cut(whens, 3600):
            hour = self._hours[time]
            hour.numbers += numbers[some]
            hour.routes += routes[some]

    def _settle_hour(self, time: int, threshold: int, leaves: LoadSeries) -> None:
        """What an hour that is over leaves waits with its day; a route keeps its requests apart: most have few."""
        hour, days, begin = self._hours.pop(time), self._days[time // 24], _hour_text(time)
        untold = hour.untold()
        few = fewer(untold, threshold)
        if few:
            add_figures(self._times[_day_text(time // 24)][ALL_ROUTES], untold)
        else:
            _put(leaves, begin, ALL_ROUTES, untold)
        routes = _bounded(hour.routes)
        stays = staying(Counter(routes), few, threshold=threshold)
        leaving = _by_route()
        for route, number in zip(routes, hour.numbers, strict=True):
            (days if route in stays else leaving)[route].append(number)
        for route, numbers in leaving.items():
            _put(leaves, begin, route, figures_of(numbers))

    def _settle_days(self, over: int, threshold: int, leaves: LoadSeries) -> None:
        for day in [day for day in self._days if (day + 1) * 1440 <= over]:
            self._add_day(day, threshold)
            del self._days[day]
        running = time_text(over * 60, MINUTE)
        for begin, routes in settle_times(self._times, running=running, threshold=threshold).items():
            for route, figures in routes.items():
                _put(leaves, begin, route, figures)

    def _add_day(self, day: int, threshold: int) -> None:
        """Put the requests of a day's routes to its figures; routes that have too few are `(other)`, as at its end."""
        held, others = self._times[_day_text(day)], list[int]()
        for route, numbers in self._days[day].items():
            if len(numbers) < threshold:
                others += numbers
            else:
                add_figures(held[route], figures_of(numbers))
        if others:
            add_figures(held[OTHER_ROUTES], figures_of(others))


def figures_of(numbers: Sequence[int]) -> Figures:
    """How requests were served."""
    figures: Figures = {SERVED: len(numbers)}
    left = 0
    for manner, count in Counter([number & MANNER for number in numbers]).items():
        left += manner * count
        time, status_class = divmod(manner, 1 << CLASS_BITS)
        status = f"{STATUS}{status_class}xx"
        figures[status] = figures.get(status, 0) + count
        if time:
            took = f"{TOOK}{time - 1}"
            figures[took] = figures.get(took, 0) + count
    if sent := (sum(numbers) - left) >> MANNER_BITS:
        figures[BYTES] = sent
    return figures


def _put(series: LoadSeries, begin: str, route: str, figures: Mapping[str, int]) -> None:
    for metric, count in figures.items():
        series[route, metric][begin] = count


def _day_text(day: int) -> str:
    return time_text(day * 86_400, DAY)


def _hour_text(hour: int) -> str:
    return time_text(hour * 3600, HOUR)


def _minute_text(minute: int) -> str:
    # Begun as its hour is: that takes a tenth of the time of a text of its own.
    return f"{_hour_text(minute // 60)[:-1]}:{minute % 60:02}Z"


def _busiest(whens: Sequence[int], minutes: Iterable[int]) -> Iterable[int]:
    """The requests of the busiest second of each minute, of those in which some came."""
    busiest = dict.fromkeys(minutes, 1)
    several = [one for one in Counter(whens).items() if one[1] > 1]
    # The busiest last, so that it is the one that stays.
    several.sort(key=itemgetter(1))
    busiest.update([(second // 60, count) for second, count in several])
    return busiest.values()


def _cut(whens: Sequence[int], length: int) -> Iterator[tuple[int, slice]]:
    """The times of so many seconds in which something came, by number, each with the places of what came."""
    begin = 0
    while begin < len(whens):
        time = whens[begin] // length
        end = bisect_left(whens, (time + 1) * length, begin)
        yield time, slice(begin, end)
        begin = end


def _bounded(routes: Sequence[str]) -> Sequence[str]:
    """The routes of an hour under the names that they are counted by: those that came first, within the bound."""
    distinct = dict.fromkeys(routes)
    if len(distinct) <= MAX_ROUTES and all(map(str.isprintable, distinct)):
        return routes
    named = dict.fromkeys(islice(filter(str.isprintable, distinct), MAX_ROUTES))
    return [route if route in named else OTHER_ROUTES for route in routes]


def _by_route() -> ByRoute:
    return defaultdict(list)
