"""What the server did: requests by second, and how they were served (bytes, status, time) by minute, hour and route.

How many requests came in a minute says nothing of anybody. How many bytes they got, or how long they took, can tell
which page a single one was: those figures leave together, for a time that has at least as many requests as the
threshold. Pure functions over values.
"""

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from heapq import heapify, heappop, heappush
from itertools import compress
from typing import NamedTuple

OTHER_ROUTES = "(other)"
ALL_ROUTES = ""

REQUESTS = "requests"
AT_ONCE = "at_once"
BUSIEST = "busiest_second"
MOST_AT_ONCE = "most_at_once"
MAXIMA = (BUSIEST, MOST_AT_ONCE)
"""Metrics of which the highest counts when two are put together; all others are added up."""

SERVED = "served"
"""How many requests the other figures of a time are of."""
BYTES = "bytes"
STATUS = "status_"
"""Begins the metrics of the classes of status, as `status_5xx`."""
TOOK = "took_"
"""Begins the metrics of the buckets of time, as `took_93`."""

STEPS = 8
"""Buckets for each doubling: the middle of one is at most 4.5 % (2 ** (1 / 16)) from everything in it."""
MOST = 320
NO_TIME = -1
"""Stands in the place of a bucket where it is not told how long an answer took."""
MAX_BYTES = 1 << 40
"""Bytes that one response may add, so that sums stay far below the 2^63 that a database can hold."""
MAX_SECONDS = 7_200
MAX_ROUTES = 1_000
"""Routes of one hour that a worker holds apart."""

SECOND, MINUTE, HOUR, DAY = 19, 16, 13, 10
"""Lengths of the UTC times by which load is kept: `2026-11-23T19:08:07`, a `Z` behind each."""


class LoadCell(NamedTuple):
    """One figure of a time: `begin` is a UTC second, minute, hour or day as `2026-11-23T19:08Z`, `2026-11-23T19Z`.

    `route` is a router's template, "" for all requests together.
    """

    begin: str
    route: str
    metric: str


Load = Mapping[LoadCell, int]
Group = tuple[str, str]
"""A time and a route."""
Groups = dict[Group, dict[str, int]]
"""Figures of how requests were served, by metric."""


_BUCKETS = [f"{TOOK}{number}" for number in range(MOST + 1)]
_BOUNDS = [2 ** (number / STEPS) / 1e6 for number in range(1, MOST + 1)]
"""In seconds, where each bucket but the first begins."""


def bucket_of(seconds: float) -> int:
    """The bucket of a duration: `STEPS` for each doubling from a microsecond on."""
    return bisect_right(_BOUNDS, seconds)


def milliseconds_of(bucket: float) -> float:
    """The middle of a bucket, in milliseconds."""
    return float(2 ** ((bucket + 0.5) / STEPS)) / 1000


def quantile(buckets: Mapping[int, int], share: float) -> float | None:
    """The duration (ms) within which a share (0 to 1) of the requests were served, None where there are none."""
    total = sum(buckets.values())
    if not total:
        return None
    rank, seen = max(1, math.ceil(share * total)), 0
    for bucket in sorted(buckets):
        seen += buckets[bucket]
        if seen >= rank:
            break
    return milliseconds_of(bucket)


def mean(buckets: Mapping[int, int]) -> float | None:
    """The mean duration (ms), by the middle of each bucket; None where there are none."""
    total = sum(buckets.values())
    return sum(milliseconds_of(bucket) * count for bucket, count in buckets.items()) / total if total else None


Entry = tuple[str, float, float | None, int, int, str]
"""Of a request: ISO day, when it came (epoch seconds), how long its answer took (seconds, None if not told), bytes,
status, route."""
Columns = tuple[Sequence[str], Sequence[int], Sequence[int], Sequence[float | None]]
"""Routes, statuses, bytes and times of requests."""


def load_of(entries: Iterable[Entry]) -> Counter[LoadCell]:
    """When requests came and how they were served: all that is done for each of them is counting in C."""
    load: Counter[LoadCell] = Counter()
    columns = list(zip(*entries, strict=True))
    if not columns:
        return load
    _, whens, tooks, sizes, statuses, routes = columns
    seconds = list(map(int, whens))
    for second, count in Counter(seconds).items():
        load[LoadCell(time_text(second, SECOND), ALL_ROUTES, REQUESTS)] = count
    named = _bounded(set(routes))
    if min(sizes) < 0 or max(sizes) > MAX_BYTES:
        sizes = tuple([min(max(size, 0), MAX_BYTES) for size in sizes])
    for minute, part in _by_minute(seconds, (routes, statuses, sizes, tooks)):
        for route, figures in _figures(part).items():
            for begin, name in _places(minute, named[route]):
                for metric, count in figures.items():
                    load[LoadCell(begin, name, metric)] += count
    return load


def _by_minute(seconds: Sequence[int], columns: Columns) -> Iterator[tuple[int, Columns]]:
    """The columns of each minute; mostly all requests came in one."""
    first, last = min(seconds) // 60, max(seconds) // 60
    if first == last:
        yield first, columns
        return
    minutes = [second // 60 for second in seconds]
    for minute in set(minutes):
        chosen = [one == minute for one in minutes]
        routes, statuses, sizes, tooks = columns
        yield (
            minute,
            (
                list(compress(routes, chosen)),
                list(compress(statuses, chosen)),
                list(compress(sizes, chosen)),
                list(compress(tooks, chosen)),
            ),
        )


def _figures(columns: Columns) -> dict[str, dict[str, int]]:
    """How requests were served, by route and metric."""
    routes, statuses, sizes, tooks = columns
    found: dict[str, dict[str, int]] = {route: defaultdict(int) for route in set(routes)}
    buckets = [NO_TIME if took is None else bisect_right(_BOUNDS, took) for took in tooks]
    for (route, status, bucket), count in Counter(zip(routes, statuses, buckets, strict=True)).items():
        figures = found[route]
        figures[SERVED] += count
        figures[f"{STATUS}{status // 100}xx"] += count
        if bucket != NO_TIME:
            figures[_BUCKETS[bucket]] += count
    for route, size in zip(routes, sizes, strict=True):
        found[route][BYTES] += size
    return found


def at_once(when: float, most: int) -> Counter[LoadCell]:
    """That at most so many requests were answered at once by one worker in a second."""
    return Counter({LoadCell(time_text(int(when), SECOND), ALL_ROUTES, AT_ONCE): most})


def bound(load: Counter[LoadCell]) -> None:
    """Keep the seconds of a long outage of the stores by the minute, and minutes by the hour."""
    for length, shorter in ((SECOND, MINUTE), (MINUTE, HOUR)):
        begins = {cell.begin for cell in load if len(cell.begin) == length + 1}
        if len(begins) > MAX_SECONDS:
            for cell in [cell for cell in load if len(cell.begin) == length + 1]:
                count = load.pop(cell)
                if cell.metric != AT_ONCE:
                    load[cell._replace(begin=f"{cell.begin[:shorter]}Z")] += count


def settle(load: Load, *, running: str, threshold: int) -> tuple[Counter[LoadCell], Counter[LoadCell]]:
    """What of the load may leave, and what waits on; `running` is the UTC minute that is not over yet.

    A minute's requests leave when it is over. How they were served leaves for a minute, else for its hour, else for its
    day that has at least `threshold` of them; what is left of a day that is over waits with the next, a route as
    `(other)`.
    """
    leaves, waits = _minutes(load, running)
    served_leaves, served_waits = settle_served(load, running=running, threshold=threshold)
    return leaves + served_leaves, waits + served_waits


def settle_served(load: Load, *, running: str, threshold: int) -> tuple[Counter[LoadCell], Counter[LoadCell]]:
    """The part of `settle` that is about how requests were served."""
    groups: Groups = {}
    for cell, count in load.items():
        if _is_served(cell):
            groups.setdefault((cell.begin, cell.route), {})[cell.metric] = count
    return settle_groups(groups, running=running, threshold=threshold)


def settle_groups(groups: Groups, *, running: str, threshold: int) -> tuple[Counter[LoadCell], Counter[LoadCell]]:
    """The same of figures by time and route, which are used up."""
    leaves: Counter[LoadCell] = Counter()
    waits: Counter[LoadCell] = Counter()
    for length in (MINUTE, HOUR):
        for group in [group for group in groups if len(group[0]) == length + 1 and _is_over(group[0], running)]:
            _leave_or_join(group, groups, leaves, threshold)
    # Of days the earliest first, and (other) after the routes that are put to it: what a day leaves joins the next.
    over = [(*_order(group), group) for group in groups if len(group[0]) == DAY + 1 and _is_over(group[0], running)]
    heapify(over)
    while over:
        group = heappop(over)[-1]
        target = _leave_or_join(group, groups, leaves, threshold)
        if target is not None and _is_over(target[0], running):
            heappush(over, (*_order(target), target))
    for group, figures in groups.items():
        put_figures(waits, group, figures)
    return leaves, waits


def _leave_or_join(group: Group, groups: Groups, leaves: Counter[LoadCell], threshold: int) -> Group | None:
    """Let figures leave if they are of enough requests; if not, the time and route that they are put to."""
    figures = groups.pop(group, None)
    if figures is None:
        return None
    if figures.get(SERVED, 0) >= threshold:
        put_figures(leaves, group, figures)
        return None
    target = _coarser(*group)
    add_figures(groups, target, figures)
    return target


def add_figures(groups: Groups, group: Group, figures: Mapping[str, int]) -> None:
    """Add figures to those of a time and route."""
    sums = groups.setdefault(group, {})
    for metric, count in figures.items():
        sums[metric] = sums.get(metric, 0) + count


def _order(group: Group) -> tuple[str, bool]:
    begin, route = group
    return begin, route in (ALL_ROUTES, OTHER_ROUTES)


def put_figures(load: Counter[LoadCell], group: Group, figures: Mapping[str, int]) -> None:
    """Set the cells of a time and route."""
    for metric, count in figures.items():
        load[LoadCell(*group, metric)] = count


def folded(load: Load, *, running: str, threshold: int) -> Counter[LoadCell]:
    """A load that may not leave yet, what has too few requests put to longer times, so that no route stays named."""
    leaves, waits = settle_served(load, running=running, threshold=threshold)
    return leaves + waits + Counter({cell: count for cell, count in load.items() if not _is_served(cell)})


def bytes_of(load: Load) -> int:
    """The bytes of all requests in a load."""
    return sum(count for cell, count in load.items() if cell.route == ALL_ROUTES and cell.metric == BYTES)


def _minutes(load: Load, running: str) -> tuple[Counter[LoadCell], Counter[LoadCell]]:
    """The minutes that are over, by their seconds, and the figures of those that are not."""
    leaves: Counter[LoadCell] = Counter()
    waits: Counter[LoadCell] = Counter()
    for cell, count in load.items():
        if _is_served(cell):
            continue
        minute = LoadCell(f"{cell.begin[:MINUTE].rstrip('Z')}Z", ALL_ROUTES, cell.metric)
        if not _is_over(minute.begin, running):
            waits[cell] += count
        elif cell.metric == AT_ONCE:
            leaves[minute._replace(metric=MOST_AT_ONCE)] = max(leaves[minute._replace(metric=MOST_AT_ONCE)], count)
        else:
            leaves[minute] += count
            if len(cell.begin) == SECOND + 1:
                leaves[minute._replace(metric=BUSIEST)] = max(leaves[minute._replace(metric=BUSIEST)], count)
    return leaves, waits


def _is_served(cell: LoadCell) -> bool:
    return len(cell.begin) != SECOND + 1 and cell.metric != REQUESTS


def _is_over(begin: str, running: str) -> bool:
    return begin[:-1] < running[: len(begin) - 1]


def _coarser(begin: str, route: str) -> tuple[str, str]:
    """Where the figures of a time go that has too few requests: to a longer time, to `(other)`, to the next day.

    Day by day, so that it is the same place whether figures are put there at once or step by step.
    """
    if len(begin) > DAY + 1:
        return f"{begin[: HOUR if len(begin) == MINUTE + 1 else DAY]}Z", route
    if route not in (ALL_ROUTES, OTHER_ROUTES):
        return begin, OTHER_ROUTES
    return f"{date.fromisoformat(begin[:DAY]) + timedelta(days=1)}Z", route


def _places(minute: int, route: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """A request counts once by its minute, once by its route and hour."""
    return (time_text(minute * 60, MINUTE), ALL_ROUTES), (time_text(minute // 60 * 3600, HOUR), route)


def _bounded(routes: Iterable[str]) -> dict[str, str]:
    return {
        route: route if number < MAX_ROUTES and route.isprintable() else OTHER_ROUTES
        for number, route in enumerate(sorted(routes))
    }


@lru_cache(maxsize=512)
def time_text(second: int, length: int) -> str:
    """A UTC time as load is kept by; `length` is one of SECOND, MINUTE, HOUR, DAY."""
    return datetime.fromtimestamp(second, UTC).isoformat()[:length] + "Z"
