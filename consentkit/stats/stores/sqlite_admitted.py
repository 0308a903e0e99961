"""Which values may be told apart today: so many of a breakdown, by all workers together, as they come in."""

import sqlite3

from consentkit.stats.model import OTHER, Counts, add_counts
from consentkit.stats.stores import json_text

_ADMIT = "INSERT OR IGNORE INTO admitted (breakdown, value, day) SELECT ?, value, ? FROM json_each(?)"
_KNOWN = "SELECT value FROM admitted WHERE breakdown = ? AND value IN (SELECT value FROM json_each(?))"


def within_bounds(connection: sqlite3.Connection, counts: Counts, day: str, most: int) -> Counts:
    """The counts of an ISO date, with values beyond the first `most` of a breakdown that day counted as `(other)`."""
    connection.execute("DELETE FROM admitted WHERE day < ?", (day,))
    values: dict[str, set[str]] = {}
    for (breakdown, _), sums in counts.items():
        values.setdefault(breakdown, set()).update(sums)
    used = dict(connection.execute("SELECT breakdown, count(*) FROM admitted GROUP BY breakdown"))
    refused = {
        breakdown: _refused(connection, breakdown, some - {OTHER}, day, most - used.get(breakdown, 0))
        for breakdown, some in values.items()
    }
    if not any(refused.values()):
        return counts
    bounded: Counts = {}
    for (breakdown, metric), sums in counts.items():
        for value, count in sums.items():
            within = OTHER if value in refused[breakdown] else value
            add_counts(bounded, breakdown, metric, {within: count})
    return bounded


def _refused(connection: sqlite3.Connection, breakdown: str, values: set[str], day: str, room: int) -> set[str]:
    """Those of the values for which there is no room; the others are admitted from now on."""
    refused: set[str] = set()
    if len(values) > room:
        known = {value for (value,) in connection.execute(_KNOWN, (breakdown, json_text.written(list(values))))}
        refused = set(sorted(values - known)[max(room, 0) :])
    connection.execute(_ADMIT, (breakdown, day, json_text.written(list(values - refused))))
    return refused
