"""What batches of many requests bring is put aside as a text, and added to the counts when these are needed.

A row for each count of each second takes ten times as long as the text, and most of its counts come again a second
later. What only few events say is added at once: a text of its own would be nearly the record of one visit.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from typing import Any

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
    text = json.dumps(
        {
            "counts": [[*key, sums] for key, sums in increments.counts.items()],
            "totals": [[*key, count] for key, count in increments.totals.items()],
            "load": [[*cell, count] for cell, count in increments.load.items()],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
    connection.execute("INSERT INTO aside (day, text) VALUES (?, ?)", (day, text))


def has_room(connection: sqlite3.Connection, day: str) -> bool:
    """Whether one more text of a day may be put aside: they are of one day, and not too many."""
    texts, first = connection.execute("SELECT count(*), min(day) FROM aside").fetchone()
    return texts < MOST_TEXTS and first in (None, day)


def fetched(connection: sqlite3.Connection) -> Iterator[tuple[str, Increments]]:
    """What was put aside, by the day on which it came in; it is to be added then, and lies there no longer."""
    for (day,) in connection.execute("SELECT DISTINCT day FROM aside ORDER BY day").fetchall():
        whole = Increments()
        for (text,) in connection.execute("SELECT text FROM aside WHERE day = ?", (day,)):
            whole.merge(_read(text))
        connection.execute("DELETE FROM aside WHERE day = ?", (day,))
        yield day, whole


def _read(text: str) -> Increments:
    data: dict[str, Any] = json.loads(text)
    return Increments(
        {(breakdown, metric): sums for breakdown, metric, sums in data["counts"]},
        Counter({(day, metric): count for day, metric, count in data["totals"]}),
        Counter({LoadCell(begin, route, metric): count for begin, route, metric, count in data["load"]}),
    )
