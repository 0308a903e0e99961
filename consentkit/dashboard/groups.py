"""Which lists there are, and which of them share a place on the first page."""

from collections.abc import Collection, Mapping

from consentkit.stats.breakdowns import BREAKDOWNS, REQUESTS, VIEWS, VISITS

CLASSES = "classes"
ENTRY = "entry"
EXIT = "exit"
"""Views that no move onward followed: of a page, the views minus the moves from it."""
METRICS = (VIEWS, VISITS)
"""What the lists may be counted by, where they are of views."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "sources": ("channel", "referrer", "campaign"),
    "pages": ("page", ENTRY, EXIT, "move", "missing"),
    "places": ("country", "region"),
    "goals": ("goal",),
    "devices": ("device", "browser", "browser_version", "os"),
    "languages": ("language",),
    "networks": ("network", "organisation"),
    "searches": ("search",),
    "downloads": ("download", "outbound"),
    "hosts": ("host",),
    "who": (CLASSES,),
    "answers": ("status",),
}
"""Each place with its lists, in this order. Its name in the address says which of them is shown."""

SOURCES = GROUPS["sources"]
"""Lists of where visits came from. They are of visits, as each has one source; most views come from the site itself."""

LEADING = ("sources", "pages", "places")
"""Places that stand above the cards of the whole site, of visitors, answers and the forecast."""

CARDS = tuple(key for keys in GROUPS.values() for key in keys)
"""Every list that the dashboard shows."""

ALWAYS = frozenset({"page", "referrer", "country", "language", "browser", "os", "device", "status", CLASSES})
"""Lists that say what they wait for when they are empty; the others appear once they hold an answer."""

MAY_KNOW_NOTHING = frozenset({"campaign", "country", "region", "network", "organisation"})
"""Lists in which every view has a value, `(none)` or `(unknown)` where there is no campaign or no such database."""


def is_told(key: str, breakdowns: Collection[str]) -> bool:
    """Whether a list can be told of where these are counted by: that of classes always."""
    return key == CLASSES or breakdown_of(key) in breakdowns


def breakdown_of(key: str) -> str:
    """The breakdown that a list shows."""
    return "page" if key in (ENTRY, EXIT) else key


def metrics_of(key: str) -> tuple[str, ...]:
    """What a list may be counted by, its own first: one that is of views may be of visits as well."""
    if key == CLASSES:
        return (REQUESTS,)
    if key == ENTRY:
        return (VISITS,)
    if key in SOURCES:
        return (VISITS, VIEWS)
    if key == EXIT:
        return (VIEWS,)
    metrics = BREAKDOWNS[breakdown_of(key)]
    return METRICS if metrics[0] == VIEWS else metrics[:1]


def can_be_asked(key: str) -> bool:
    """Whether a list is counted by what a reader asks for."""
    return len(metrics_of(key)) > 1 and key not in SOURCES


def measure_of(key: str, asked: str) -> str:
    """What a list is counted by where a reader asks for a metric."""
    return asked if can_be_asked(key) else metrics_of(key)[0]
