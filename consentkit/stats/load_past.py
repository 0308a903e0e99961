"""The load of the past: the same as `settle` makes of it, without a cell for each second.

A request is one number: its bytes, the bucket of its time, its class of status.
"""

from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from operator import gt, itemgetter

from consentkit.stats.kinds import Rows
from consentkit.stats.load import (
    ALL_ROUTES,
    BUSIEST,
    BYTES,
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
from consentkit.stats.settling import Figures, Routes, add_figures, cells_of, no_times, settle_times

CLASS_BITS, BUCKET_BITS = 3, 9
MANNER_BITS = CLASS_BITS + BUCKET_BITS
MANNER = (1 << MANNER_BITS) - 1
"""Class of status and bucket of time, 0 for no time, else the bucket and one."""

NEVER = 1 << 60
"""Seconds."""


class PastLoad:
    """Holds the load of the minutes that have not left, and of hours and days what waits on."""

    def __init__(self) -> None:
        # Of the requests of minutes that have not left; as arrays a quarter of what lists of numbers take.
        self._whens = array("q")
        self._numbers = array("q")
        self._routes: list[str] = []
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
        whens, numbers, routes = self._take_before(over * 60)
        leaves: LoadSeries = defaultdict(dict)
        told: defaultdict[int, Figures] = defaultdict(dict)
        requests = Counter([when // 60 for when in whens])
        if requests:
            begins = [_minute_text(minute) for minute in requests]
            busiest = _busiest(whens)
            leaves[ALL_ROUTES, REQUESTS] = dict(zip(begins, requests.values(), strict=True))
            leaves[ALL_ROUTES, BUSIEST] = {
                begin: busiest[minute] for begin, minute in zip(begins, requests, strict=True)
            }
        for minute, count in requests.items():
            if count >= threshold:
                place = bisect_left(whens, minute * 60)
                figures = figures_of(numbers[place : place + count])
                add_figures(told[minute // 60], figures)
                _put(leaves, _minute_text(minute), ALL_ROUTES, figures)
        for hour, of_all in self._add_hours(whens, numbers, routes).items():
            if untold := _less(of_all, told[hour]):
                add_figures(self._times[_hour_text(hour)][ALL_ROUTES], untold)
        running = time_text(over * 60, MINUTE)
        for begin, of_routes in settle_times(self._times, running=running, threshold=threshold).items():
            for route, figures in of_routes.items():
                _put(leaves, begin, route, figures)
        return dict(leaves)

    def remainder(self) -> Counter[LoadCell]:
        """What waits still, handed over to the private store."""
        whens, numbers, routes = self._take_before(NEVER)
        self._add_hours(whens, numbers, routes)
        for minute, some in _cut(whens, 60):
            self._times[_minute_text(minute)][ALL_ROUTES] = figures_of(numbers[some])
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

    def _add_hours(self, whens: Sequence[int], numbers: Sequence[int], routes: Sequence[str]) -> dict[int, Figures]:
        """Put requests to their hours, by route; returns the figures of all routes together of each hour."""
        hours: dict[int, Figures] = {}
        for hour, some in _cut(whens, 3600):
            held = self._times[_hour_text(hour)]
            by_route: defaultdict[str, list[int]] = defaultdict(list)
            for route, number in zip(_bounded(routes[some], held), numbers[some], strict=True):
                by_route[route].append(number)
            hours[hour] = {}
            for route, of_route in by_route.items():
                figures = figures_of(of_route)
                add_figures(held[route], figures)
                add_figures(hours[hour], figures)
        return hours


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


def _less(figures: Mapping[str, int], told: Mapping[str, int]) -> Figures:
    """The figures of the requests of a time of which they are not told by shorter times."""
    return {metric: less for metric, count in figures.items() if (less := count - told.get(metric, 0))}


def _put(series: LoadSeries, begin: str, route: str, figures: Mapping[str, int]) -> None:
    for metric, count in figures.items():
        series[route, metric][begin] = count


def _hour_text(hour: int) -> str:
    return time_text(hour * 3600, HOUR)


def _minute_text(minute: int) -> str:
    # Begun as its hour is: that takes a tenth of the time of a text of its own.
    return f"{_hour_text(minute // 60)[:-1]}:{minute % 60:02}Z"


def _busiest(whens: Sequence[int]) -> dict[int, int]:
    """The requests of the busiest second of each minute."""
    # The busiest last, so that it is the one that stays.
    in_order = sorted(Counter(whens).items(), key=itemgetter(1))
    return {second // 60: count for second, count in in_order}


def _cut(whens: Sequence[int], length: int) -> Iterator[tuple[int, slice]]:
    """The times of so many seconds in which something came, by number, each with the places of what came."""
    begin = 0
    while begin < len(whens):
        time = whens[begin] // length
        end = bisect_left(whens, (time + 1) * length, begin)
        yield time, slice(begin, end)
        begin = end


def _bounded(routes: Sequence[str], held: Routes) -> Sequence[str]:
    """The routes of an hour under the names that they are counted by: those that came first, within the bound."""
    distinct = dict.fromkeys((*held, *routes))
    if len(distinct) <= MAX_ROUTES and all(map(str.isprintable, distinct)):
        return routes
    named = dict.fromkeys(islice(filter(str.isprintable, distinct), MAX_ROUTES))
    return [route if route in named else OTHER_ROUTES for route in routes]
