"""What the pages show."""

import csv
import datetime as dt
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from consentkit.dashboard.groups import CARDS, GROUPS, breakdown_of
from consentkit.dashboard.headers import POLICY
from consentkit.stats.breakdowns import BREAKDOWNS
from consentkit.stats.model import BatchId, Gap, Release
from consentkit.stats.stores.sqlite_sink import SqliteSink
from tests.dashboard.sinks import OPENED, VALUES, Desk, desk, make_sink

CARD_PLACES = re.compile(r'<section class="panel card [^"]*" id="(\w+)" data-live-part')
HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'-alert(1)-'",
    "javascript:alert(1)",
    "{{ 7*7 }}",
    "</title></svg><script>",
    "\u202egnp.exe",
    "=HYPERLINK(\"http://evil.example\")",
    "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "a,b\"c\nd",
)  # fmt: skip


@pytest.fixture(params=["", "/dashboard"], ids=["alone", "mounted"])
def reader(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    """Somebody who is signed in."""
    make_sink(tmp_path / "stats.db")
    front = desk(tmp_path, root=request.param)
    front.sign_in()
    return front


def plain(page: str) -> str:
    """A page's text without tags, blanks collapsed."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page).replace("\u00a0", " "))


class _Attributes(HTMLParser):
    """Collects what a browser would run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at every tag as a browser's parser does."""
        self.found.update(name for name, _ in attrs if name.startswith("on") or name == "style")
        self.found.update(value or "" for name, value in attrs if name == "href" and (value or "").startswith("java"))


def dangerous(page: str) -> set[str]:
    """Event handlers, inline styles and script addresses of a page."""
    parser = _Attributes()
    parser.feed(page)
    return parser.found


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
    """The rest, and views from the site itself, do not push down what people look for."""
    page = reader.get("/")
    assert page.index("example.org") < page.index("From the site itself")
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


def test_a_list_can_be_searched(reader: Desk) -> None:
    """What is searched for is shown as it was typed, and nothing in it is a pattern."""
    assert "/products" in reader.get("/list?card=page&q=PROD")
    nothing = reader.get("/list?card=page&q=%25<b>")
    assert "Nothing in this period contains “%&lt;b&gt;”" in nothing
    assert "/products" not in nothing


def test_a_list_can_be_in_the_order_of_names(reader: Desk) -> None:
    """As the reader's language has them; the order is kept from page to page and in a search."""
    page = reader.get("/list?card=country&order=name")
    assert page.index("Germany") < page.index("Netherlands")
    assert '<input type="hidden" name="order" value="name">' in page
    page = reader.get("/list?card=country&order=<x>")
    assert page.index("Netherlands") < page.index("Germany")


def test_a_long_list_has_pages(tmp_path: Path) -> None:
    """Fifty rows each, with the way on and back."""
    make_sink(tmp_path / "stats.db", days=3, values={**VALUES, "page": {f"/p{n:03}": 10 for n in range(120)}})
    front = desk(tmp_path)
    front.sign_in()
    assert "1 – 50 of 120" in plain(front.get("/list?card=page"))
    second = front.get("/list?card=page&offset=50")
    assert "51 – 100 of 120" in plain(second)
    assert 'rel="next"' in second
    assert 'rel="next"' not in front.get("/list?card=page&offset=100")
    last = front.get("/list?card=page&offset=100&order=name")
    assert "101 – 120 of 120" in plain(last)
    assert "/p119" in last


@pytest.mark.parametrize(
    "query",
    ["card=page&offset=-1", "card=page&offset=99999999999999999999", "card=page&offset=x", "card=page&q=" + "x" * 5000,
     "card=page&from=0000-00-00&to=%00", "card=page&q=%00%ff", "card=classes&offset=50", "card=status&by=nonsense"],
)  # fmt: skip
def test_a_list_answers_whatever_is_asked(reader: Desk, query: str) -> None:
    """Hostile numbers and texts are cut to size."""
    assert 200 == reader.client.get(f"{reader.root}/list?{query}").status_code
    assert 200 == reader.client.get(f"{reader.root}/list.csv?{query}").status_code


def test_what_is_not_there_is_a_page_of_ours(reader: Desk) -> None:
    """An unknown list and an unknown address."""
    for path in ("/list?card=users", "/list", "/nothing", "/list.csv?card=../x"):
        response = reader.client.get(reader.root + path)
        assert 404 == response.status_code
        assert "There is no such page" in response.text


def test_a_list_comes_as_a_file_with_every_metric(reader: Desk) -> None:
    """Values as they are stored, whole numbers, one header."""
    response = reader.client.get(f"{reader.root}/list.csv?card=country&period=7d")
    rows = list(csv.reader(io.StringIO(response.text.removeprefix("\ufeff"))))
    assert ["value", *BREAKDOWNS["country"]] == rows[0]
    assert ["NL", "490", "245", "245", "245"] == rows[1][:5]
    assert 'attachment; filename="country-2026-11-16-2026-11-22.csv"' == response.headers["content-disposition"]
    assert response.headers["content-type"].startswith("text/csv")


def test_classes_and_days_come_as_files_too(reader: Desk) -> None:
    """They have other columns."""
    assert "person,840" in reader.get("/list.csv?card=classes&period=7d")
    assert "2026-11-22,110,55,200" in reader.get("/days.csv?period=7d")


def test_hostile_values_are_text_on_every_page(tmp_path: Path) -> None:
    """In every breakdown: no tag, no attribute, no template is made of them."""
    names = sorted({breakdown_of(key) for key in CARDS} - {"classes", "status"})
    values = {name: {f"{text}{name}": 10 for text in HOSTILE} for name in names}
    make_sink(tmp_path / "stats.db", days=2, values=values)
    front = desk(tmp_path)
    front.sign_in()
    pages = [f"/?period=today&{group}={key}" for group, keys in GROUPS.items() for key in keys]
    for path in (*pages, *(f"/list?card={name}&period=today&q=<script>" for name in names)):
        page = front.get(path)
        assert all(' src="/static/' in tag for tag in re.findall(r"<script[^>]*>", page)), path
        assert "<img" not in page
        assert "49os" not in page
        assert set() == dangerous(page)


def test_hostile_values_are_no_formulas_in_files(tmp_path: Path) -> None:
    """A spreadsheet runs nothing, and every row stays one row."""
    values = {name: dict.fromkeys(HOSTILE, 10) for name in VALUES}
    make_sink(tmp_path / "stats.db", days=2, values=values)
    front = desk(tmp_path)
    front.sign_in()
    for name in VALUES:
        content = front.client.get(f"/list.csv?card={name}&period=today").content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(content, newline="")))[1:]
        assert len(HOSTILE) == len(rows)
        assert set() == {row[0] for row in rows if row[0][:1] in "=+-@\t\r"}


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


def test_a_sink_that_cannot_be_read_is_said_without_details(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The log has the kind of error and nothing else."""
    (tmp_path / "stats.db").write_bytes(b"this is no database, it holds secret-value " * 100)
    front = desk(tmp_path)
    front.client.get(f"/sign-in/link?token={_token()}", headers=OPENED, follow_redirects=False)
    response = front.client.get("/")
    assert 503 == response.status_code
    assert "cannot be read right now" in response.text
    (logged,) = [record.getMessage() for record in caplog.records]
    assert logged.startswith("the dashboard cannot read the figures, or its own file: DatabaseError SQLITE_NOTADB at ")


def _token() -> str:
    from consentkit.dashboard.sessions import Signed  # noqa: PLC0415
    from tests.dashboard.sinks import KEYS, NOW  # noqa: PLC0415

    return Signed(KEYS, clock=lambda: NOW).link("ann")


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


def test_every_response_has_the_security_headers(reader: Desk) -> None:
    """Pages, files, redirects, errors; only assets may be stored."""
    asset = re.search(r'href="([^"]+\.css)"', reader.get("/"))
    assert asset is not None
    paths = [reader.root + path for path in ("/", "/list?card=page", "/days.csv", "/nothing", "/sign-in")]
    for path in (*paths, asset[1]):
        response = reader.client.get(path, follow_redirects=False)
        assert POLICY == response.headers["content-security-policy"]
        assert "nosniff" == response.headers["x-content-type-options"]
        assert "same-origin" == response.headers["referrer-policy"]
        expected = "immutable" if path == asset[1] else "no-store"
        assert expected in response.headers["cache-control"]
    assert 200 == reader.client.get(asset[1]).status_code


def test_no_page_has_inline_style_or_script(reader: Desk) -> None:
    """The policy would drop them."""
    for path in ("/", "/list?card=page", "/sign-in"):
        page = reader.get(path)
        assert not re.search(r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+=", page)


def test_links_stay_below_the_root_path(reader: Desk) -> None:
    """Mounted anywhere, no link leads out of the dashboard."""
    for path in ("/", "/list?card=page", "/nothing"):
        addresses = re.findall(r'(?:href|src|action)="([^"]*)"', reader.get(path))
        outside = {a for a in addresses if not a.startswith((reader.root + "/", "#", "data:"))}
        assert set() == outside


RICH = {
    **VALUES,
    "channel": {"internal": 60, "search": 30, "direct": 10},
    "campaign": {"(none)": 90, "autumn": 10},
    "region": {"NL-NH": 60, "(unknown)": 40},
    "network": {"(unknown)": 100},
    "browser_version": {"Firefox 145": 60, "Chrome 142": 40},
    "move": {"/ → /products": 30},
    "missing": {"/old": 12, "/\u202elong" + "x" * 300: 11},
    "search": {"<b>fibre": 10},
}
"""What the newer breakdowns hold; of networks nothing is known."""


@pytest.fixture
def rich(tmp_path: Path) -> Desk:
    """Somebody who is signed in to a dashboard over a sink with the newer breakdowns."""
    make_sink(tmp_path / "stats.db", days=3, values=RICH)
    front = desk(tmp_path)
    front.sign_in()
    return front


def test_lists_of_one_subject_share_a_place(rich: Desk) -> None:
    """Each is a link that keeps the other choices; channels are named in words, the site's own pages last."""
    page = rich.get("/?period=today&by=visits&pages=entry")
    assert 'href="/?period=today&amp;by=visits&amp;pages=entry&amp;sources=campaign#sources"' in page
    assert 'href="/list?period=today&amp;by=visits&amp;pages=entry&amp;card=channel"' in page
    assert page.index("Search engines") < page.index("From the site itself")
    assert "autumn" not in page
    chosen = rich.get("/?period=today&sources=campaign&pages=missing&places=region&devices=browser_version")
    assert chosen.index(">autumn<") < chosen.index(">None<")
    for text in (">/old<", ">NL-NH<", ">Firefox 145<", "&lt;b&gt;fibre"):
        assert text in chosen
    assert set() == dangerous(chosen)


def test_entry_pages_are_counted_by_visits_whatever_is_asked(rich: Desk) -> None:
    """A visit begins on one page; views of it are those of the list beside it."""
    text = plain(rich.get("/list?card=entry&period=today&by=views"))
    assert "/ 30 60%" in text
    assert "by views" not in text
    rows = rich.get("/list.csv?card=entry&period=today").splitlines()
    assert ["/", "/products", "(other)"] == [row.partition(",")[0] for row in rows[1:]]


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
    sink.apply(BatchId("gaps", 1), Release("2026-11-22", cells={}, proofs={}, gaps=gaps))
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
