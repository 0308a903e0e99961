"""Which lists there are, and which of them share a place on the first page."""

from collections.abc import Mapping

from consentkit.stats.breakdowns import BREAKDOWNS, REQUESTS, VIEWS, VISITS

CLASSES = "classes"
ENTRY = "entry"
METRICS = (VIEWS, VISITS)
"""What the lists may be counted by, where they are of views."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "pages": ("page", ENTRY, "move", "missing"),
    "sources": ("channel", "referrer", "campaign"),
    "places": ("country", "region"),
    "languages": ("language",),
    "browsers": ("browser", "browser_version"),
    "systems": ("os",),
    "devices": ("device",),
    "hosts": ("host",),
    "networks": ("network", "organisation"),
    "goals": ("goal",),
    "searches": ("search",),
    "downloads": ("download",),
    "answers": ("status",),
    "who": (CLASSES,),
}
"""Each place with its lists, in this order. Its name in the address says which of them is shown."""

CARDS = tuple(key for keys in GROUPS.values() for key in keys)
"""Every list that the dashboard shows."""

ALWAYS = frozenset({"page", "referrer", "country", "language", "browser", "os", "device", "host", "status", CLASSES})
"""Lists that say what they wait for when they are empty; the others appear once they hold an answer."""

MAY_KNOW_NOTHING = frozenset({"campaign", "region", "network", "organisation"})
"""Lists in which every view has a value, `(none)` or `(unknown)` where there is no campaign or no such database."""

LONG = frozenset({"pages", "sources"})
"""Places whose values are long; they get half the width and more rows."""


def breakdown_of(key: str) -> str:
    """The breakdown that a list shows."""
    return "page" if key == ENTRY else key


def metrics_of(key: str) -> tuple[str, ...]:
    """What a list may be counted by, its own first: one that is of views may be of visits as well."""
    if key == CLASSES:
        return (REQUESTS,)
    if key == ENTRY:
        return (VISITS,)
    metrics = BREAKDOWNS[breakdown_of(key)]
    return METRICS if metrics[0] == VIEWS else metrics[:1]


def metric_of(key: str, asked: str) -> str:
    """The metric asked for if the list has it, else its own."""
    metrics = metrics_of(key)
    return asked if asked in metrics else metrics[0]
