"""The tables of the load page: its course, the routes, and the map of the week."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from consentkit.dashboard.charts import bar
from consentkit.dashboard.load_figures import LoadFigures
from consentkit.dashboard.load_words import NOTHING, STATUSES, place_label
from consentkit.dashboard.wording import Wording, table
from consentkit.exporters.table import Value
from consentkit.stats.load import OTHER_ROUTES
from consentkit.stats.model import NONE
from consentkit.stats.served import Served
from consentkit.stats.weekhours import HOURS, WEEKDAYS, WeekHours

TIME, SLOW, FAILING, BUSY = "time", "slow", "failing", "busy"
SORTS = (TIME, SLOW, FAILING, BUSY)
"""How routes may be sorted: by their share of all time, by p95, by their share of server errors, by requests."""
ROUTES = 15
UNNAMED = {OTHER_ROUTES: "operations.other_routes", NONE: "operations.no_route"}
"""What is no route, and the key of its text."""
SHADES = 9
WORKING = (range(5), range(8, 18))
"""Weekdays and hours in which a mailing is usually sent."""
COURSE_COLUMNS = (
    *("begin", "requests", *STATUSES, "bytes", "p50_ms", "p95_ms", "p99_ms"),
    *("busiest_second", "most_at_once"),
)
ROUTE_COLUMNS = ("route", "requests", "bytes", *STATUSES, "p50_ms", "p95_ms", "p99_ms", "mean_ms")


@dataclass(frozen=True, slots=True)
class CourseRow:
    """One line of the table behind the charts."""

    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RouteRow:
    """One route; `cells` are under `route_columns`, `bar` is as long as what the routes are sorted by."""

    name: str
    aside: bool
    requests: str
    cells: tuple[str, ...]
    bar: Markup


@dataclass(frozen=True, slots=True)
class Hour:
    """One cell of the map: its shade (0 to SHADES, None where the hour has not been), its number short and in words."""

    shade: int | None
    short: str
    reading: str


@dataclass(frozen=True, slots=True)
class WeekMap:
    """The map of the week with what can be read from it in words."""

    rows: tuple[tuple[str, tuple[Hour, ...]], ...]
    busiest: str
    quietest: str


def course_rows(figures: LoadFigures, words: Wording) -> list[CourseRow]:
    """Each place of the charts as numbers."""

    def milliseconds(value: float | None) -> str:
        return NOTHING if value is None else words.milliseconds(value)

    return [
        CourseRow(
            place_label(one.start, figures.kind, words),
            (
                words.number(one.served.requests),
                *(words.number(one.served.statuses.get(name, 0)) for name in STATUSES),
                words.bytes(one.served.bytes),
                *(milliseconds(value) for value in one.served.times.values()),
                words.number(one.busiest_second),
                words.number(one.most_at_once) if one.most_at_once else NOTHING,
            ),
        )
        for one in figures.course
    ]


def course_table(figures: LoadFigures) -> list[tuple[Value, ...]]:
    """The same as plain values."""
    return [
        (
            one.start.isoformat(timespec="minutes"),
            one.served.requests,
            *_plain(one.served),
            one.busiest_second,
            one.most_at_once or None,
        )
        for one in figures.course
    ]


def _plain(served: Served) -> tuple[Value, ...]:
    statuses = [served.statuses.get(name, 0) for name in STATUSES]
    times = (None if value is None else round(value, 3) for value in served.times.values())
    return (*statuses, served.bytes, *times)


def routes_table(figures: LoadFigures) -> list[tuple[Value, ...]]:
    """Every route as plain values."""
    return [
        (
            route, served.requests, served.bytes, *_plain(served)[:4], *_plain(served)[5:],
            None if served.mean is None else round(served.mean, 3),
        )
        for route, served in figures.routes
    ]  # fmt: skip


def sort_of(asked: str, figures: LoadFigures) -> str:
    """How routes are sorted: as asked; else by their share of time, or by requests where no time is told."""
    told = any(served.mean is not None for _, served in figures.routes)
    sorts = SORTS if told else (BUSY, FAILING)
    return asked if asked in sorts else sorts[0]


def route_rows(figures: LoadFigures, sort: str, words: Wording) -> list[RouteRow]:
    """The head of the routes in an order of SORTS, with the bar of what they are sorted by."""
    spent = {route: (served.mean or 0.0) * served.requests for route, served in figures.routes}
    keys = {
        TIME: spent,
        SLOW: {route: served.times["p95_ms"] or 0.0 for route, served in figures.routes},
        FAILING: {
            route: served.errors / served.requests if served.requests else 0.0 for route, served in figures.routes
        },
        BUSY: {route: float(served.requests) for route, served in figures.routes},
    }[sort]
    by_route = dict(figures.routes)
    order = sorted(by_route, key=lambda route: (-keys[route], route))
    if sort == FAILING:
        order = [route for route in order if keys[route]]
    named = [route for route in order if route not in UNNAMED][:ROUTES]
    head = [*named, *(route for route in order if route in UNNAMED)]
    longest = max((keys[route] for route in named), default=0.0) or 1.0
    total = sum(spent.values())
    shares = {
        route: time / total if total and by_route[route].mean is not None else None for route, time in spent.items()
    }
    return [_route_row(route, by_route[route], keys[route] / longest, shares[route], words) for route in head]


def route_columns(words: Wording) -> list[tuple[str, str]]:
    """The columns behind the requests of a route: how each is called, and the order that is by it."""
    return [(words.text("operations.share_of_time"), TIME), ("p50", ""), ("p95", SLOW), ("p99", ""), ("5xx", FAILING)]


def _route_row(route: str, served: Served, length: float, share: float | None, words: Wording) -> RouteRow:
    times = (NOTHING if value is None else words.milliseconds(value) for value in served.times.values())
    return RouteRow(
        name=words.text(UNNAMED[route]) if route in UNNAMED else route,
        aside=route in UNNAMED,
        requests=words.number(served.requests),
        cells=(
            NOTHING if share is None else words.percent(share),
            *times,
            words.percent(served.errors / served.requests) if served.requests else NOTHING,
        ),
        bar=bar(length),
    )


def week_map(week: WeekHours, words: Wording) -> WeekMap:
    """The map with its busiest hour, and the quietest of working hours."""
    most = max((mean for day in week.means for mean in day if mean), default=0.0)
    days = table(words.language)["calendar"]["weekdays"]

    def place(day: int, hour: int) -> Mapping[str, str]:
        return {
            "day": days[day],
            "hour": f"{hour}:00",
            "until": f"{hour + 1}:00",
            "requests": words.number(round(week.means[day][hour] or 0.0)),
        }

    def cell(day: int, hour: int) -> Hour:
        mean = week.means[day][hour]
        if mean is None:
            return Hour(None, "", words.text("operations.week_unknown", **place(day, hour)))
        shade = max(1, round(mean / most * SHADES)) if mean else 0
        return Hour(shade, _short(round(mean), words), words.text("operations.week_reading", **place(day, hour)))

    known = [(day, hour) for day in WORKING[0] for hour in WORKING[1] if week.means[day][hour] is not None]
    quiet = min(known, key=lambda at: week.means[at[0]][at[1]] or 0.0, default=None)
    return WeekMap(
        rows=tuple((days[day], tuple(cell(day, hour) for hour in range(HOURS))) for day in range(WEEKDAYS)),
        busiest=words.text("operations.week_busiest", **place(*week.highest)) if week.highest else "",
        quietest=words.text("operations.week_quietest", **place(*quiet)) if quiet and week.highest else "",
    )


def _short(value: int, words: Wording) -> str:
    """A number of at most four characters."""
    if value < 1000:
        return str(value)
    return f"{words.decimal(value / 1000, 1 if value < 9950 else 0)}k" if value < 999_500 else words.compact(value)
