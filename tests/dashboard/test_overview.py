"""What the first page shows."""

import datetime as dt
import re
from pathlib import Path

import pytest

from consentkit.dashboard.groups import GROUPS
from consentkit.stats.model import BatchId, Gap, Release
from consentkit.stats.stores.sqlite_sink import SqliteSink
from tests.dashboard.markup import dangerous, plain
from tests.dashboard.sinks import VALUES, Desk, desk, make_sink

CARD_PLACES = re.compile(r'<section class="panel card [^"]*" id="(\w+)" data-live-part')


def test_the_headline_figures_are_those_of_the_period_with_their_change(reader: Desk) -> None:
    """28 days of 110 views against 28 of 100; bots are crawlers and AI crawlers, 50 of 200 requests."""
    text = plain(reader.get("/"))
    assert "26 Oct – 22 Nov 2026" in text
    assert "compared with 28 Sep – 25 Oct 2026" in text
    assert "3,080 up 10% was 2,800 likely real" in text
    assert "1,540 up 10% was 1,400 likely real" in text
    assert "2.00 unchanged 0% was 2.00 within the usual" in text
    assert "5,600 unchanged 0% was 5,600 within the usual" in text
    assert "25% unchanged 0.0 pts was 25% within the usual" in text


def test_every_list_has_its_card(reader: Desk) -> None:
    """With names, counts and the way to the whole list and its file."""
    page = reader.get("/")
    for key in ("page", "referrer", "country", "device", "language", "status", "classes"):
        assert f'href="{reader.root}/list?card={key}"' in page
        assert f'href="{reader.root}/list.csv?card={key}"' in page
    page += reader.get("/?devices=browser") + reader.get("/?devices=os")
    for name in (
        "/products",
        "example.org",
        "Netherlands",
        "Firefox",
        "Linux",
        "Computer",
        "Dutch",
        "404 Not Found",
        "AI crawlers",
    ):
        assert name in page


def test_the_threshold_is_explained_with_its_number(reader: Desk) -> None:
    """And each card says how much of the total it shows by value."""
    text = plain(reader.get("/"))
    assert "once at least 10 views of it have gathered" in text
    assert "81% shown by value" in text


def test_what_is_no_value_stands_last_whatever_its_count(reader: Desk) -> None:
    """The rest does not push down what people look for."""
    page = reader.get("/")
    assert page.index(">/products<") < page.index("Everything else")


def test_sample_data_is_marked_on_pages_and_in_file_names(tmp_path: Path) -> None:
    """So that nobody takes it for their own."""
    make_sink(tmp_path / "stats.db", sample="2026-08-25/2026-11-22")
    front = desk(tmp_path)
    front.sign_in()
    for path in ("/", "/list?card=page"):
        assert "Sample data 25 Aug – 22 Nov 2026" in plain(front.get(path))
    assert "-sample.csv" in front.client.get("/days.csv").headers["content-disposition"]
    assert "-sample" not in front.client.get("/days.csv?period=today").headers["content-disposition"]


def test_without_sample_data_nothing_is_marked(reader: Desk) -> None:
    """The mark means something."""
    assert "Sample data" not in reader.get("/")


def test_the_chart_has_a_table_behind_it(reader: Desk) -> None:
    """Every day of the period with its figures, for those who cannot or will not read a chart."""
    page = reader.get("/?period=7d")
    cells = "</td><td>".join(("110", "55", "2.00", "200", "25%", "110"))
    assert 7 == len(re.findall(rf'<th scope="row">\w{{3}} \d+\xa0\w{{3}}</th><td>{cells}</td>', page))
    assert '<th scope="col">Views, compared</th>' in page
    assert 'role="img"' in page


def test_today_is_offered_while_a_period_without_it_is_shown(reader: Desk) -> None:
    """And is not compared with a whole day."""
    assert "Views today so far: 100; visits: 50" in reader.get("/")
    today = plain(reader.get("/?period=today"))
    assert "23 Nov 2026 so far" in today
    assert "compared with" not in today
    assert "The days before the period are paler" in today


def test_a_long_period_is_shown_by_week(tmp_path: Path) -> None:
    """From the first day that has figures."""
    make_sink(tmp_path / "stats.db", days=200)
    front = desk(tmp_path)
    front.sign_in()
    page = plain(front.get("/?from=2025-06-01&to=2026-11-22"))
    assert "per week" in page
    assert "8 – 10 May 2026: 300 Views" in page
    assert "1 – 7 May" not in page
    assert "Jul 2026: 3,100 Views" in plain(front.get("/?from=2025-06-01&to=2026-11-22&step=month"))


def test_lists_can_be_counted_by_visits(reader: Desk) -> None:
    """The choice is kept in every link of the page."""
    page = reader.get("/?by=visits&period=7d")
    assert "by=visits" in re.search(r'href="([^"]*/list\?[^"]*card=page[^"]*)"', page)[1]  # type: ignore[index]
    assert '<th scope="col" class="figure">visits</th>' in page


def test_what_is_not_there_is_a_page_of_ours(reader: Desk) -> None:
    """An unknown list and an unknown address."""
    for path in ("/list?card=users", "/list", "/nothing", "/list.csv?card=../x"):
        response = reader.client.get(reader.root + path)
        assert 404 == response.status_code
        assert "There is no such page" in response.text


def test_before_the_first_release_the_page_says_what_it_waits_for(tmp_path: Path) -> None:
    """Whether the sink is not there yet, or is empty."""
    front = desk(tmp_path)
    front.sign_in()
    assert "Waiting for the first visitors" in front.get("/")
    sink = SqliteSink(tmp_path / "stats.db")
    sink.describe({"threshold": "25"})
    sink.close()
    assert "As soon as 25 page views" in front.get("/")
    for path in ("/list?card=page", "/list.csv?card=page", "/days.csv"):
        assert 200 == front.client.get(path).status_code


def test_on_the_first_day_today_is_shown(tmp_path: Path) -> None:
    """The last 28 days would be empty."""
    make_sink(tmp_path / "stats.db", days=1)
    front = desk(tmp_path)
    front.sign_in()
    assert "23 Nov 2026 so far" in plain(front.get("/"))


def test_a_period_without_figures_says_where_there_are_some(reader: Desk) -> None:
    """With one link to them."""
    page = reader.get("/?from=2024-12-01&to=2024-12-31")
    assert "No figures in this period" in page
    assert "There are figures from 26 Sep 2026 to 23 Nov 2026" in plain(page).replace("25 Sep", "26 Sep")
    assert "from=2026-10-27&amp;to=2026-11-23" in page


@pytest.mark.parametrize(
    ("language", "number", "word"), [("en", "3,080", "Views"), ("nl", "3.080", "Weergaven"), ("es", "3080", "Vistas")]
)
def test_pages_speak_the_readers_language(reader: Desk, language: str, number: str, word: str) -> None:
    """By the browser's wish, and by the address, which wins and is kept in the links."""
    page = reader.get("/", **{"accept-language": f"{language}-XX,fr;q=0.5"})
    assert f'<html lang="{language}">' in page
    assert number in page
    assert word in page
    chosen = reader.get(f"/?lang={language}", **{"accept-language": "fr"})
    assert f'<html lang="{language}">' in chosen
    assert f"/list?lang={language}&amp;card=page" in chosen
    assert f'lang="{language}"' in reader.get(f"/list?card=page&lang={language}")


def test_lists_of_one_subject_share_a_place(rich: Desk) -> None:
    """Each is a link that keeps the other choices; channels are named in words."""
    page = rich.get("/?period=today&by=visits&pages=entry")
    assert 'href="/?period=today&amp;by=visits&amp;pages=entry&amp;sources=campaign#sources"' in page
    assert 'href="/list?period=today&amp;by=visits&amp;pages=entry&amp;card=channel"' in page
    assert page.index("Search engines") < page.index("Direct, or not told")
    assert "autumn" not in page
    chosen = rich.get("/?period=today&sources=campaign&pages=missing&places=region&devices=browser_version")
    assert chosen.index(">autumn<") < chosen.index(">None<")
    for text in (">/old<", ">Noord-Holland<", ">Firefox 145<", "&lt;b&gt;fibre"):
        assert text in chosen
    assert set() == dangerous(chosen)


def test_what_is_not_counted_by_has_no_card(tmp_path: Path) -> None:
    """Not even an empty one; the cards of the whole site stand, and a period in which it was counted shows it."""
    make_sink(tmp_path / "few.db", days=3, values={"page": VALUES["page"]}, breakdowns="page, status, reason")
    (tmp_path / "few").mkdir()
    (tmp_path / "few.db").rename(tmp_path / "few" / "stats.db")
    few = desk(tmp_path / "few")
    few.sign_in()
    text = few.get("/?period=7d")
    assert ["pages", "who", "answers"] == CARD_PLACES.findall(text)
    assert ["pages"] == [place for place in GROUPS if f'alone" id="{place}"' in text]
    explained = few.get("/explained")
    assert ('id="page"' in explained, 'id="country"' in explained) == (True, False)
    make_sink(tmp_path / "stats.db", days=3, breakdowns="page, status, reason")
    before = desk(tmp_path)
    before.sign_in()
    assert ["sources", "pages", "places", "devices", "languages", "who", "answers"] == CARD_PLACES.findall(
        before.get("/?period=7d")
    )


def test_what_holds_no_answer_does_not_appear(rich: Desk) -> None:
    """No goal was reached, and no network is known; a list asked for in vain gives way to the first."""
    page = rich.get("/?period=today&sources=goal&pages=%00&networks=network&devices=nonsense")
    for key in ("network", "goal", "download"):
        assert f"card={key}" not in page
    assert "card=search" in page
    assert "card=channel" in page


def test_times_of_which_counts_were_lost_are_named(tmp_path: Path) -> None:
    """In the site's time zone, the latest first, no more than three one by one; elsewhere nothing is said."""
    make_sink(tmp_path / "stats.db", days=9)
    gaps = [Gap(f"2026-11-{day}T19:08:07Z", f"2026-11-{day}T19:10:09Z", "killed", 0) for day in (16, 17, 18, 19)]
    gaps.append(Gap("2026-11-21T08:00:00Z", "2026-11-21T08:00:00Z", "restored", 0))
    sink = SqliteSink(tmp_path / "stats.db")
    sink.apply(BatchId("gaps", 1), Release("2026-11-22", counts={}, proofs={}, gaps=gaps))
    sink.close()
    front = desk(tmp_path)
    front.sign_in()
    text = plain(front.get("/?period=7d"))
    assert "The store was put back from a backup at 21 Nov 2026 09:00" in text
    assert "Counts were lost between 19 Nov 2026 20:08 and 19 Nov 2026 20:10. Counts were lost between 18 Nov" in text
    assert "And 2 more such times" in text
    assert "Counts are missing" not in front.get("/?period=today")


def test_months_that_are_kept_as_one_are_told_of(tmp_path):
    """Where only a part of one lies in the period its lists are empty, and the page says why."""
    make_sink(tmp_path / "stats.db", days=120)
    sink = SqliteSink(tmp_path / "stats.db")
    sink.keep_months(dt.date(2026, 10, 1))
    sink.close()
    desk_ = desk(tmp_path)
    desk_.sign_in()
    said = "before 1 Oct 2026 are kept by whole months"
    august = "from=2026-08-01&to=2026-08-31"
    for query, part in (
        (august, False),
        ("from=2026-08-02&to=2026-08-31", True),
        ("from=2026-10-02&to=2026-10-09", False),
    ):
        for page in ("/?", "/list?card=page&"):
            text = desk_.get(f"{page}{query}").replace("\u00a0", " ")
            assert part == (said in text)
            assert part == ("/products" not in text)
