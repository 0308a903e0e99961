"""Each figure says how it is counted; the pages of explanations and of differences."""

import re
from pathlib import Path

import pytest

from consentkit.dashboard.figures import Facts
from consentkit.dashboard.groups import CARDS
from consentkit.dashboard.honesty import KINDS, NOTIONS, SECTIONS, Explainer, title_of
from consentkit.dashboard.periods import Period, chosen
from consentkit.dashboard.views.explained import differences, signed
from consentkit.dashboard.wording import LANGUAGES, Wording, table
from tests.dashboard.markup import plain
from tests.dashboard.sinks import TODAY, Desk, desk, make_sink

FACTS = Facts(10, (chosen("28d", TODAY).first, TODAY), (chosen("28d", TODAY).first, TODAY))
YESTERDAY = chosen("yesterday", TODAY)


@pytest.fixture
def reader(tmp_path: Path) -> Desk:
    """Somebody who is signed in."""
    make_sink(tmp_path / "stats.db")
    front = desk(tmp_path, root="/dash")
    front.sign_in()
    return front


def lines(key: str, *, period: Period = YESTERDAY, lost: int = 0, facts: Facts = FACTS, **about: object) -> str:
    """What a figure says of itself in English."""
    found = Explainer(Wording("en"), facts, period, lost).about(key, **about)  # type: ignore[arg-type]
    assert found is not None
    return " ".join((found.title, *found.lines)).replace("\u00a0", " ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_shown_has_an_explanation_and_a_name(language: str) -> None:
    """Every list and figure; and none is left over."""
    words = Wording(language)
    keys = {key for section in SECTIONS.values() for key in section}
    assert len(keys) == sum(map(len, SECTIONS.values()))
    assert {*KINDS, *NOTIONS} == keys == set(table(language)["explained"])
    assert set(CARDS) <= keys
    assert all(title_of(key, words) not in ("", "None") for key in keys)
    assert all(20 < len(text) < 330 for text in table(language)["explained"].values())


def test_a_figure_says_what_it_is_and_what_it_lacks() -> None:
    """Count, share or estimate with its range; threshold; what waits; gaps; sample data; a day that is not over."""
    assert "A count. No threshold" in lines("views")
    assert "By value from 10 views on" in lines("page")
    assert "By value from 10 requests on" in lines("status")
    assert "No threshold" in lines("classes")
    assert "A share of counts. No threshold" in lines("bots")
    assert "81% is shown by value" in lines("page", shown=0.81)
    assert "shown by value" not in lines("page", shown=1.0)
    assert "An estimate, with a range" in lines("estimate")
    assert "from +2% to +9%" in lines("views", says="Usually from +2% to +9%")
    assert "Times of lost counts in this period: 3." in lines("course", lost=3)
    assert "lost" not in lines("course")
    assert "Sample data are part of it." in lines("views")
    assert "Sample data" not in lines("views", facts=Facts(10, None, None))
    assert "Today is not over." in lines("views", period=chosen("today", TODAY))
    assert "not over" not in lines("views")
    assert Explainer(Wording("en"), FACTS, YESTERDAY).about("a list of tomorrow") is None


def test_a_question_mark_stands_at_each_figure_and_needs_no_script(reader: Desk) -> None:
    """A button names what it explains; what it opens is on the page, once, and leads to the page of all."""
    page = reader.get("/load")
    buttons = re.findall(r'popovertarget="([^"]+)" aria-label="([^"]+)"', page)
    assert len(buttons) > 8
    assert len({target for target, _ in buttons}) == len(buttons)
    assert all(f'<div popover class="why-text" id="{target}">' in page for target, _ in buttons)
    assert "How is “Busiest second” counted?" in dict(buttons).values()
    glossary = reader.get("/explained")
    for anchor in re.findall(r'href="/dash/explained[^"]*#([^"]+)"', page):
        assert f'id="{anchor}"' in glossary


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_differences_shows_the_figures_of_the_run(reader: Desk, language: str) -> None:
    """Each tool's figure beside ours, with every reason and its sign."""
    words, page = Wording(language), plain(reader.get(f"/differences?lang={language}"))
    for one in differences():
        assert words.number(one["theirs"]).replace("\u00a0", " ") in page
        for reason, count in one["reasons"].items():
            assert f"{words.text(f'differences.reason_{reason}')} {signed(count, words)}" in page.replace("&#39;", "'")
    assert ("+12", "−3", "0") == (signed(12, words), signed(-3, words), signed(0, words))


def test_the_texts_are_for_those_who_are_signed_in(tmp_path: Path) -> None:
    """As every page is; before the first figures too."""
    front = desk(tmp_path)
    for path in ("/explained", "/differences"):
        assert front.client.get(path).url.path == "/sign-in"
    front.sign_in()
    for path in ("/explained", "/differences"):
        assert 200 == front.client.get(path).status_code
