"""When figures of load leave: for times of enough requests, so that nothing left out is of a few. Pure functions.

All requests of an hour and those of its routes are published. What the one has and the other has not would tell how a
few requests were served, by subtraction: so that is of none, or of enough, too.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from consentkit.stats.load import (
    ALL_ROUTES,
    AT_ONCE,
    BUSIEST,
    DAY,
    HOUR,
    MINUTE,
    MOST_AT_ONCE,
    OTHER_ROUTES,
    REQUESTS,
    SECOND,
    SERVED,
    Load,
    LoadCell,
)

Figures = dict[str, int]
"""How requests were served, by metric."""
Routes = dict[str, Figures]
Times = dict[str, Routes]
"""By the beginning of a time and route; a minute has figures of all routes together only."""


def settle(load: Load, *, running: str, threshold: int) -> tuple[Counter[LoadCell], Counter[LoadCell]]:
    """What of the load may leave, and what waits on; `running` is the UTC minute that is not over yet.

    A minute's requests leave when it is over. How they were served leaves for a minute, else for its hour, else for its
    day that has at least `threshold` of them; what is left of a day that is over waits with the next, a route as
    `(other)`. Of routes as much stays as `staying` says.
    """
    leaves, waits = _minutes(load, running)
    served_leaves, served_waits = _settle_served(load, running=running, threshold=threshold)
    return leaves + served_leaves, waits + served_waits


def folded(load: Load, *, running: str, threshold: int) -> Counter[LoadCell]:
    """A load that may not leave yet, what has too few requests put to longer times, so that no route stays named."""
    leaves, waits = _settle_served(load, running=running, threshold=threshold)
    return leaves + waits + Counter({cell: count for cell, count in load.items() if not _is_served(cell)})


def settle_times(times: Times, *, running: str, threshold: int) -> Times:
    """Take out of the times what may leave, and put what is left of those that are over to longer ones."""
    leaves = no_times()
    for length, settle_time in ((MINUTE, _settle_short), (HOUR, _settle_short), (DAY, _settle_day)):
        # The earliest first: what a day leaves over waits with the next, which may be over too.
        while over := [begin for begin in times if len(begin) == length + 1 and _is_over(begin, running)]:
            settle_time(min(over), times, leaves, threshold)
    return leaves


def no_times() -> Times:
    """Times to which figures can be put."""
    return defaultdict(lambda: defaultdict(dict))


def cells_of(times: Times) -> Iterator[tuple[LoadCell, int]]:
    """The figures of times as cells."""
    for begin, routes in times.items():
        for route, figures in routes.items():
            for metric, count in figures.items():
                yield LoadCell(begin, route, metric), count


def add_figures(sums: Figures, figures: Mapping[str, int]) -> None:
    """Add how other requests of a time and route were served."""
    for metric, count in figures.items():
        sums[metric] = sums.get(metric, 0) + count


def staying(served: Mapping[str, int], untold: int, *, threshold: int) -> set[str]:
    """Which routes of a time stay, if `served` is how many requests each had.

    Those of fewer than `threshold`. If any do, or if `untold` requests of the time are not published among all either,
    what stays has `threshold` requests more than these: else the routes with the fewest stay too.
    """
    stays = {route for route, requests in served.items() if requests < threshold}
    requests = sum(served[route] for route in stays)
    if requests or untold:
        for route in sorted(served.keys() - stays, key=lambda route: (served[route], route)):
            if requests >= threshold + untold:
                break
            stays.add(route)
            requests += served[route]
    return stays


def _settle_served(load: Load, *, running: str, threshold: int) -> tuple[Counter[LoadCell], Counter[LoadCell]]:
    times = no_times()
    for cell, count in load.items():
        if _is_served(cell):
            times[cell.begin][cell.route][cell.metric] = count
    leaves = settle_times(times, running=running, threshold=threshold)
    return Counter(dict(cells_of(leaves))), Counter(dict(cells_of(times)))


def _settle_short(begin: str, times: Times, leaves: Times, threshold: int) -> None:
    """Let figures of a minute or an hour leave, or put them to the hour or the day."""
    routes, longer = times.pop(begin), f"{begin[: HOUR if len(begin) == MINUTE + 1 else DAY]}Z"
    untold = fewer(routes.get(ALL_ROUTES, {}), threshold)
    stays = staying(_served(routes), untold, threshold=threshold)
    for route, figures in routes.items():
        if untold if route == ALL_ROUTES else route in stays:
            add_figures(times[longer][route], figures)
        else:
            leaves[begin][route] = figures


def _settle_day(begin: str, times: Times, leaves: Times, threshold: int) -> None:
    """Let figures of a day leave, by route or as `(other)`, or put them to the next day.

    Day by day, so that it is the same place whether figures are put there at once or step by step.
    """
    routes, following = times.pop(begin), f"{date.fromisoformat(begin[:DAY]) + timedelta(days=1)}Z"
    untold = fewer(routes.get(ALL_ROUTES, {}), threshold)
    _join_other(routes, [route for route, requests in _served(routes).items() if requests < threshold])
    stays = staying(_served(routes), untold, threshold=threshold)
    _join_other(routes, stays)
    others_stay = stays and (untold or fewer(routes[OTHER_ROUTES], threshold))
    for route, figures in routes.items():
        if untold if route == ALL_ROUTES else others_stay and route == OTHER_ROUTES:
            add_figures(times[following][route], figures)
        else:
            leaves[begin][route] = figures


def fewer(figures: Mapping[str, int], threshold: int) -> int:
    """How many requests figures are of, if they are too few."""
    requests = figures.get(SERVED, 0)
    return requests if requests < threshold else 0


def _join_other(routes: Routes, some: Iterable[str]) -> None:
    """Put the figures of some routes to those of `(other)`."""
    for route in some:
        if route != OTHER_ROUTES:
            add_figures(routes[OTHER_ROUTES], routes.pop(route))


def _served(routes: Routes) -> dict[str, int]:
    """The requests of each route."""
    return {route: figures[SERVED] for route, figures in routes.items() if route != ALL_ROUTES}


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
