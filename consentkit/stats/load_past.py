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
    bucket_of,
    put_figures,
    time_text,
)
from consentkit.stats.settling import staying

CLASS_BITS, BUCKET_BITS = 3, 9
MANNER_BITS = CLASS_BITS + BUCKET_BITS
MANNER = (1 << MANNER_BITS) - 1
"""Class of status and bucket of time, 0 for no time, else the bucket and one."""

NEVER = 1 << 60
"""Seconds."""

ByRoute = defaultdict[str, list[int]]


class Hour:
    """How requests of an hour were served: those of minutes that had too few, and all of them by their routes."""

    __slots__ = ("numbers", "routes", "thin")

    def __init__(self) -> None:
        self.thin: list[int] = []
        self.numbers: list[int] = []
        self.routes: list[str] = []


class PastLoad:
    """Holds the load of the minutes that have not left, and of hours and days what waits on."""

    def __init__(self) -> None:
        # Of the requests of minutes that have not left; as arrays a quarter of what lists of numbers take.
        self._whens = array("q")
        self._numbers = array("q")
        self._routes: list[str] = []
        self._hours: defaultdict[int, Hour] = defaultdict(Hour)
        self._days: defaultdict[int, ByRoute] = defaultdict(_by_route)

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

    def settle(self, *, over: int, threshold: int) -> Counter[LoadCell]:
        """What may leave at the beginning of a UTC minute, `over`; the rest waits on."""
        leaves: Counter[LoadCell] = Counter()
        whens, numbers, routes = self._take_before(over * 60)
        busiest = _busiest(whens)
        for minute, some in _cut(whens, 60):
            # Begun as its hour is: that takes a tenth of the time of a text of its own.
            begin = f"{time_text(minute // 60 * 3600, HOUR)[:-1]}:{minute % 60:02}Z"
            leaves[LoadCell(begin, ALL_ROUTES, REQUESTS)] = requests = some.stop - some.start
            leaves[LoadCell(begin, ALL_ROUTES, BUSIEST)] = busiest[minute]
            if requests >= threshold:
                put_figures(leaves, (begin, ALL_ROUTES), figures_of(numbers[some]))
            else:
                self._hours[minute // 60].thin += numbers[some]
        self._add_hours(whens, numbers, routes)
        for hour in [hour for hour in self._hours if (hour + 1) * 60 <= over]:
            self._settle_hour(hour, threshold, leaves)
        self._settle_days(over, threshold, leaves)
        return leaves

    def remainder(self) -> Counter[LoadCell]:
        """What waits still, handed over to the private store."""
        whens, numbers, routes = self._take_before(NEVER)
        self._add_hours(whens, numbers, routes)
        cells: Counter[LoadCell] = Counter()
        for minute, some in _cut(whens, 60):
            put_figures(cells, (time_text(minute * 60, MINUTE), ALL_ROUTES), figures_of(numbers[some]))
        for length, begin, route, waiting in self._waiting():
            put_figures(cells, (time_text(begin, length), route), figures_of(waiting))
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

    def _settle_hour(self, time: int, threshold: int, leaves: Counter[LoadCell]) -> None:
        """What an hour that is over leaves waits with its day."""
        hour, days, begin = self._hours.pop(time), self._days[time // 24], time_text(time * 3600, HOUR)
        untold = _fewer(hour.thin, threshold)
        if untold:
            days[ALL_ROUTES] += hour.thin
        elif hour.thin:
            put_figures(leaves, (begin, ALL_ROUTES), figures_of(hour.thin))
        routes = _bounded(hour.routes)
        stays = staying(Counter(routes), untold, threshold=threshold)
        leaving = _by_route()
        for route, number in zip(routes, hour.numbers, strict=True):
            (days if route in stays else leaving)[route].append(number)
        for route, numbers in leaving.items():
            put_figures(leaves, (begin, route), figures_of(numbers))

    def _settle_days(self, over: int, threshold: int, leaves: Counter[LoadCell]) -> None:
        """What a day that is over leaves waits with the next, of routes as `(other)`."""
        while self._days and (day := min(self._days)) * 1440 + 1440 <= over:
            routes = self._days.pop(day)
            untold = _fewer(routes.get(ALL_ROUTES, ()), threshold)
            _join_other(routes, [route for route, requests in _served(routes).items() if requests < threshold])
            stays = staying(_served(routes), untold, threshold=threshold)
            _join_other(routes, stays)
            others_stay = stays and (untold or _fewer(routes[OTHER_ROUTES], threshold))
            for route, numbers in routes.items():
                if untold if route == ALL_ROUTES else others_stay and route == OTHER_ROUTES:
                    self._days[day + 1][route] += numbers
                else:
                    put_figures(leaves, (time_text(day * 86_400, DAY), route), figures_of(numbers))

    def _waiting(self) -> Iterator[tuple[int, int, str, list[int]]]:
        """What waits of hours and days: length and begin of their time, route, how requests were served."""
        for time, hour in self._hours.items():
            by_route = _by_route()
            for route, number in zip(_bounded(hour.routes), hour.numbers, strict=True):
                by_route[route].append(number)
            if hour.thin:
                by_route[ALL_ROUTES] = hour.thin
            yield from ((HOUR, time * 3600, route, numbers) for route, numbers in by_route.items())
        for day, routes in self._days.items():
            yield from ((DAY, day * 86_400, route, numbers) for route, numbers in routes.items())


def figures_of(numbers: Sequence[int]) -> dict[str, int]:
    """How requests were served."""
    figures: dict[str, int] = {SERVED: len(numbers), BYTES: 0}
    left = 0
    for manner, count in Counter([number & MANNER for number in numbers]).items():
        left += manner * count
        time, status_class = divmod(manner, 1 << CLASS_BITS)
        status = f"{STATUS}{status_class}xx"
        figures[status] = figures.get(status, 0) + count
        if time:
            took = f"{TOOK}{time - 1}"
            figures[took] = figures.get(took, 0) + count
    figures[BYTES] = (sum(numbers) - left) >> MANNER_BITS
    return figures


def _served(routes: Mapping[str, list[int]]) -> dict[str, int]:
    """The requests of each route."""
    return {route: len(numbers) for route, numbers in routes.items() if route != ALL_ROUTES}


def _fewer(numbers: Sequence[int], threshold: int) -> int:
    """How many requests there are, if they are too few."""
    return len(numbers) if len(numbers) < threshold else 0


def _join_other(routes: ByRoute, some: Iterable[str]) -> None:
    """Put some routes to `(other)`."""
    for route in some:
        if route != OTHER_ROUTES:
            routes[OTHER_ROUTES] += routes.pop(route)


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


def _bounded(routes: Sequence[str]) -> Sequence[str]:
    """The routes of an hour under the names that they are counted by: those that came first, within the bound."""
    distinct = dict.fromkeys(routes)
    if len(distinct) <= MAX_ROUTES and all(map(str.isprintable, distinct)):
        return routes
    named = dict.fromkeys(islice(filter(str.isprintable, distinct), MAX_ROUTES))
    return [route if route in named else OTHER_ROUTES for route in routes]


def _by_route() -> ByRoute:
    return defaultdict(list)
