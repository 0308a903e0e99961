"""Goals are read from their own totals, which are exact, whether or not enough have gathered for a cell."""

import sqlite3
from collections import Counter
from datetime import date

import pytest

from consentkit.exporters.sink import span_of, tables_of
from consentkit.stats.breakdowns import CONVERSIONS, GOALS
from consentkit.stats.model import BatchId, Proof, Published, Release
from consentkit.stats.report import build_report
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader
from consentkit.stats.stores.sqlite_sink import SqliteSink

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
REACHED = {MONDAY: {"contact": 2, "order_100%": 14}, TUESDAY: {"contact": 1}}


@pytest.fixture
def reader(tmp_path):
    """A sink of two days in which three enquiries came, and fourteen orders, of which ten have left by value."""
    sink = SqliteSink(tmp_path / "stats.db", ())
    for number, (day, goals) in enumerate(REACHED.items(), 1):
        totals = Counter({(day.isoformat(), f"goal:{goal}"): count for goal, count in goals.items()})
        totals[day.isoformat(), GOALS] = sum(goals.values())
        left = (GOALS, CONVERSIONS) if number == 1 else ()
        counts = {("goal", metric): {"order_100%": Published(10, 1, 10)} for metric in left}
        proofs = {(metric, 10): Proof(1, 10, 10) for metric in left}
        sink.apply(BatchId("s", number), Release(day.isoformat(), counts, proofs, totals))
    sink.close()
    return SqliteSinkReader(tmp_path / "stats.db")


def test_three_enquiries_are_seen_as_three(reader):
    """In lists, largest first, with a limit, from a place on, and searched for: `%` and `_` stand for themselves."""
    assert [("order_100%", 14), ("contact", 3)] == reader.top("goal", GOALS, MONDAY, TUESDAY, None)
    assert [("order_100%", 14)] == reader.top("goal", GOALS, MONDAY, TUESDAY, 1)
    assert [("contact", 3)] == reader.top("goal", GOALS, MONDAY, TUESDAY, 9, offset=1)
    assert [("order_100%", 14)] == reader.top("goal", GOALS, MONDAY, TUESDAY, None, search="R_1")
    assert [] == reader.top("goal", GOALS, MONDAY, TUESDAY, None, search="o%c")
    assert 2 == reader.count_values("goal", GOALS, MONDAY, TUESDAY)
    assert 1 == reader.count_values("goal", GOALS, TUESDAY, TUESDAY)
    assert 1 == reader.count_values("goal", GOALS, MONDAY, TUESDAY, "CONT")


def test_they_count_on_the_day_on_which_they_were_reached(reader):
    """By value, by day, and as the part of the total that is shown by value: all of it."""
    assert {GOALS: 3} == reader.value_totals("goal", "contact", MONDAY, TUESDAY)
    assert [("2026-11-23", 2), ("2026-11-24", 1)] == reader.value_days("goal", "contact", GOALS, MONDAY, TUESDAY)
    assert [("2026-11-24", "contact", 1)] == reader.days_by_value("goal", GOALS, TUESDAY, TUESDAY)
    assert 17 == reader.shown(MONDAY, TUESDAY)["goal", GOALS]


def test_conversions_obey_the_rule(reader):
    """What measured visits reached has no totals by goal, so it is told from k on."""
    assert [("order_100%", 10)] == reader.top("goal", CONVERSIONS, MONDAY, TUESDAY, None)
    assert {GOALS: 14, CONVERSIONS: 10} == reader.value_totals("goal", "order_100%", MONDAY, TUESDAY)
    assert [] == reader.value_days("goal", "contact", CONVERSIONS, MONDAY, TUESDAY)


def test_the_report_tells_them(reader):
    """For scripts, with the conversions beside them."""
    found = build_report(reader, MONDAY, TUESDAY, ["goal"]).as_json()["breakdowns"]["goal"]
    expected = [{"value": "order_100%", GOALS: 14, CONVERSIONS: 10}, {"value": "contact", GOALS: 3, CONVERSIONS: 0}]
    assert expected == found


def test_the_view_and_an_export_tell_the_same(tmp_path, reader):
    """Whoever asks the sink in SQL, or takes the cells away, gets what lists and reports show."""
    rows = sqlite3.connect(tmp_path / "stats.db").execute("SELECT * FROM goal ORDER BY day, value").fetchall()
    expected = [("2026-11-23", "contact", 2, 0), ("2026-11-23", "order_100%", 14, 10), ("2026-11-24", "contact", 1, 0)]
    assert expected == rows
    with reader.snapshot():
        [_, cells] = tables_of(reader, span_of(reader, MONDAY, TUESDAY), ["cells"])
        exported = [(str(day), value, metric, count) for day, _, value, metric, count, *_ in cells.rows]
    assert [
        ("2026-11-23", "order_100%", CONVERSIONS, 10),
        ("2026-11-23", "contact", GOALS, 2),
        ("2026-11-23", "order_100%", GOALS, 14),
        ("2026-11-24", "contact", GOALS, 1),
    ] == exported
