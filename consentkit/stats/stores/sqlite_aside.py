"""What batches of many requests bring is put aside as a text, and added to the counts when these are needed.

A row for each count of each second takes ten times as long as the text, and most of its counts come again a second
later. What only few events say is added at once: a text of its own would be nearly the record of one visit. For the
same reason everything stands in the order of its name: that in which it came would tell which values belong together.
"""

import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from consentkit.stats.load import LoadCell
from consentkit.stats.model import Increments, add_counts
from consentkit.stats.release import fresh_events
from consentkit.stats.stores import json_text

MANY = 50
"""Events of a metric that a batch must bring for their counts to be put aside."""
MOST_TEXTS = 500
"""Those that may lie there; four workers write 240 in the minute between two releases."""
NUMBER_BITS = 63
"""Of the number of a text: as many as SQLite's numbers have above nought."""


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
        "counts": [[*key, increments.counts[key]] for key in sorted(increments.counts)],
        "totals": [[*key, count] for key, count in sorted(increments.totals.items())],
        "load": [[*cell, count] for cell, count in sorted(increments.load.items())],
    }
    text = json_text.in_order(data)
    # By chance, so that no number comes twice and none tells when its text came.
    number = secrets.randbits(NUMBER_BITS)
    connection.execute("INSERT INTO aside (number, day, text) VALUES (?, ?, ?)", (number, day, text))


def has_room(connection: sqlite3.Connection, day: str) -> bool:
    """Whether one more text of a day may be put aside: they are of one day, and not too many."""
    texts, first = connection.execute("SELECT count(*), min(day) FROM aside").fetchone()
    return texts < MOST_TEXTS and first in (None, day)


class Aside:
    """What was put aside, added up by the day on which it came in; `numbers` are those of the texts that are in it."""

    def __init__(self) -> None:
        self.numbers: set[int] = set()
        self.days: dict[str, Increments] = {}

    def take(self, connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
        """Add the texts of these numbers, except those that are no longer there."""
        for number in numbers:
            row = connection.execute("SELECT day, text FROM aside WHERE number = ?", (number,)).fetchone()
            if row is not None:
                self.numbers.add(number)
                _add(self.days.setdefault(row[0], Increments()), json_text.read(row[1]))


def added_up(connection: sqlite3.Connection, before: Aside | None = None) -> Aside:
    """What lies there now: most of the work, and it needs no transaction, so no other worker waits.

    `before` is what was added up already; what came since is added to it.
    """
    numbers = _numbers(connection)
    # A number never comes twice: where all are there still, nobody has fetched them in between.
    aside = before if before is not None and before.numbers <= numbers else Aside()
    aside.take(connection, numbers - aside.numbers)
    return aside


def fetched(connection: sqlite3.Connection, before: Aside | None = None) -> Iterator[tuple[str, Increments]]:
    """What was put aside, by the day on which it came in; it is to be added then, and lies there no longer.

    `before` is what `added_up` found before the transaction that runs.
    """
    aside = added_up(connection, before)
    connection.execute("DELETE FROM aside")
    yield from sorted(aside.days.items())


def _numbers(connection: sqlite3.Connection) -> set[int]:
    return {number for (number,) in connection.execute("SELECT number FROM aside")}


def _add(whole: Increments, data: Mapping[str, Any]) -> None:
    for breakdown, metric, sums in data["counts"]:
        add_counts(whole.counts, breakdown, metric, sums)
    for day, metric, count in data["totals"]:
        whole.totals[day, metric] += count
    for begin, route, metric, count in data["load"]:
        whole.load[LoadCell(begin, route, metric)] += count
