"""The load of the past: the same as `settle` makes of it minute after minute, without a cell for each second.

A request is one number: its bytes, the bucket of its time, its class of status.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

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

CLASS_BITS, BUCKET_BITS = 3, 9
MANNER_BITS = CLASS_BITS + BUCKET_BITS
MANNER = (1 << MANNER_BITS) - 1
"""Class of status and bucket of time, 0 for no time, else the bucket and one."""

ByRoute = defaultdict[str, list[int]]


class PastLoad:
    """Holds the load of the minutes that have not left, and of hours and days what waits on."""

    def __init__(self) -> None:
        self._seconds: Counter[int] = Counter()
        self._seconds_in_order: list[int] = []
        self._minutes: defaultdict[int, list[int]] = defaultdict(list)
        self._minutes_in_order: list[int] = []
        self._hours: defaultdict[int, ByRoute] = defaultdict(_by_route)
        self._days: defaultdict[int, ByRoute] = defaultdict(_by_route)

    def extend(self, rows: Rows) -> int:
        """Add the load of requests; returns their bytes."""
        self._seconds.update(rows.whens)
        sizes = rows.sizes
        if sizes and not 0 <= min(sizes) <= max(sizes) <= MAX_BYTES:
            sizes = [min(max(size, 0), MAX_BYTES) for size in sizes]
        manners = [kind.status // 100 for kind in rows.kinds]
        if any(took is not None for took in rows.took):
            times = [0 if took is None else bucket_of(took) + 1 for took in rows.took]
            manners = [manner | time << CLASS_BITS for manner, time in zip(manners, times, strict=True)]
        minutes, hours = self._minutes, self._hours
        begin = end = 0
        for kind, when, size, manner in zip(rows.kinds, rows.whens, sizes, manners, strict=True):
            if not begin <= when < end:
                begin = when - when % 60
                end = begin + 60
                add, routes = minutes[begin // 60].append, hours[begin // 3600]
            number = size << MANNER_BITS | manner
            add(number)
            routes[kind.route].append(number)
        return sum(sizes)

    def settle(self, *, over: int, threshold: int) -> Counter[LoadCell]:
        """What may leave at the beginning of a UTC minute, `over`; the rest waits on."""
        leaves: Counter[LoadCell] = Counter()
        busiest = self._busiest_before(over)
        for minute in _take_before(over, self._minutes_in_order, self._minutes):
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
            for route, numbers in _bounded(self._hours.pop(hour)).items():
                if len(numbers) >= threshold:
                    put_figures(leaves, (time_text(hour * 3600, HOUR), route), figures_of(numbers))
                else:
                    self._days[hour // 24][route] += numbers
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
        busiest: dict[int, int] = {}
        for second in _take_before(over * 60, self._seconds_in_order, self._seconds):
            count = self._seconds.pop(second)
            if count > busiest.get(second // 60, 0):
                busiest[second // 60] = count
        return busiest

    def _settle_days(self, over: int, threshold: int, leaves: Counter[LoadCell]) -> None:
        """What a day that is over leaves waits with the next, of routes as `(other)`."""
        while self._days and (day := min(self._days)) * 1440 + 1440 <= over:
            routes = self._days.pop(day)
            for route in [
                *(route for route in routes if route not in (ALL_ROUTES, OTHER_ROUTES)),
                OTHER_ROUTES,
                ALL_ROUTES,
            ]:
                numbers = routes.get(route)
                if not numbers:
                    continue
                if len(numbers) >= threshold:
                    put_figures(leaves, (time_text(day * 86_400, DAY), route), figures_of(numbers))
                elif route in (ALL_ROUTES, OTHER_ROUTES):
                    self._days[day + 1][route] += numbers
                else:
                    routes[OTHER_ROUTES] += numbers

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


def _take_before(end: int, in_order: list[int], held: Collection[int]) -> list[int]:
    """The times before one of all that are held, in order; they are to be taken out of what is held as well."""
    if len(in_order) != len(held):  # some were added
        in_order[:] = sorted(held)
    some = in_order[: bisect_left(in_order, end)]
    del in_order[: len(some)]
    return some


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
