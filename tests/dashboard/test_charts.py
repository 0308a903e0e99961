"""Charts as SVG text."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.dashboard.charts import Point, Words, bar, line_chart
from consentkit.dashboard.scale import label_places, ticks

WORDS = Words("Views <b>", 'In all "5"', "days")


def points(*values: tuple[int, int]) -> list[Point]:
    """Points with labels."""
    return [Point(f"{number} Nov", f"day {number}", pair, ("far", "wide")) for number, pair in enumerate(values)]


@given(st.integers(min_value=0, max_value=10**12))
def test_the_axis_ends_above_the_highest_value_in_few_round_steps(highest: int) -> None:
    """From 0, evenly, 1 to 5 steps, whole numbers, less than a step to spare."""
    marks = ticks(highest)
    assert 0 == marks[0]
    assert highest <= marks[-1]
    assert 2 <= len(marks) <= 6
    assert len({after - before for before, after in pairwise(marks)}) == 1
    assert re.fullmatch(r"(1|2|25|5)0*", str(marks[1]))


@given(st.integers(min_value=1, max_value=1000), st.integers(min_value=1, max_value=20))
def test_labels_fit_their_room(count: int, room: int) -> None:
    """Never more than there is room for, and always one at the end."""
    places = label_places(count, room)
    assert len(places) <= room
    assert count - 1 == places[-1]


@pytest.mark.parametrize("values", [[(0, 0)], [(5, 1)], [(0, 0), (3, 1), (7, 2)], [(10**9, 1)] * 400])
def test_a_chart_is_sound_and_says_what_it_shows(values: list[tuple[int, int]]) -> None:
    """Well-formed, with title and description for screen readers and a reading for every place."""
    svg = line_chart(points(*values), WORDS, tick_label=str)
    root = ElementTree.fromstring(svg)
    assert "days-title days-desc" == root.get("aria-labelledby")
    assert ["Views <b>", 'In all "5"'] == [root[0].text, root[1].text]
    assert len(values) == len(root.findall(".//g[@class='band']/title"))
    assert "NaN" not in svg


def test_a_chart_needs_no_inline_style() -> None:
    """The policy of the pages forbids it."""
    svg = line_chart(points((1, 0), (2, 1)), WORDS, tick_label=str)
    assert "style=" not in svg
    assert "<script" not in svg


def test_labels_are_escaped() -> None:
    """Whatever a label holds stays text."""
    hostile = [Point("<script>", '"><img src=x>', (1, 1), ("far",))]
    svg = line_chart(hostile, WORDS, tick_label=lambda mark: f"<{mark}>")
    assert "<script" not in svg
    assert "<img" not in svg
    ElementTree.fromstring(svg)


def test_a_running_day_is_drawn_apart() -> None:
    """The last step to a day that is not over is a line of its own."""
    running = line_chart(points((1, 0), (2, 1), (3, 1)), WORDS, tick_label=str, running=True)
    assert 2 == running.count("so-far")
    assert 0 == line_chart(points((1, 0), (2, 1)), WORDS, tick_label=str).count("so-far")


@pytest.mark.parametrize(("share", "width"), [(0.5, "50.00%"), (-1, "0.00%"), (7, "100.00%")])
def test_a_bar_stays_in_its_box(share: float, width: str) -> None:
    """A share outside of 0 to 1 fills nothing or all."""
    assert f'<rect width="{width}"' in bar(share)
