"""The load of the past: the same as `settle` makes of it, without a cell for each second.

A request is one number: its bytes, the bucket of its time, its class of status.
"""

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

ByRoute = defaultdict[str, list[int]]


class PastLoad:
    """Holds the load of the minutes that have not left, and of hours and days what waits on."""

    def __init__(self) -> None:
        self._seconds: Counter[int] = Counter()
        self._minutes: defaultdict[int, list[int]] = defaultdict(list)
        self._hours: defaultdict[int, ByRoute] = defaultdict(_by_route)
        self._days: defaultdict[int, ByRoute] = defaultdict(_by_route)

    def extend(self, rows: Rows) -> int:
        """Add the load of requests; returns their bytes."""
        if any(map(gt, rows.whens, islice(rows.whens, 1, None))):
            rows = rows.of_places(sorted(range(len(rows)), key=rows.whens.__getitem__))
        whens, sizes = rows.whens, rows.sizes
        self._seconds.update(whens)
        if sizes and not 0 <= min(sizes) <= max(sizes) <= MAX_BYTES:
            sizes = [min(max(size, 0), MAX_BYTES) for size in sizes]
        manners = [kind.status // 100 for kind in rows.kinds]
        if any(took is not None for took in rows.took):
            times = [0 if took is None else bucket_of(took) + 1 for took in rows.took]
            manners = [manner | time << CLASS_BITS for manner, time in zip(manners, times, strict=True)]
        numbers = [size << MANNER_BITS | manner for size, manner in zip(sizes, manners, strict=True)]
        for minute, some in _cut(whens, 60):
            self._minutes[minute] += numbers[some]
        for hour, some in _cut(whens, 3600):
            routes = self._hours[hour]
            for kind, number in zip(rows.kinds[some], numbers[some], strict=True):
                routes[kind.route].append(number)
        return sum(sizes)

    def settle(self, *, over: int, threshold: int) -> Counter[LoadCell]:
        """What may leave at the beginning of a UTC minute, `over`; the rest waits on."""
        leaves: Counter[LoadCell] = Counter()
        busiest = self._busiest_before(over)
        for minute in sorted(minute for minute in self._minutes if minute < over):
            numbers = self._minutes.pop(minute)
            # Begun as its hour is: that takes a tenth of the time of a text of its own.
            begin = f"{time_text(minute // 60 * 3600, HOUR)[:-1]}:{minute % 60:02}Z"
            leaves[LoadCell(begin, ALL_ROUTES, REQUESTS)] = len(numbers)
            leaves[LoadCell(begin, ALL_ROUTES, BUSIEST)] = busiest[minute]
            if len(numbers) >= threshold:
                put_figures(leaves, (begin, ALL_ROUTES), figures_of(numbers))
            else:
                self._hours[minute // 60][ALL_ROUTES] += numbers
        for hour in [hour for hour in self._hours if (hour + 1) * 60 <= over]:
            routes = _bounded(self._hours.pop(hour))
            untold = _fewer(routes.get(ALL_ROUTES, ()), threshold)
            stays = staying(_served(routes), untold, threshold=threshold)
            for route, numbers in routes.items():
                if untold if route == ALL_ROUTES else route in stays:
                    self._days[hour // 24][route] += numbers
                else:
                    put_figures(leaves, (time_text(hour * 3600, HOUR), route), figures_of(numbers))
        self._settle_days(over, threshold, leaves)
        return leaves

    def remainder(self) -> Counter[LoadCell]:
        """What waits still, handed over to the private store."""
        cells: Counter[LoadCell] = Counter()
        for length, begin, route, numbers in self._waiting():
            put_figures(cells, (time_text(begin, length), route), figures_of(numbers))
        for second, count in self._seconds.items():
            cells[LoadCell(time_text(second, SECOND), ALL_ROUTES, REQUESTS)] = count
        return cells

    def _busiest_before(self, over: int) -> dict[int, int]:
        """The requests of the busiest second of each minute before one; its seconds are used up."""
        seconds = self._seconds
        self._seconds = Counter({second: count for second, count in seconds.items() if second >= over * 60})
        # The busiest last, so that it is the one that stays.
        in_order = sorted(seconds.items(), key=itemgetter(1))
        return {second // 60: count for second, count in in_order}

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
        """The requests of which it waits how they were served: length and begin of their time, route, numbers."""
        for minute, numbers in self._minutes.items():
            yield MINUTE, minute * 60, ALL_ROUTES, numbers
        for hour, routes in self._hours.items():
            yield from ((HOUR, hour * 3600, route, numbers) for route, numbers in _bounded(routes).items())
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


def _cut(whens: Sequence[int], length: int) -> Iterator[tuple[int, slice]]:
    """The times of so many seconds in which something came, by number, each with the places of what came."""
    begin = 0
    while begin < len(whens):
        time = whens[begin] // length
        end = bisect_left(whens, (time + 1) * length, begin)
        yield time, slice(begin, end)
        begin = end


def _bounded(routes: ByRoute) -> Mapping[str, list[int]]:
    """The routes of an hour under the names that they are counted by: those that came first, within the bound."""
    if len(routes) <= MAX_ROUTES and all(map(str.isprintable, routes)):
        return routes
    named = _by_route()
    left = MAX_ROUTES
    for route, numbers in routes.items():
        within = route == ALL_ROUTES or (left > 0 and route.isprintable())
        left -= within and route != ALL_ROUTES
        named[route if within else OTHER_ROUTES] += numbers
    return named


def _by_route() -> ByRoute:
    return defaultdict(list)
