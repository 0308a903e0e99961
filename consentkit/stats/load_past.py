"""The load of the past: the same as `settle` makes of it minute after minute, without a cell for each second."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

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
    Groups,
    LoadCell,
    add_figures,
    bucket_of,
    put_figures,
    settle_groups,
    time_text,
)

STATUS_CLASSES = 8
"""More than there are, so that a time and a status class make one number."""


class PastLoad:
    """Holds the load of the minutes that have not left, and of hours and days what waits on."""

    def __init__(self) -> None:
        self._seconds: Counter[int] = Counter()
        self._minutes: defaultdict[int, list[int]] = defaultdict(list)
        """The bytes of each request by minute and status class."""
        self._hours: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
        """The same by hour and status class, and route."""
        self._took: Counter[tuple[int, int]] = Counter()
        """Requests by minute and bucket of time."""
        self._took_by_route: Counter[tuple[int, str, int]] = Counter()
        """The same by hour and route."""
        self._waiting: Counter[LoadCell] = Counter()

    def extend(self, rows: Rows) -> int:
        """Add the load of requests; returns their bytes."""
        self._seconds.update(rows.whens)
        sizes = rows.sizes
        if sizes and not 0 <= min(sizes) <= max(sizes) <= MAX_BYTES:
            sizes = [min(max(size, 0), MAX_BYTES) for size in sizes]
        minutes, hours = self._minutes, self._hours
        for kind, when, size in zip(rows.kinds, rows.whens, sizes, strict=True):
            status_class = kind.status // 100
            minutes[when // 60 * STATUS_CLASSES + status_class].append(size)
            hours[when // 3600 * STATUS_CLASSES + status_class, kind.route].append(size)
        for kind, when, took in zip(rows.kinds, rows.whens, rows.took, strict=bool(rows.took)):
            if took is not None:
                bucket = bucket_of(took)
                self._took[when // 60, bucket] += 1
                self._took_by_route[when // 3600, kind.route, bucket] += 1
        return sum(sizes)

    def settle(self, *, over: int, threshold: int) -> Counter[LoadCell]:
        """What may leave at the beginning of a UTC minute, `over`; the rest waits on."""
        groups = self._by_hours()
        minutes: Counter[LoadCell] = Counter()
        for minute, (requests, busiest, figures) in self._minutes_before(over).items():
            begin = time_text(minute * 60, MINUTE)
            minutes[LoadCell(begin, ALL_ROUTES, REQUESTS)] = requests
            minutes[LoadCell(begin, ALL_ROUTES, BUSIEST)] = busiest
            if figures[SERVED] >= threshold:
                put_figures(minutes, (begin, ALL_ROUTES), figures)
            else:
                add_figures(groups, (time_text(minute * 60, HOUR), ALL_ROUTES), figures)
        running = time_text(over * 60, MINUTE)
        leaves, self._waiting = settle_groups(groups, running=running, threshold=threshold)
        leaves.update(minutes)
        return leaves

    def remainder(self) -> Counter[LoadCell]:
        """What waits still, handed over to the private store."""
        seconds = self._seconds.copy()
        groups = self._by_hours()
        for minute, (_, _, figures) in self._minutes_before(max(seconds, default=0) // 60 + 1).items():
            add_figures(groups, (time_text(minute * 60, MINUTE), ALL_ROUTES), figures)
        cells: Counter[LoadCell] = Counter()
        for group, figures in groups.items():
            put_figures(cells, group, figures)
        for second, count in seconds.items():
            cells[LoadCell(time_text(second, SECOND), ALL_ROUTES, REQUESTS)] = count
        return cells

    def _minutes_before(self, over: int) -> dict[int, tuple[int, int, dict[str, int]]]:
        """The minutes before one, used up: their requests, those of the busiest second, how they were served."""
        requests: Counter[int] = Counter()
        busiest: dict[int, int] = {}
        for second in [second for second in self._seconds if second < over * 60]:
            count, minute = self._seconds.pop(second), second // 60
            requests[minute] += count
            busiest[minute] = max(busiest.get(minute, 0), count)
        served: dict[int, dict[str, int]] = {minute: {SERVED: count, BYTES: 0} for minute, count in requests.items()}
        for number in [number for number in self._minutes if number < over * STATUS_CLASSES]:
            minute, status_class = divmod(number, STATUS_CLASSES)
            sizes, figures = self._minutes.pop(number), served[minute]
            figures[BYTES] += sum(sizes)
            figures[f"{STATUS}{status_class}xx"] = len(sizes)
        for minute, bucket in [key for key in self._took if key[0] < over]:
            served[minute][f"{TOOK}{bucket}"] = self._took.pop((minute, bucket))
        return {minute: (count, busiest[minute], served[minute]) for minute, count in requests.items()}

    def _by_hours(self) -> Groups:
        """How requests were served, by hour and route, and what waits of days."""
        groups: Groups = {}
        for cell, count in self._waiting.items():
            groups.setdefault((cell.begin, cell.route), {})[cell.metric] = count
        routes = _bounded((number // STATUS_CLASSES, route) for number, route in self._hours)
        for (number, route), sizes in self._hours.items():
            hour, status_class = divmod(number, STATUS_CLASSES)
            add_figures(groups, (time_text(hour * 3600, HOUR), routes[hour, route]), _served(status_class, sizes))
        for (hour, route, bucket), count in self._took_by_route.items():
            add_figures(groups, (time_text(hour * 3600, HOUR), routes[hour, route]), {f"{TOOK}{bucket}": count})
        self._hours.clear()
        self._took_by_route.clear()
        return groups


def _served(status_class: int, sizes: Sequence[int]) -> dict[str, int]:
    return {SERVED: len(sizes), BYTES: sum(sizes), f"{STATUS}{status_class}xx": len(sizes)}


def _bounded(places: Iterable[tuple[int, str]]) -> dict[tuple[int, str], str]:
    """The routes of each hour under the names that they are counted by: those that came first, within the bound."""
    named: dict[tuple[int, str], str] = {}
    held: Counter[int] = Counter()
    for place in places:
        if place not in named:
            hour, route = place
            within = held[hour] < MAX_ROUTES and route.isprintable()
            named[place] = route if within else OTHER_ROUTES
            held[hour] += within
    return named
