"""The chart as a picture, and the map."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.dashboard.charts import Point
from consentkit.dashboard.curves import CurvePoint
from consentkit.dashboard.slides import Slide, slide
from consentkit.dashboard.wording import LANGUAGES, table
from consentkit.dashboard.world import LEVELS, PLACES, level_of, world_map
from tests.dashboard.sinks import desk, make_sink

TEXTS = Slide("</text><script>", "a & b", '"1"', "<x>", "y", ("A note",), "sample")
SVG = "{http://www.w3.org/2000/svg}"


@given(
    values=st.lists(st.tuples(st.floats(0, 1e9), st.none() | st.floats(0, 1e9)), min_size=1, max_size=40),
    running=st.booleans(),
)
def test_a_slide_is_sound_and_stands_alone(values: list[tuple[float, float | None]], running: bool) -> None:
    """Well-formed whatever the texts, with nothing that is fetched, run or styled from elsewhere."""
    points = [
        CurvePoint(Point("<1>", "r", (value,)), value, before, lost=number == 1, notes=("A",) if number == 2 else ())
        for number, (value, before) in enumerate(values)
    ]
    text = slide(points, TEXTS, tick_label=str, running=running)
    root = ET.fromstring(text)
    assert {"svg", "title", "desc", "rect", "path", "line", "text", "circle"} >= {
        element.tag.removeprefix(SVG) for element in root.iter()
    }
    assert {"style", "class", "href", "onload"}.isdisjoint(name for element in root.iter() for name in element.attrib)
    assert "</text><script>, a & b" == root.findtext(f"{SVG}title")


def test_the_picture_shows_what_the_page_shows(tmp_path: Path) -> None:
    """The figure, its change, the days, the comparison; a name of its own, and sample data marked."""
    make_sink(tmp_path / "stats.db")
    front = desk(tmp_path)
    front.sign_in()
    answer = front.client.get("/chart.svg?period=28d&chart=visits")
    assert "image/svg+xml" == answer.headers["content-type"]
    assert 'attachment; filename="visits-2026-10-26-2026-11-22.svg"' == answer.headers["content-disposition"]
    texts = [element.text for element in ET.fromstring(answer.text).iter(f"{SVG}text")]
    assert "Visits per day" in texts
    assert "1,540" in texts
    assert "▲ 10%, likely real" in texts
    assert "compared with 28\xa0Sep\xa0– 25\xa0Oct\xa02026" in texts
    assert "Sample" not in answer.text
    assert 303 == desk(tmp_path / "..", root="").client.get("/chart.svg", follow_redirects=False).status_code


def test_there_is_no_picture_before_there_are_figures(tmp_path: Path) -> None:
    """Nor an error."""
    front = desk(tmp_path)
    front.sign_in()
    assert 404 == front.client.get("/chart.svg").status_code


def test_every_country_of_the_map_has_a_name() -> None:
    """In every language of the dashboard, and a place of its own."""
    for language in LANGUAGES:
        assert set() == PLACES.keys() - table(language)["countries"].keys()
    assert len(set(PLACES.values())) == len(PLACES) > 200


def test_the_map_shades_and_links_what_has_counts() -> None:
    """Unknown codes are left out; the tab key and screen readers go to the list instead."""
    text = world_map(
        {"NL": 100, "DE": 10, "<x>": 5, "FR": 0}, lambda code, n: f"{code} {n}", lambda code: f"/?c={code}&x"
    )
    root = ET.fromstring(text)
    links = root.findall("a")
    assert ["/?c=NL&x", "/?c=DE&x"] == [link.get("href") for link in links]
    assert ["-1", "-1"] == [link.get("tabindex") for link in links]
    assert ["l5", "l3"] == [link.find("rect").get("class") for link in links]  # type: ignore[union-attr]
    assert "true" == root.get("aria-hidden")


@pytest.mark.parametrize(
    ("count", "level"), [(1, 1), (9, 1), (10, 1), (11, 2), (100, 3), (400, 4), (501, 5), (1000, 5)]
)
def test_a_tile_is_darker_the_larger_its_share(count: int, level: int) -> None:
    """Of the largest count; there are as many levels as there are shares."""
    assert level == level_of(count, 1000)
    assert level <= len(LEVELS)
