"""Reads `[stats]` of the configuration file: where counts go, when they may be seen, what is counted besides."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from consentkit.config_hosts import read_domains
from consentkit.reader import Table, nearest, shown
from consentkit.stats.breakdowns import (
    ALWAYS,
    BREAKDOWNS,
    DEFAULT_CROSSINGS,
    MAX_CROSSINGS,
    PLACES,
    WHOLES,
    Crossing,
    crossing,
    crossings_of,
)
from consentkit.stats.pages import PUBLIC_PARAMETERS
from consentkit.stats.visitor.state import MOST_STEPS

MEASURED, EVERYBODY = "measured", "everybody"
EXEMPTION_PROFILES = ("none", "nl", "fr", "es", "uk")

GOAL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
PARAMETER = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True, slots=True)
class Goal:
    """What counts as a conversion: a view of the page at `path`, or, where that is "", a call of `count_goal`."""

    id: str
    path: str


@dataclass(frozen=True, slots=True)
class Funnel:
    """Pages that lead to something, in order, by their paths."""

    id: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatsSettings:
    """Where counts go and when they may be seen: `threshold` is k, in events; `patience_days` in days.

    Figures are kept `retention_months`, those by value for `day_months` by the day and then by the month.

    `breakdowns` names what is counted by, in the order of BREAKDOWNS; of `crossings` both are among them.
    `visitor_state`: a visitor's browser may carry the state of the visit, by consent or under the `exemption`.
    `outbound`: links to other sites count, of those whose visits are measured. `loaded_ahead`: of whom pages count that
    their browser had loaded ahead, MEASURED or EVERYBODY. `search_parameters` are the query parameters of the site's
    own search, `public_parameters` the route parameters that page names may show, `referrer_spam` domains whose views
    are set apart.
    """

    sink: str
    private: str
    threshold: int
    patience_days: int
    retention_months: int
    day_months: int
    exemption: str
    breakdowns: tuple[str, ...]
    visitor_state: bool
    geoip: tuple[Path, ...]
    goals: tuple[Goal, ...]
    funnels: tuple[Funnel, ...]
    crossings: tuple[Crossing, ...]
    outbound: bool
    loaded_ahead: str
    search_parameters: tuple[str, ...]
    public_parameters: tuple[str, ...]
    referrer_spam: tuple[str, ...]

    @property
    def told_by_requests(self) -> tuple[str, ...]:
        """Those of the breakdowns that a request can tell: without databases no places, which an import may bring."""
        return _told(self.breakdowns, has_places=bool(self.geoip))

    @property
    def looks_up_places(self) -> bool:
        """Whether addresses are looked up: there are databases, and something that they tell is counted by."""
        return not set(PLACES).isdisjoint(self.told_by_requests)


def _told(breakdowns: Collection[str], *, has_places: bool) -> tuple[str, ...]:
    return tuple(name for name in breakdowns if has_places or name not in PLACES)


def read_stats(table: Table, base: Path, store: str, private: str, *, everybody: bool) -> StatsSettings:
    """Read the table; `store` and `private` are the addresses of the sink and the private store, read already.

    `everybody`: pages are the same for all visitors, and so can carry no state of one.
    """
    exemption = table.one_of("exemption", EXEMPTION_PROFILES, "none")
    geoip = tuple(base / name for name in table.texts("geoip"))
    breakdowns = _read_breakdowns(table)
    settings = StatsSettings(
        sink=store,
        private=private,
        threshold=table.number("threshold", 10, low=2, high=1000, why="1 would publish single page requests"),
        patience_days=table.number("patience_days", 31, low=1, high=366),
        retention_months=table.number(
            "retention_months", 25, low=1, high=25, rule="C23", why="the French regulator allows 25 months"
        ),
        day_months=table.number("day_months", 14, low=1, high=25),
        exemption=exemption,
        breakdowns=breakdowns,
        visitor_state=_read_visitor_state(table, exemption, everybody),
        geoip=geoip,
        goals=tuple(_read_goal(goal) for goal in table.tables("goals")),
        funnels=tuple(_read_funnel(funnel) for funnel in table.tables("funnels")),
        crossings=_read_crossings(table, breakdowns, has_places=bool(geoip)),
        outbound=bool(table.get("outbound", bool, False)),
        loaded_ahead=table.one_of("loaded_ahead", (MEASURED, EVERYBODY), MEASURED),
        search_parameters=_matching(table, "search_parameters", (), PARAMETER, 'a query parameter, as "q"'),
        public_parameters=_matching(table, "public_parameters", PUBLIC_PARAMETERS, PARAMETER, "a route parameter"),
        referrer_spam=read_domains(table, "referrer_spam", base),
    )
    _check_together(table, settings, everybody=everybody)
    table.done()
    return settings


def _check_together(table: Table, settings: StatsSettings, *, everybody: bool) -> None:
    """Say what does not go together, or stands twice."""
    if settings.loaded_ahead == EVERYBODY and everybody:
        table.wrong(
            "loaded_ahead",
            '"everybody" needs [consent] delivery = "server": pages that caches keep tell of no one request',
        )
    if settings.outbound and not settings.visitor_state:
        table.wrong(
            "outbound", "true needs visitor_state = true: links count of those who let their visits be measured"
        )
    for name, ids in (("goals", [g.id for g in settings.goals]), ("funnels", [f.id for f in settings.funnels])):
        if len(set(ids)) < len(ids):
            table.wrong(name, "has an id twice; ids are unique")
    _check_counted(table, settings)


def _check_counted(table: Table, settings: StatsSettings) -> None:
    """Say what asks for a breakdown that is not counted by."""
    asked = {
        "goals": (settings.goals, "goal"),
        "funnels": (settings.funnels, "funnel"),
        "search_parameters": (settings.search_parameters, "search"),
        "outbound": (settings.outbound, "outbound"),
    }
    for key, (used, needed) in asked.items():
        if used and needed not in settings.breakdowns:
            table.wrong("breakdowns", f'lacks "{needed}", which the key {key} needs; add it, or take {key} out')


def _read_breakdowns(table: Table) -> tuple[str, ...]:
    """What is counted by: all there is, or what is named and what every site needs."""
    names = table.texts("breakdowns", tuple(BREAKDOWNS))
    for name in names:
        if name not in BREAKDOWNS:
            table.wrong(
                "breakdowns",
                f"{shown(name)} is no breakdown{nearest(name, BREAKDOWNS)}; allowed are {', '.join(BREAKDOWNS)}",
            )
    found = tuple(name for name in BREAKDOWNS if name in names or name in ALWAYS)
    for part, whole in WHOLES.items():
        if part in found and whole not in found:
            table.wrong("breakdowns", f'lacks "{whole}", which "{part}" tells as well; add it, or take "{part}" out')
    return found


def _read_visitor_state(table: Table, exemption: str, everybody: bool) -> bool:
    """What is exempt is measured unless the site says no; what needs consent only if it says yes."""
    wanted = bool(table.get("visitor_state", bool, exemption != "none" and not everybody))
    if wanted and everybody:
        table.wrong(
            "visitor_state",
            'true needs [consent] delivery = "server": a page that a cache may store for everybody carries no cookie',
        )
    return wanted


def _read_goal(table: Table) -> Goal:
    goal = Goal(id=_read_id(table), path=table.text("path"))
    if goal.path and not goal.path.startswith("/"):
        table.wrong("path", f'{shown(goal.path)} is no path; it begins with "/"')
    table.done()
    return goal


def _read_funnel(table: Table) -> Funnel:
    funnel = Funnel(id=_read_id(table), steps=table.texts("steps", required=True))
    if len(funnel.steps) < 2:
        table.wrong("steps", "has fewer than two pages; name the paths that lead to each other, in order")
    if len(funnel.steps) > MOST_STEPS:
        table.wrong("steps", f"has {len(funnel.steps)} pages; a funnel has at most {MOST_STEPS}")
    if len(set(funnel.steps)) < len(funnel.steps):
        table.wrong("steps", "names a page twice; a funnel leads through each of its pages once")
    for step in funnel.steps:
        if not step.startswith("/"):
            table.wrong("steps", f'{shown(step)} is no path; it begins with "/"')
    table.done()
    return funnel


def _read_id(table: Table) -> str:
    id_ = table.text("id", required=True)
    if id_ and not GOAL_ID.fullmatch(id_):
        table.wrong("id", f"{shown(id_)} is no id; use letters, digits, - and _, at most 40")
    return id_


def _read_crossings(table: Table, breakdowns: Collection[str], *, has_places: bool) -> tuple[Crossing, ...]:
    """The pairs that are named, else those of the default of which requests tell both."""
    told = _told(breakdowns, has_places=has_places)
    default = crossings_of(pair for pair in DEFAULT_CROSSINGS if set(pair) <= set(told))
    pairs = table.get("crossings", list, None)
    if pairs is None:
        return default
    found: dict[str, Crossing] = {}
    for index, pair in enumerate(pairs):
        where = f"crossings[{index}]"
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(name, str) for name in pair)):
            table.wrong(where, f'{shown(pair)} is no pair; write two names, as ["page", "channel"]')
            continue
        try:
            one = crossing(*pair)
        except ValueError as problem:
            table.wrong(where, str(problem))
            continue
        for name in [name for name in pair if name not in breakdowns]:
            table.wrong(where, f"{shown(name)} is not counted by; add it to breakdowns, or take the pair out")
        found[one.name] = one
    if len(found) > MAX_CROSSINGS:
        table.wrong(
            "crossings", f"has {len(found)} pairs; at most {MAX_CROSSINGS} are allowed, as each adds to what is stored"
        )
        return default
    return tuple(found.values())


def _matching(table: Table, name: str, default: tuple[str, ...], form: re.Pattern[str], what: str) -> tuple[str, ...]:
    texts = table.texts(name, default)
    for text in texts:
        if not form.fullmatch(text):
            table.wrong(name, f"{shown(text)} is not {what}")
    return texts
