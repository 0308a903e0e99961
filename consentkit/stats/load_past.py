"""The load of a past whose minutes are over: the same as `settle` makes of it, without a cell for each second."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

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
    SERVED,
    STATUS,
    TOOK,
    Groups,
    Load,
    LoadCell,
    add_figures,
    bucket_of,
    settle_groups,
    time_text,
)
from consentkit.stats.model import LoadEntry

STATUS_CLASSES = 8
"""More than there are, so that a time and a status class make one number."""


def settle_past(
    entries: Sequence[LoadEntry], waiting: Load, *, over: int, threshold: int
) -> tuple[Counter[LoadCell], Counter[LoadCell], int]:
    """What of the load of entries and of what waited leaves, what waits on, and how many entries were looked at.

    `over` is the UTC minute that runs; entries from the first that is of it on are not. `waiting` has hours and days.
    """
    figures = _Figures()
    number = figures.add(entries, over)
    running = time_text(over * 60, MINUTE)
    groups: Groups = {}
    for cell, count in waiting.items():
        groups.setdefault((cell.begin, cell.route), {})[cell.metric] = count
    figures.put_to(groups)
    leaves, waits = settle_groups(groups, running=running, threshold=threshold)
    for second, count in figures.seconds.items():
        minute = time_text(second // 60 * 60, MINUTE)
        leaves[LoadCell(minute, ALL_ROUTES, REQUESTS)] += count
        busiest = LoadCell(minute, ALL_ROUTES, BUSIEST)
        leaves[busiest] = max(leaves[busiest], count)
    return leaves, waits, number


@dataclass(slots=True)
class _Figures:
    """The sizes of answers by what they count for, and how long they took where that is told."""

    seconds: Counter[int] = field(default_factory=Counter)
    minutes: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    """By minute and status class."""
    hours: defaultdict[tuple[int, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    """By hour and status class, and route."""
    took: Counter[tuple[int, str, int]] = field(default_factory=Counter)
    """By minute, route and bucket."""

    def add(self, entries: Iterable[LoadEntry], over: int) -> int:
        """Add entries up to the first of a minute that is not over; returns how many those are."""
        minutes, hours, end = self.minutes, self.hours, over * 60
        seconds: list[int] = []
        for _day, when, took, size, status, route in entries:
            second = int(when)
            if second >= end:
                break
            seconds.append(second)
            status_class = status // 100
            body = size if 0 <= size <= MAX_BYTES else min(max(size, 0), MAX_BYTES)
            minutes[second // 60 * STATUS_CLASSES + status_class].append(body)
            hours[second // 3600 * STATUS_CLASSES + status_class, route].append(body)
            if took is not None:
                self.took[second // 60, route, bucket_of(took)] += 1
        self.seconds.update(seconds)
        return len(seconds)

    def put_to(self, groups: Groups) -> None:
        """Put the figures to those of their minutes, all routes together, and of their hours, by route."""
        routes = _bounded((number // STATUS_CLASSES, route) for number, route in self.hours)
        for number, sizes in self.minutes.items():
            minute, status_class = divmod(number, STATUS_CLASSES)
            add_figures(groups, (time_text(minute * 60, MINUTE), ALL_ROUTES), _served(status_class, sizes))
        for (number, route), sizes in self.hours.items():
            hour, status_class = divmod(number, STATUS_CLASSES)
            add_figures(groups, (time_text(hour * 3600, HOUR), routes[hour, route]), _served(status_class, sizes))
        for (minute, route, bucket), count in self.took.items():
            figures = {f"{TOOK}{bucket}": count}
            add_figures(groups, (time_text(minute * 60, MINUTE), ALL_ROUTES), figures)
            hour = minute // 60
            add_figures(groups, (time_text(hour * 3600, HOUR), routes[hour, route]), figures)


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
