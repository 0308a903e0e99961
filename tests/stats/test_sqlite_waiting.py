"""What waits, as a moment of release reads and leaves it."""

import sqlite3
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats.model import OTHER, Cell, Increments
from consentkit.stats.release import decide
from consentkit.stats.stores.sqlite import statements_of
from consentkit.stats.stores.sqlite_waiting import add_counts, any_aged, held_in, leave, with_arrived
from tests.support.parts import Waiting, held_of, parts_of

K = 3
TODAY, PATIENCE = "2026-11-23", 7
DAYS = ("2026-11-10", "2026-11-22", TODAY)
CELLS = [Cell(name, value, metric) for name in ("page", "device") for value in ("/a", "/b", OTHER) for metric in "vw"]
PARTS = st.dictionaries(st.builds(Waiting, st.sampled_from(CELLS), st.sampled_from(DAYS)), st.integers(1, 2 * K))


def a_file(left, arrived=()):
    """A private store's tables, in which a moment has left parts of cells, and to which others have come since."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for statement in statements_of("private.sql"):
        connection.execute(statement)
    leave(connection, {}, held_of(left))
    for day, counts in by_day(dict(arrived)):
        add_counts(connection, counts, day)
    return connection


def held(file):
    """The parts in it."""
    return parts_of(with_arrived(file, held_in(file), []))


def by_day(parts):
    """Parts of cells, as they come in."""
    days = {day: Increments() for day in DAYS}
    for (cell, day), count in parts.items():
        days[day].add(cell, count)
    return [(day, increments.counts) for day, increments in days.items() if increments]


@given(PARTS, PARTS, PARTS)
def test_what_comes_in_counts_as_if_it_had_been_left_before(left, arrived, comes):
    """A moment decides alike, and leaves the same behind, whether the file held it or it was only met now."""
    found = []
    whole = Counter(left) + Counter(arrived) + Counter(comes)
    for file, new in ((a_file(left, arrived), by_day(comes)), (a_file(whole), [])):
        before = held_in(file)
        waiting = with_arrived(file, before, new)
        assert parts_of(waiting) == whole
        decision = decide(waiting, {"v": 2 * K, "w": 1}, shown={}, threshold=K, today=TODAY, patience_days=PATIENCE)
        leave(file, before, decision.waiting)
        assert held(file) == +parts_of(decision.waiting)
        found.append((held(file), decision.published))
        file.close()
    assert found[0] == found[1]
    rest, published = found[0]
    assert rest.total() + Increments(published).cells.total() == whole.total()


def test_counts_of_a_day_are_added_to_those_that_wait():
    """Of the same cell and day; of another day they are a part of their own."""
    cell = Cell("page", "/a", "v")
    file = a_file({Waiting(cell, TODAY): 1})
    for day in DAYS[1:]:
        add_counts(file, {("page", "v"): {"/a": 2}, ("device", "v"): {}}, day)
    assert held(file) == {Waiting(cell, TODAY): 3, Waiting(cell, DAYS[1]): 2}
    file.close()


def test_a_text_does_not_tell_in_which_order_values_came():
    """Those that were left together would be told by it, as a page and where its reader came from."""
    file = a_file({Waiting(Cell("page", value, "v"), TODAY): 1 for value in ("/c", "/a", "/b")})
    assert file.execute("SELECT counts FROM waiting").fetchall() == [('{"/a":1,"/b":1,"/c":1}',)]
    file.close()


def test_only_what_changed_is_written():
    """A day of which nothing leaves is left as it stands, one of which all has left is removed."""
    file = a_file({Waiting(Cell("page", "/a", "v"), day): 1 for day in DAYS})
    file.execute("CREATE TEMP TABLE written (day TEXT)")
    file.execute("CREATE TEMP TRIGGER note AFTER UPDATE ON waiting BEGIN INSERT INTO written VALUES (new.day); END")
    before = held_in(file)
    leave(file, before, {("page", "v"): {DAYS[0]: {"/a": 1}, DAYS[1]: {}, DAYS[2]: {"/a": 2}}})
    assert file.execute("SELECT day FROM written").fetchall() == [(TODAY,)]
    assert held(file) == {Waiting(Cell("page", "/a", "v"), DAYS[0]): 1, Waiting(Cell("page", "/a", "v"), TODAY): 2}
    file.close()


@given(PARTS, PARTS)
def test_what_must_join_other_is_found(left, arrived):
    """Be it left or arrived; what is in (other) already need not."""
    file = a_file(left, arrived)
    aged = {part for part in (*left, *arrived) if part.day < DAYS[1] and part.cell.value != OTHER}
    assert any_aged(file, DAYS[1]) == bool(aged)
    file.close()
