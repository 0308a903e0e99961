"""The charts of the load page as SVG text."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.dashboard.charts import Point, Words
from consentkit.dashboard.load_charts import (
    Expected,
    Lane,
    Times,
    course_chart,
    forecast_chart,
    log_ticks,
    times_chart,
)

WORDS = Words("Requests <b>", 'In all "5"', "course")


def point(number: int, *values: int) -> Point:
    return Point(f"{number} Nov", f"day {number}", values, ("far",))


def parsed(svg: str) -> ElementTree.Element:
    """The chart, which is well-formed, says what it shows and has neither style nor NaN."""
    root = ElementTree.fromstring(svg)
    assert ["Requests <b>", 'In all "5"'] == [root[0].text, root[1].text]
    assert "style=" not in svg
    assert "nan" not in svg.lower()
    return root


def classes(root: ElementTree.Element, tag: str) -> list[str]:
    return [found.get("class", "") for found in root.iter(tag)]


@pytest.mark.parametrize("values", [[(0, 0)], [(5, 1)], [(3, 0), (0, 0), (10**9, 7)], [(2, 1)] * 744])
def test_columns_hold_their_errors_and_lanes_lie_under_them(values: list[tuple[int, int]]) -> None:
    """A band of each place reaches over the lanes; campaigns are darker where they had more."""
    places = tuple(number % 5 for number in range(len(values)))
    lanes = [Lane("<b> & co", places), Lane("none", (0,) * len(values))]
    points = [point(number, *pair) for number, pair in enumerate(values)]
    root = parsed(course_chart(points, WORDS, tick_label=str, lanes=lanes, patchy=frozenset({0})))
    assert len(values) == classes(root, "g").count("band")
    found = classes(root, "rect")
    assert (sum(bool(pair[1]) for pair in values), 1) == (found.count("column s1"), found.count("patchy"))
    assert sum(bool(views) for views in places) == sum(name.startswith("ran r") for name in found) - found.count(
        "ran r0"
    )
    assert {"<b> & co", "none"} <= {text.text for text in root.iter("text")}
    assert (240 + 2 * 34) == int(root.get("height", ""))


@given(st.lists(st.tuples(*[st.none() | st.floats(0.001, 1e7)] * 3), min_size=1, max_size=40))
def test_times_are_lines_that_stop_where_nothing_is_known(values: list[tuple[float | None, ...]]) -> None:
    """No value is drawn outside the plot, and none that is not known."""
    times = [Times(point(number), one) for number, one in enumerate(values)]
    svg = times_chart(times, WORDS, tick_label=str)
    root = parsed(svg)
    drawn = {name: path.get("d", "") for path in root.iter("path") if (name := path.get("class", ""))}
    for number in range(3):
        known = [one[number] for one in values if one[number] is not None]
        line = drawn.get(f"line t{number}", "")
        assert bool(known) == bool(line)
        heights = [float(step.split("H")[0].split()[1]) for step in line.replace("L", "M").split("M") if step]
        assert all(26 <= height <= 212 for height in heights)
        assert len(known) == len(heights)


@given(st.floats(0.001, 1e7), st.floats(1, 1e6))
def test_a_logarithmic_axis_holds_what_it_shows(lowest: float, times: float) -> None:
    """From at most the lowest to at least the highest value."""
    marks = log_ticks(lowest, lowest * times)
    assert marks[0] <= lowest
    assert marks[-1] >= lowest * times
    assert 2 <= len(marks) <= 16
    assert marks == sorted(marks)


def test_a_forecast_goes_on_from_what_came() -> None:
    """The band is of the days ahead, the dashed line joins them to the last day that came."""
    came = [Expected(point(number, 10), 10.0) for number in range(3)]
    ahead = [Expected(point(number, 12), 12.0, 8.0, 16.0) for number in range(3, 5)]
    root = parsed(forecast_chart([*came, *ahead], WORDS, tick_label=str))
    paths = {path.get("class"): path.get("d", "") for path in root.iter("path")}
    assert (2, 2) == (paths["line s0"].count("L"), paths["line s0 ahead"].count("L"))
    assert paths["line s0"].split("L")[-1] == paths["line s0 ahead"][1:].split("L")[0]
    assert 3 == paths["likely"].count("L")
    parsed(forecast_chart(ahead, WORDS, tick_label=str))
