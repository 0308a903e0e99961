"""Which values a reader of the sink has seen lately: what is kept back depends on how many he knows (see `holding`)."""

import sqlite3
from collections import defaultdict

from consentkit.stats.holding import REMEMBERED
from consentkit.stats.model import Counts
from consentkit.stats.stores import json_text

_READ = "SELECT breakdown, metric, json_group_array(value) FROM shown GROUP BY metric, breakdown"
_NOTE = "INSERT OR IGNORE INTO shown (metric, breakdown, value, day) VALUES (?, ?, ?, ?)"

Lately = defaultdict[tuple[str, str], set[str]]
"""By breakdown and metric, at most REMEMBERED values that left lately."""


def shown_since(connection: sqlite3.Connection, before: str) -> Lately:
    """The values that are noted. What was noted before an ISO date is forgotten, and noted again when it leaves."""
    connection.execute("DELETE FROM shown WHERE day < ?", (before,))
    found = {
        (breakdown, metric): set(json_text.read(values)) for breakdown, metric, values in connection.execute(_READ)
    }
    return defaultdict(set, found)


def note_shown(connection: sqlite3.Connection, lately: Lately, published: Counts, day: str) -> None:
    """Note the values that leave on an ISO date and were not noted."""
    rows = []
    for (breakdown, metric), left in published.items():
        values = lately[breakdown, metric]
        new = [value for value in left if value not in values][: max(REMEMBERED - len(values), 0)]
        values.update(new)
        rows += [(metric, breakdown, value, day) for value in new]
    connection.executemany(_NOTE, rows)
