"""What the page about the load shows."""

import csv
import datetime as dt
import io
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from consentkit.dashboard.load_figures import kinds_of
from consentkit.dashboard.load_tables import ROUTE_COLUMNS
from consentkit.dashboard.periods import Period, chosen
from consentkit.dashboard.wording import Wording
from consentkit.stats.load import LoadCell, bucket_of, in_series, milliseconds_of
from consentkit.stats.model import BatchId, Gap, Proof, Published, Release
from consentkit.stats.stores.sqlite_sink import SqliteSink
from tests.dashboard.markup import HOSTILE, dangerous, plain
from tests.dashboard.sinks import TODAY, Desk, desk, make_sink

YESTERDAY = TODAY - dt.timedelta(days=1)


def cells_of(begin: str, route: str = "", **figures: int) -> Mapping[LoadCell, int]:
    return {LoadCell(begin, route, metric): count for metric, count in figures.items()}


def took(seconds: float) -> str:
    return f"took_{bucket_of(seconds)}"


def busy_sink(folder: Path) -> None:
    """Sixty days with figures, the last whole one a busy one."""
    make_sink(folder / "stats.db")
    make_busy(folder / "stats.db")


def make_busy(path: Path) -> None:
    """Give the last whole day of a sink peaks, errors, routes, a campaign and a loss."""
    day = YESTERDAY.isoformat()
    load = {
        **cells_of(f"{day}T12:30Z", requests=90, busiest_second=17, most_at_once=6),
        **cells_of(f"{day}T12Z", served=90, bytes=9_000, status_2xx=70, status_4xx=11, status_5xx=9, **{took(0.4): 90}),
        **cells_of(f"{day}T12Z", "/slow/{id}", served=30, status_2xx=27, status_5xx=3, **{took(2.0): 30}),
        **cells_of(f"{day}T12Z", "/fast", served=40, status_2xx=40, **{took(0.01): 40}),
        **cells_of(f"{day}T12Z", "(none)", served=20, status_2xx=20, **{took(0.001): 20}),
    }
    views = {"spring": 30, "(none)": 70}
    release = Release(
        day,
        {("campaign", "views"): {name: Published(count, 1, count) for name, count in views.items()}},
        {("views", 10): Proof(1, 100, 100)},
        Counter(),
        in_series(load),
        [Gap(f"{day}T15:00:10Z", f"{day}T15:02:40Z", "killed", 0)],
    )
    sink = SqliteSink(path)
    sink.apply(BatchId("busy", 1), release)
    sink.close()


def shown(page: str) -> str:
    """A page's text without the explanations, which are closed."""
    return plain(re.sub(r'<button type="button" class="why".*?</div>', "", page, flags=re.DOTALL))


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Somebody who is signed in to a dashboard mounted below a path; for all tests of this module, which only read."""
    folder = tmp_path_factory.mktemp("busy")
    busy_sink(folder)
    front = desk(folder, root="/dash")
    front.sign_in()
    return front


def test_the_peaks_errors_and_times_of_a_day_are_told(reader: Desk) -> None:
    """60 requests of every day and 90 at half past one; of 190 answers 90 took 12 ms, 7 0.2 s, 90 0.4 s, 3 two."""
    text = shown(reader.get("/load?period=yesterday"))
    assert "Requests 150 was 60" in text
    assert "Server errors 10% 9 answers with 5xx" in text
    assert "Busiest second 17 Sun 22 Nov 13:30" in text
    assert "Most at once 6 Sun 22 Nov 13:30" in text
    assert (
        "Most at once" not in shown(reader.get("/load?from=2026-11-01&to=2026-11-02")).partition("Show as a table")[0]
    )
    p50, p95, p99 = (
        Wording("en").milliseconds(milliseconds_of(bucket_of(seconds))).replace("\u00a0", " ")
        for seconds in (0.2, 0.4, 2.0)
    )
    assert f"95% answered within {p95} half within {p50}, 99% within {p99}" in text
    assert "Counts were lost between 22 Nov 2026 16:00 and 22 Nov 2026 16:02" in text


def test_a_day_is_shown_by_its_hours_with_what_lay_over_it(reader: Desk) -> None:
    """The hour of the loss is hatched, the campaign has a lane, and the table has every hour."""
    page = reader.get("/load?period=yesterday")
    assert "Sun 22\u00a0Nov 13:00: 90 requests, 9 server errors; campaign spring: 30 views" in page
    assert "Sun 22\u00a0Nov 16:00: 0 requests, 0 server errors; counts are missing" in page
    assert 1 == page.count('class="patchy"')
    assert "spring: 30 views</text>" in page
    assert 24 == page.count('<tr><th scope="row">Sun 22')


def test_hours_days_and_weeks_are_offered_where_they_can_be_told_apart() -> None:
    """What is asked for in vain is left aside."""

    def days(count: int) -> Period:
        return Period("own", TODAY - dt.timedelta(days=count), YESTERDAY, TODAY)

    assert ("hour", ("hour",)) == kinds_of(chosen("today", TODAY), "day")
    assert ("hour", ("hour", "day")) == kinds_of(days(2), "week")
    assert ("hour", ("hour", "day")) == kinds_of(days(28), "hour")
    assert ("day", ("day",)) == kinds_of(days(90), "hour")
    assert ("week", ("week",)) == kinds_of(days(200), "<script>")


def test_a_year_is_shown_by_its_weeks(reader: Desk) -> None:
    """Each is named by its first day, in every language."""
    assert "week from 16\xa0Nov" in reader.get("/load?period=year")
    assert "week vanaf 16\xa0nov" in reader.get("/load?period=year&lang=nl")


def test_the_week_is_a_table_whose_cells_are_read_out(reader: Desk) -> None:
    """Of four weeks, though the period is a day: 60 requests at 11, on the Sunday 90 more at 13 of four Sundays."""
    page = reader.get("/load?period=yesterday")
    assert 7 * 24 == page.count('an hour"><span>')
    assert 'class="h9" title="Mon 11:00–12:00: 60 an hour"><span>60</span>' in page
    assert 'title="Sun 13:00–14:00: 22 an hour"' in page
    assert "26 Oct – 22 Nov 2026" in plain(page)
    assert "Busiest: Mon 11:00–12:00, 60 an hour." in plain(page)


def test_the_forecast_tells_its_own_error(reader: Desk, tmp_path: Path) -> None:
    """200 requests every day: 5,600 in four weeks, never off; and nothing is said from too little."""
    text = plain(reader.get("/load"))
    assert "23 Nov – 20 Dec 2026: about 5,600 requests." in text
    assert "were off by 0%" in text
    young = tmp_path / "young"
    young.mkdir()
    make_sink(young / "stats.db", days=20)
    front = desk(young)
    front.sign_in()
    assert "Six weeks with figures are needed" in plain(front.get("/load"))


NO_PAGE = "No page: images, styles, scripts, bots"


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("time", ["/slow/{id}", "/fast", NO_PAGE]),
        ("slow", ["/slow/{id}", "/fast", NO_PAGE]),
        ("busy", ["/fast", "/slow/{id}", NO_PAGE]),
        ("failing", ["/slow/{id}"]),
        ("<x>", ["/slow/{id}", "/fast", NO_PAGE]),
    ],
)
def test_routes_are_sorted_by_what_is_wrong_with_them(reader: Desk, sort: str, names: list[str]) -> None:
    """What is no route comes last whatever its figures; of those that fail only failing ones are shown."""
    page = reader.get(f"/load?period=yesterday&sort={sort}")
    table = page[page.index('<table class="bars routes">') : page.index("Routes as CSV")]
    assert names == [part.split('"')[0] for part in table.split('<bdi title="')[1:]]
    assert "10%</td>" in table


def test_the_course_and_the_routes_are_files(reader: Desk) -> None:
    """As they are on the screen, with plain numbers."""
    found = reader.client.get("/dash/load.csv?period=yesterday&step=hour")
    rows = list(csv.DictReader(io.StringIO(found.text.removeprefix("\ufeff"))))
    assert 24 == len(rows)
    assert ("2026-11-22T13:00+01:00", "90", "9", "6") == tuple(
        rows[13][name] for name in ("begin", "requests", "5xx", "most_at_once")
    )
    assert 'filename="load-2026-11-22-2026-11-22.csv"' in found.headers["content-disposition"]
    routes = list(csv.DictReader(io.StringIO(reader.get("/routes.csv?period=yesterday").removeprefix("\ufeff"))))
    assert ["/fast", "/slow/{id}", "(none)"] == [row["route"] for row in routes]
    assert 1900 < float(routes[1]["mean_ms"]) < 2100


def test_routes_and_campaigns_are_a_visitors_words(tmp_path: Path) -> None:
    """They are shown as text, in the page and in its files."""
    busy_sink(tmp_path)
    reader = desk(tmp_path, root="/dash")
    reader.sign_in()
    day = YESTERDAY.isoformat()
    load = {cell: n for value in HOSTILE for cell, n in cells_of(f"{day}T12Z", value, served=30, status_5xx=30).items()}
    counts = {("campaign", "views"): {value: Published(30, 1, 30) for value in HOSTILE}}
    sink = SqliteSink(tmp_path / "stats.db")
    sink.apply(BatchId("hostile", 1), Release(day, counts, {}, Counter(), in_series(load), []))
    sink.close()
    for sort in ("busy", "failing"):
        page = reader.get(f"/load?period=yesterday&sort={sort}")
        assert set() == dangerous(page)
        assert "<script>alert" not in page
    text = reader.client.get("/dash/routes.csv?period=yesterday").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert 1 + 3 + len(HOSTILE) == len(rows)
    assert {len(ROUTE_COLUMNS)} == set(map(len, rows))
    assert not any(row[0].startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows)


def test_before_the_first_figures_and_in_a_period_without_load_it_says_so(tmp_path: Path) -> None:
    """And only those who are signed in see anything."""
    front = desk(tmp_path)
    assert front.client.get("/load").url.path == "/sign-in"
    front.sign_in()
    assert "Waiting for the first visitors" in front.get("/load")
    make_sink(tmp_path / "stats.db", days=3)
    assert "No load is known of this period" in front.get("/load?from=2026-01-01&to=2026-01-02")
    assert "yet to come" in front.get("/load?period=today")
