"""What waits, as a moment of release reads and leaves it."""

import sqlite3
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats.model import OTHER, Cell, Increments, Waiting
from consentkit.stats.release import aged_before, decide
from consentkit.stats.stores.sqlite import statements_of
from consentkit.stats.stores.sqlite_waiting import Room, add_counts, add_parts

K = 3
TODAY, PATIENCE = "2026-11-23", 7
DAYS = ("2026-11-10", "2026-11-22", TODAY)
BEFORE = aged_before(TODAY, PATIENCE)
CELLS = [Cell(name, value, metric) for name in ("page", "device") for value in ("/a", "/b", OTHER) for metric in "vw"]
PARTS = st.dictionaries(st.builds(Waiting, st.sampled_from(CELLS), st.sampled_from(DAYS)), st.integers(1, 2 * K))


def a_file(parts):
    """A private store's tables, with parts of cells in them."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for statement in statements_of("private.sql"):
        connection.execute(statement)
    add_parts(connection, parts)
    return connection


def held(connection):
    """The parts in it."""
    rows = connection.execute("SELECT breakdown, value, metric, day, count FROM waiting")
    return {Waiting(Cell(*names), day): count for *names, day, count in rows}


def by_day(parts):
    """Parts of cells, as they come in."""
    days = {day: Increments() for day in DAYS}
    for (cell, day), count in parts.items():
        days[day].add(cell, count)
    return [(day, increments.counts) for day, increments in days.items() if increments]


def sums(parts):
    """Events by cell."""
    found = Counter()
    for part, count in parts.items():
        found[part.cell] += count
    return found


@given(PARTS, PARTS)
def test_what_comes_in_counts_as_if_it_had_been_written_before(waits, comes):
    """A moment decides alike, and leaves the same behind, whether the file held it or it was only met now."""
    found = []
    for file, arrived in ((a_file(waits), by_day(comes)), (a_file(Counter(waits) + Counter(comes)), [])):
        room = Room(file, arrived, {}, threshold=K, before=BEFORE)
        decision = decide(
            room.shown, {"v": 2 * K, "w": 1}, others=room.others, threshold=K, today=TODAY, patience_days=PATIENCE
        )
        room.settle(decision.waiting)
        found.append((held(file), decision.published))
        file.close()
    assert found[0] == found[1]
    left, published = found[0]
    assert sum(left.values()) + sum(published.values()) == sum(waits.values()) + sum(comes.values())


@given(PARTS)
def test_only_what_a_moment_may_change_is_shown(waits):
    """Cells with enough events or with old parts, and (other); of all others it is told how much waits."""
    file = a_file(waits)
    room = Room(file, [], {}, threshold=K, before=BEFORE)
    file.close()
    aged = {part.cell for part in waits if part.day < BEFORE}
    shown = {cell for cell, count in sums(waits).items() if count >= K or cell in aged or cell.value == OTHER}
    assert {part: count for part, count in waits.items() if part.cell in shown} == room.shown
    others = {(cell.breakdown, cell.value, cell.metric): n for cell, n in sums(waits).items() if cell not in shown}
    told = {(name, value, metric): n for (name, metric), values in room.others.items() for value, n in values.items()}
    assert others == told


def test_counts_of_a_day_are_added_to_those_that_wait():
    """Of the same cell and day; of another day they are a part of their own."""
    cell = Cell("page", "/a", "v")
    file = a_file({Waiting(cell, TODAY): 1})
    for day in DAYS[1:]:
        add_counts(file, {("page", "v"): {"/a": 2}, ("device", "v"): {}}, day)
    assert held(file) == {Waiting(cell, TODAY): 3, Waiting(cell, DAYS[1]): 2}
    file.close()
