"""What a report says, and how it reads."""

import datetime as dt
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from consentkit.dashboard.wording import Wording
from consentkit.reports.html import as_html
from consentkit.reports.saying import say
from consentkit.reports.text import WIDTH, as_text, cut
from consentkit.stats.estimate import Estimate
from consentkit.stats.model import BatchId, Gap, Release
from consentkit.stats.stores.sqlite_sink import SqliteSink
from consentkit.stats.visitors import Visitors
from tests.dashboard.sinks import TODAY, VALUES, make_sink
from tests.reports.making import HOSTILE, WEEK, content, said


@pytest.fixture(scope="module")
def sink(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty days of figures, and a time of lost counts."""
    path = tmp_path_factory.mktemp("sink") / "stats.db"
    make_sink(path, values={**VALUES, "channel": {"search": 60, "internal": 40}, "goal": {"contact": 12}})
    writer = SqliteSink(path)
    gap = Gap("2026-11-20T08:00:07Z", "2026-11-20T08:01:07Z", "killed", 0)
    writer.apply(BatchId("more", 1), Release("2026-11-20", {}, {}, gaps=[gap]))
    writer.close()
    return path


def test_a_week_is_compared_with_the_week_before(sink: Path) -> None:
    """Seven days of 110 views against seven of 110; against a time without all its days, with nothing."""
    week = content(sink)
    assert (770, 385, 1400) == (week.counts.views, week.counts.visits, week.counts.requests)
    assert week.before is not None
    assert 770 == week.before.views
    oldest = TODAY - dt.timedelta(days=59)
    assert content(sink, (oldest, oldest + dt.timedelta(days=6))).before is None


def test_it_is_said_whether_a_change_is_more_than_chance(tmp_path: Path) -> None:
    """A fall by a tenth of days that never differ is real, none is within the usual; too few days tell nothing."""
    make_sink(tmp_path / "stats.db")
    verdicts = {
        days: {tile.label: tile.verdict for tile in said(tmp_path / "stats.db", days).tiles}
        for days in (WEEK, (dt.date(2026, 10, 26), dt.date(2026, 11, 22)))
    }
    assert "within the usual" == verdicts[WEEK]["Views"]
    assert ("likely real", "within the usual") == tuple(
        verdicts[dt.date(2026, 10, 26), dt.date(2026, 11, 22)][name] for name in ("Views", "Requests")
    )
    make_sink(tmp_path / "young.db", days=3)
    young = said(tmp_path / "young.db", (TODAY, TODAY)).tiles[0]
    assert ("was 110", "too few days to judge") == (young.was, young.verdict)


def test_the_chart_has_a_place_for_each_day_or_week_of_the_period(sink: Path) -> None:
    """Their sums are the period's; weeks begin on Mondays."""
    week, long = content(sink), content(sink, (TODAY - dt.timedelta(days=80), TODAY))
    assert [(110, 55)] * 7 == [(column.views, column.visits) for column in week.columns]
    assert long.counts.views == sum(column.views for column in long.columns)
    assert {0} == {column.first.weekday() for column in long.columns[1:]}
    assert all(
        after.first - before.last == dt.timedelta(days=1)
        for before, after in zip(long.columns, long.columns[1:], strict=False)
    )


def test_lists_name_what_can_be_named(sink: Path) -> None:
    """Without the rest, the unknown, and what came from the site itself."""
    lists = {listed.key: listed for listed in content(sink).lists}
    assert [("/", 420), ("/products", 210)] == list(lists["page"].rows)
    assert [("search", 210)] == list(lists["channel"].rows)
    assert {"(direct)", "example.org"} == {value for value, _ in lists["referrer"].rows}
    assert [("NL", 245), ("DE", 70)] == list(lists["country"].rows)
    assert "campaign" not in lists


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ("9 – 22 Nov 2026", "1,540", "Mon 9 Nov", "Netherlands")),
        ("nl", ("9 – 22 nov 2026", "1.540", "ma 9 nov", "Nederland")),
        ("es", ("9 – 22 nov 2026", "1540", "lun 9 nov", "Países Bajos")),
    ],
    ids=["en", "nl", "es"],
)
def test_numbers_dates_and_names_are_the_readers(sink: Path, language: str, expected: tuple[str, ...]) -> None:
    """In the page and in the text alike."""
    fortnight = said(sink, (WEEK[0] - dt.timedelta(days=7), WEEK[1]), language)
    for written in (as_html(fortnight), as_text(fortnight)):
        plain = written.replace("\u00a0", " ")
        assert list(expected) == [word for word in expected if word in plain]


def test_visitors_and_answers_are_told_where_they_are_known(sink: Path) -> None:
    """Visitors as an estimate with its interval, answers with their share of the banners shown."""
    estimate = Estimate(value=1200, low=1100, high=1350, measured=0.4)
    visitors = Visitors("2026-W47", *WEEK, measured=480, estimate=estimate)
    answers = {"shown": 200, "accepted": 90, "refused": 60, "chosen": 0, "withdrawn": 2, "ignored": 50}
    text = as_text(say(replace(content(sink), visitors=visitors, consent=answers), Wording("en")))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "Visitors (estimate) 1,200 between 1,100 and 1,350" in lines
    assert {"Accepted 90 45%", "Not answered 50 25%", "Withdrawn later 2"} <= set(lines)


def test_gaps_the_threshold_and_sample_data_are_said(sink: Path, tmp_path: Path) -> None:
    """Nobody takes a figure for more than it is."""
    text = as_text(said(sink)).replace("\u00a0", " ")
    assert "Counts were lost between 20 Nov 2026 09:00 and 20 Nov 2026 09:01." in text
    assert "at least 10 views" in text
    assert "Sample data" not in text
    make_sink(tmp_path / "stats.db", sample="2026-08-25/2026-11-16")
    assert "Sample data" in as_text(said(tmp_path / "stats.db"))
    later = (dt.date(2026, 11, 17), dt.date(2026, 11, 22))
    assert "Sample data" not in as_text(said(tmp_path / "stats.db", later))


def test_a_report_of_nothing_is_a_sentence(tmp_path: Path) -> None:
    """In place of zeros, before there is a sink and for days without figures."""
    for days in (WEEK, (dt.date(2020, 1, 1), dt.date(2020, 1, 31))):
        nothing = said(tmp_path / "none.db", days)
        assert nothing.empty.startswith("There are no figures of")
        assert (nothing.empty in as_html(nothing), nothing.empty in as_text(nothing)) == (True, True)
        assert ((), ()) == (nothing.tiles, nothing.sections)


class Tags(HTMLParser):
    """Collects the tags and attributes of a page as a browser's parser sees them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at every tag."""
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.addresses.update(value or "" for name, value in attrs if name in ("href", "src", "background"))


def test_visitors_texts_are_texts_and_nothing_is_fetched(tmp_path: Path) -> None:
    """What a visitor typed into an address neither runs nor breaks the page, and the page names no picture."""
    values = {**VALUES, "page": dict.fromkeys(HOSTILE, 20), "campaign": dict.fromkeys(HOSTILE, 20)}
    make_sink(tmp_path / "stats.db", values=values)
    report = said(tmp_path / "stats.db", site="<b>Example</b>", link="https://www.example.com/statistics/")
    page, harmless = Tags(as_html(report)), Tags(as_html(said(tmp_path / "none.db")))
    assert {"https://www.example.com/statistics/"} == page.addresses
    assert set() == page.tags - harmless.tags - {"div", "b", "br", "span", "h2", "a"}
    assert [] == [name for name in page.attributes if name.startswith("on")]
    text = as_text(report)
    assert [] == [value for value in HOSTILE if value not in text]


def test_the_text_fits_into_a_mail_programs_lines(tmp_path: Path) -> None:
    """Long paths are cut in the middle."""
    make_sink(tmp_path / "stats.db", values={**VALUES, "page": {"/" + "long-name-" * 20: 100}})
    lines = as_text(said(tmp_path / "stats.db", link="https://www.example.com/")).splitlines()
    assert [] == [line for line in lines if len(line) > WIDTH + 6 and not line.endswith(".")]
    assert ("abc", "ab…yz", 44) == (cut("abc", 5), cut("abcdefxyz", 5), len(cut("x" * 600, 44)))
