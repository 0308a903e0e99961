"""Visitors and answers on the first page."""

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from consentkit.dashboard.people import told_of
from consentkit.dashboard.periods import Period, chosen
from consentkit.stats.model import BatchId, Release
from consentkit.stats.stores.sqlite_sink import SqliteSink
from tests.dashboard.markup import plain
from tests.dashboard.sinks import TODAY, Desk, desk, make_sink

FIGURES = {"measured": 40, "engaged": 12, "new_day": 30, "new_week": 20, "new_month": 10}
ANSWERS = {"shown": 50, "accepted": 20, "refused": 10, "chosen": 5, "withdrawn": 2}


def with_totals(folder: Path, figures: dict[str, int]) -> Desk:
    """Somebody signed in over a sink whose every day has these totals besides its own 50 visits."""
    make_sink(folder / "stats.db", days=60)
    days = [(TODAY - dt.timedelta(days=ago)).isoformat() for ago in range(60)]
    totals = Counter({(day, metric): count for day in days for metric, count in figures.items()})
    sink = SqliteSink(folder / "stats.db")
    sink.apply(BatchId("more", 1), Release(TODAY.isoformat(), counts={}, proofs={}, totals=totals))
    sink.close()
    front = desk(folder)
    front.sign_in()
    return front


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (chosen("today", TODAY), ("day", "2026-11-23", "2026-11-23")),
        (chosen("28d", TODAY), ("week", "2026-11-16", "2026-11-22")),
        (chosen("28d", dt.date(2026, 11, 26)), ("week", "2026-11-16", "2026-11-22")),
        (chosen("7d", dt.date(2026, 11, 26)), ("week", "2026-11-23", "2026-11-25")),
        (chosen("month", TODAY), ("month", "2026-11-01", "2026-11-23")),
        (chosen("last-month", TODAY), ("month", "2026-10-01", "2026-10-31")),
        (Period("own", dt.date(2026, 11, 1), dt.date(2026, 11, 9), TODAY), ("week", "2026-11-02", "2026-11-08")),
        (Period("own", dt.date(2026, 11, 1), dt.date(2026, 11, 3), TODAY), ("day", "2026-11-03", "2026-11-03")),
    ],
)
def test_visitors_are_told_of_a_day_a_week_or_a_month(period: Period, expected: tuple[str, str, str]) -> None:
    """The month that a period is, else its last week, else its last day."""
    kind, first, last = told_of(period)
    assert expected == (kind, first.isoformat(), last.isoformat())


def test_visitors_are_called_measured_or_an_estimate(tmp_path: Path) -> None:
    """A week: 7 × 20 new of 280 measured visits are 140 exactly; of 105 others half are visitors too."""
    front = with_totals(tmp_path, FIGURES)
    text = plain(front.get("/"))
    assert "Visitors, 16 – 22 Nov 2026" in text
    assert "Measured 140" in text
    assert "Estimate 192 of everybody: 181 to 204 (95%), from 73% of visits" in text
    assert "Engaged visits 30% of measured visits" in text
    assert "Too few" not in text
    day = plain(front.get("/?period=today"))
    assert "Visitors, 23 Nov 2026" in day
    assert "Measured 30" in day
    assert "Estimate 3" not in day
    assert "Too few visits are measured" in day
    assert "Answers to the banner" not in day


def test_how_far_visits_went_is_told_of_those_measured(tmp_path: Path) -> None:
    """In pages and in time, as shares of the measured visits; nobody else is told of."""
    reached = {"reached_3_pages": 10, "reached_5_pages": 4, "reached_10_s": 24, "reached_60_s": 8, "reached_180_s": 2}
    text = plain(with_totals(tmp_path, {**FIGURES, **reached}).get("/?period=yesterday"))
    assert "How far visits went" in text
    assert (
        "3 pages or more 25% 10 5 pages or more 10% 4 10 pages or more 0% 0 "
        "10 seconds or more 60% 24 1 min or more 20% 8 3 min or more 5.0% 2"
    ) in text


def test_answers_are_told_with_their_share_of_what_was_shown(tmp_path: Path) -> None:
    """What was not answered is the rest; a withdrawal has no share. Without measured visits there are no visitors."""
    front = with_totals(tmp_path, {f"consent_{name}": count for name, count in ANSWERS.items()})
    text = plain(front.get("/?period=yesterday"))
    assert (
        "Shown 50 Accepted 20 40% Refused 10 20% Chose by purpose 5 10% Withdrawn later 2 Not answered 15 30%" in text
    )
    assert "Visitors" not in text


def test_a_site_that_measures_and_asks_nobody_has_neither_card(tmp_path: Path) -> None:
    """As most sites are at first."""
    text = plain(with_totals(tmp_path, {"moves": 3}).get("/"))
    assert "Visitors" not in text
    assert "How far visits went" not in text
    assert "Answers to the banner" not in text
