"""Whole lists, page by page and as files."""

import csv
import io
from pathlib import Path

import pytest

from consentkit.stats.breakdowns import BREAKDOWNS
from tests.dashboard.markup import plain
from tests.dashboard.sinks import VALUES, Desk, desk, make_sink


def test_a_list_can_be_searched(reader: Desk) -> None:
    """What is searched for is shown as it was typed, and nothing in it is a pattern."""
    assert "/products" in reader.get("/list?card=page&q=PROD")
    nothing = reader.get("/list?card=page&q=%25<b>")
    assert "Nothing in this period contains “%&lt;b&gt;”" in nothing
    assert "/products" not in nothing


@pytest.mark.parametrize(
    ("query", "value", "names"),
    [("card=country&q=nether", "NL", "Netherlands"), ("card=country&q=neder&lang=nl", "NL", "Nederland"),
     ("card=country&q=nl", "NL", "Netherlands"), ("card=region&q=noord", "NL-NH", "Noord-Holland"),
     ("card=language&q=dutch&order=name", "nl", "Dutch"), ("card=channel&q=engines", "search", "Search engines"),
     ("card=region&q=noord&only.country=NL", "NL-NH", "Noord-Holland")],
)  # fmt: skip
def test_a_list_is_searched_by_the_names_that_it_shows(rich: Desk, query: str, value: str, names: str) -> None:
    """As the reader's language has them, and by what is stored; in the file too."""
    page = plain(rich.get(f"/list?period=today&{query}"))
    assert names in page
    assert "Germany" not in page
    rows = rich.get(f"/list.csv?period=today&{query}").splitlines()
    assert [value] == [row.partition(",")[0] for row in rows[1:]]


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


def test_entry_pages_are_counted_by_visits_whatever_is_asked(rich: Desk) -> None:
    """A visit begins on one page; views of it are those of the list beside it."""
    text = plain(rich.get("/list?card=entry&period=today&by=views"))
    assert "/ 30 60%" in text
    assert "by views" not in text
    rows = rich.get("/list.csv?card=entry&period=today").splitlines()
    assert ["/", "/products", "(other)"] == [row.partition(",")[0] for row in rows[1:]]
