"""What batches of many requests bring is put aside as a text, and added to the counts when these are needed.

A row for each count of each second takes ten times as long as the text, and most of its counts come again a second
later. What only few events say is added at once: a text of its own would be nearly the record of one visit. For the
same reason everything stands in the order of its name: that in which it came would tell which values belong together.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping

from consentkit.stats.load import LoadCell
from consentkit.stats.model import Increments
from consentkit.stats.release import fresh_events

MANY = 50
"""Events of a metric that a batch must bring for their counts to be put aside."""
MOST_TEXTS = 500
"""Those that may lie there; four workers write 240 in the minute between two releases."""


def divided(increments: Increments) -> tuple[Increments, Increments]:
    """Of a batch what may be put aside, and what is to be added at once."""
    many = {metric for metric, count in fresh_events(increments).items() if count >= MANY}
    if not many:
        return Increments(), increments
    few = {metric for _, metric in increments.counts} - many
    aside, rest = Increments(load=increments.load), Increments()
    for key, sums in increments.counts.items():
        (rest if key[1] in few else aside).counts[key] = sums
    for total, count in increments.totals.items():
        (rest if total[1] in few else aside).totals[total] = count
    return aside, rest


def put_aside(connection: sqlite3.Connection, increments: Increments, day: str) -> None:
    """Keep what a batch brings that came in on an ISO date, in the transaction that runs."""
    data = {
        "counts": [[*key, *_split(increments.counts[key])] for key in sorted(increments.counts)],
        "totals": [[*key, count] for key, count in sorted(increments.totals.items())],
        "load": [[*cell, count] for cell, count in sorted(increments.load.items())],
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    connection.execute("INSERT INTO aside (day, text) VALUES (?, ?)", (day, text))


def has_room(connection: sqlite3.Connection, day: str) -> bool:
    """Whether one more text of a day may be put aside: they are of one day, and not too many."""
    texts, first = connection.execute("SELECT count(*), min(day) FROM aside").fetchone()
    return texts < MOST_TEXTS and first in (None, day)


def fetched(connection: sqlite3.Connection) -> Iterator[tuple[str, Increments]]:
    """What was put aside, by the day on which it came in; it is to be added then, and lies there no longer."""
    for (day,) in connection.execute("SELECT DISTINCT day FROM aside ORDER BY day").fetchall():
        counts: dict[tuple[str, str], Counter[str]] = {}
        whole = Increments()
        for (text,) in connection.execute("SELECT text FROM aside WHERE day = ?", (day,)):
            data = json.loads(text)
            for breakdown, metric, once, more in data["counts"]:
                _add(counts.setdefault((breakdown, metric), Counter()), once, more)
            for total_day, metric, count in data["totals"]:
                whole.totals[total_day, metric] += count
            for begin, route, metric, count in data["load"]:
                whole.load[LoadCell(begin, route, metric)] += count
        whole.counts.update(counts)
        connection.execute("DELETE FROM aside WHERE day = ?", (day,))
        yield day, whole


def _split(sums: Mapping[str, int]) -> tuple[list[str], dict[str, int]]:
    """The values that were met once, which are most and are counted in C when they are fetched, and the others."""
    often = sorted([value for value, count in sums.items() if count != 1])
    return sorted([value for value, count in sums.items() if count == 1]), {value: sums[value] for value in often}


def _add(sums: Counter[str], once: list[str], more: Mapping[str, int]) -> None:
    sums.update(once)
    for value, count in more.items():
        sums[value] = sums.get(value, 0) + count
