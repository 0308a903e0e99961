"""Narrowing the first page down to a value."""

import datetime as dt
import re
from html import unescape
from pathlib import Path

import pytest

from consentkit.stats.model import BatchId
from consentkit.stats.stores.sqlite_sink import SqliteSink
from tests.dashboard.markup import dangerous, plain
from tests.dashboard.sinks import TODAY, VALUES, Desk, desk, make_sink, release_of

HOSTILE = '/x"><script>alert(1)</script>'
CROSSED = {
    **VALUES,
    "page": {"/": 60, "/products": 30, HOSTILE: 10},
    "channel": {"search": 60, "direct": 40},
    "move": {"/products → /order": 12, "/ → /products": 20, "/products/a → /": 11},
    "host": {"www.example.com": 80, "shop.example.com": 20},
    "goal": {"contact": 10},
    "region": {"NL-NH": 40, "NL-UT": 20, "DE-BY": 10},
    "browser_version": {"Firefox 145": 30, "Firefox 140": 20, "Chrome 156": 40},
    "page_by_channel": {
        "/products × search": 20,
        "/products × direct": 10,
        "/ × search": 40,
        f"{HOSTILE} × direct": 10,
    },
    "page_by_country": {"/products × NL": 30},
}
"""With two crossings that are stored."""


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Somebody who is signed in to a dashboard over a sink with crossings."""
    folder = tmp_path_factory.mktemp("crossed")
    make_sink(folder / "stats.db", values=CROSSED)
    found = desk(folder)
    found.sign_in()
    return found


def card(page: str, group: str) -> str:
    """The text of one card."""
    found = re.search(rf'<section class="panel card[^"]*" id="{group}".*?</section>', page, re.DOTALL)
    assert found is not None, group
    return plain(found[0])


def test_a_value_is_a_link_that_narrows_the_page_down(front: Desk) -> None:
    """With everything else that was chosen; (other) and values of requests are none."""
    page = front.get("/?by=visits&period=7d")
    assert 'href="/?period=7d&amp;by=visits&amp;only.page=%2Fproducts"' in page
    assert "only.status" not in page
    assert "only.classes" not in page
    assert "only.move" not in front.get("/?pages=move")


def test_the_figures_and_the_chart_are_the_values_own(front: Desk) -> None:
    """28 days of 30 views of /products, and of 15 visits."""
    page = front.get("/?only.page=%2Fproducts")
    text = plain(page)
    assert "Views 840 unchanged 0% was 840" in text
    assert "Visits 420 unchanged 0% was 420" in text
    assert "Requests" not in text
    assert "Sun 22 Nov: 30 Views Sun 25 Oct: 30 (+0%)" in text
    assert "Counts of a value stand at the day on which they were published" in text


def test_cards_with_a_stored_crossing_are_narrowed_down(front: Desk) -> None:
    """Shares are of the value's own counts: sources of visits, the others of views."""
    page = front.get("/?only.page=%2Fproducts")
    assert "Search engines 280 67% Direct, or not told 140 33% 100% shown by value" in card(page, "sources")
    assert "Netherlands" in card(page, "places")
    assert "/products 840 100%" in card(front.get("/?only.page=%2Fproducts&pages=page"), "pages")
    other = front.get("/?only.channel=search")
    assert "/ 1,120 67% /products 560 33%" in card(other, "pages")


def test_moves_onward_need_no_crossing(front: Desk) -> None:
    """They name their page themselves, and no other whose name only begins alike."""
    text = card(front.get("/?only.page=%2Fproducts"), "pages")
    assert "/products → /order 168 40%" in text
    assert "/products/a" not in text
    assert "/ → /products" not in text


def test_parts_need_no_crossing_with_their_whole(front: Desk) -> None:
    """Regions name their country and versions their browser, so a filter by one shows the other."""
    regions = card(front.get("/?only.country=NL"), "places")
    assert "Noord-Holland NL-NH 1,120 57% Utrecht NL-UT 560 29%" in regions
    assert "DE-BY" not in regions
    versions = card(front.get("/?only.browser=Firefox"), "devices")
    assert "Firefox 145 840 50%" in versions
    assert "Chrome" not in versions


def apart(page: str) -> str:
    """What is said of the lists that a filter leaves out."""
    found = re.search(r'<section class="panel unlisted".*?</section>', page, re.DOTALL)
    assert found is not None
    return unescape(plain(found[0]))


def test_lists_without_one_are_named_together_with_what_to_configure(front: Desk) -> None:
    """No empty card: the very pairs for the configuration; what is counted by itself cannot be narrowed down at all."""
    page = front.get("/?only.page=%2Fproducts")
    text = apart(page)
    assert (
        "Goals, Devices, Languages, Hosts Not counted together with what you filter by. To count it so from now on"
        in text
    )
    assert '["page", "goal"], ["page", "device"], ["page", "language"], ["page", "host"]' in text
    assert "Who came, Answers of the server Counted by itself" in text
    assert "Dutch" not in page
    assert [] == re.findall(r'<section [^>]*id="(?:languages|hosts|who|answers)"', page)
    assert "Places" not in text
    listed = unescape(plain(front.get("/list?card=language&only.page=%2Fproducts")))
    assert "Not counted together with what you filter by" in listed
    assert '["page", "language"]' in listed
    assert "Dutch" not in listed
    assert "unlisted" not in front.get("/")


def test_a_place_shows_the_list_that_a_filter_leaves_it(front: Desk) -> None:
    """Unless the reader asked for another, whose card then says what it lacks and keeps the way to the others."""
    page = front.get("/?only.device=mobile")
    assert "Sources, Pages, Places, Goals, Devices, " in apart(page)
    assert [] == re.findall(r'<section [^>]*id="devices"', page)
    assert re.search(r"Phone [0-9,]+ 100%", card(front.get("/?only.device=mobile&devices=device"), "devices"))
    asked = front.get("/?only.browser=Firefox&devices=os")
    assert "Not counted together with what you filter by" in card(asked, "devices")
    assert "Browsers" in card(asked, "devices")
    assert "Devices" not in apart(asked)


def test_two_filters_show_the_cell_that_they_have_in_common(front: Desk) -> None:
    """Of three values together nothing is stored, so lists say so; a pair that is not stored is said for the page."""
    page = front.get("/?only.page=%2Fproducts&only.channel=search")
    assert "Views 560" in plain(page)
    assert "Places, Goals, Devices, " in apart(page)
    assert "values are only ever stored in pairs" in apart(page)
    assert [] == re.findall(r'<section [^>]*id="(?:pages|sources)"', page)
    untold = unescape(plain(front.get("/?only.page=%2Fproducts&only.device=mobile")))
    assert "These two are not counted together" in untold
    assert 'add to crossings under [stats]: ["page", "device"]' in untold


def test_filters_are_chips_with_a_way_out(front: Desk) -> None:
    """Each link takes one of them away and keeps the other."""
    page = front.get("/?period=7d&only.page=%2Fproducts&only.channel=search")
    chips = re.search(r'<ul class="chips".*?</ul>', page, re.DOTALL)
    assert chips is not None
    assert "Page /products" in plain(chips[0])
    assert "Came by Search engines" in plain(chips[0])
    assert 'href="/?period=7d&amp;only.channel=search"' in chips[0]
    assert 'href="/?period=7d&amp;only.page=%2Fproducts"' in chips[0]


def test_a_list_is_narrowed_down_and_searched(front: Desk) -> None:
    """Page by page as without a filter."""
    text = plain(front.get("/list?card=page&only.channel=search&q=prod"))
    assert "/products 1,120" not in text
    assert "/products 560" in text


def test_hosts_are_chosen_where_there_are_several(front: Desk) -> None:
    """The choice is a filter like any other."""
    page = front.get("/")
    assert 'href="/?only.host=shop.example.com"' in page
    assert "Views 560" in plain(front.get("/?only.host=shop.example.com"))


def test_what_nobody_counted_is_said(front: Desk) -> None:
    """A value that is not there, and how few may wait."""
    text = plain(front.get("/?only.page=%2Fnothing"))
    assert "Nothing to show for this filter" in text
    assert "nothing is published of it; some may wait" in text


def test_hostile_values_are_text_in_chips_links_and_charts(front: Desk) -> None:
    """As a filter from the address, and as a stored value that is filtered by."""
    for query in ("only.page=%2Fx%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E", "only.channel=%22%3E%3Cimg%20src%3Dx%3E"):
        page = front.get(f"/?{query}")
        assert all(' src="/static/' in tag for tag in re.findall(r"<script[^>]*>", page))
        assert "<img" not in page
        assert set() == dangerous(page)
        assert "<script" not in front.get(f"/chart.svg?{query}")


def test_exits_are_views_without_a_move_onward(tmp_path: Path) -> None:
    """And like every figure of a value none of fewer than k."""
    pages = {"/": 60, "/products": 30, "/few": 12}
    values = {**VALUES, "page": pages}
    make_sink(tmp_path / "stats.db", days=1, values=values)
    found = desk(tmp_path)
    found.sign_in()
    text = card(found.get("/?period=today&pages=exit"), "pages")
    assert "/ 30 67% /products 15 33%" in text
    assert "/few" not in text
    whole = plain(found.get("/list?card=exit&period=today"))
    assert "exits Share moved onward / 30 67% 30 50%" in whole


MEASURED = {
    **VALUES,
    "campaign": {"autumn": 40, "spring": 20, "(none)": 40},
    "channel": {"search": 60, "internal": 40},
    "goal": {"contact": 10},
    "campaign_by_goal": {"autumn × contact": 10},
}


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Somebody who is signed in to a dashboard over a sink with campaigns and measured visits."""
    folder = tmp_path_factory.mktemp("measured")
    make_sink(folder / "stats.db", days=1, values=MEASURED)
    found = desk(folder)
    found.sign_in()
    return found


def test_campaigns_can_be_compared(measured: Desk) -> None:
    """By visits, whatever is asked; beside them views, measured visits, how many of these went on, and their goals."""
    text = plain(measured.get("/list?card=campaign&period=today"))
    assert "visits Share views measured visits engaged goals reached" in text
    assert "autumn 20 40% 40 20 20 100% 20 100%" in text
    assert "each stands where it began" in text
    ordered = measured.get("/list?card=campaign&period=today&by=views&order=name")
    assert "autumn 20 40% 40 20 20 100% 20 100%" in plain(ordered)
    assert "by=visits" not in ordered


def test_sources_are_of_visits(measured: Desk) -> None:
    """No visit begins within the site; the views that do are in the file alone."""
    text = plain(measured.get("/list?card=channel&period=today"))
    assert "Channel" in text
    assert "From the site itself" not in text
    file = measured.get("/list.csv?card=channel&period=today&by=views")
    assert "value,visits,views," in file
    assert "\r\ninternal,0,40," in file
    assert "From the site itself" not in card(measured.get("/?period=today&by=views"), "sources")


def test_the_goals_of_a_campaign_are_those_of_measured_visits(measured: Desk) -> None:
    """Which carry how they began; the page that is the goal has no campaign in its address."""
    page = measured.get("/?only.campaign=autumn&period=today")
    assert "Goal measured visits Share contact 5" in card(page, "goals")
    assert "value,conversions\r\ncontact,5\r\n" in measured.get("/list.csv?card=goal&only.campaign=autumn&period=today")
    assert "contact 5" in plain(measured.get("/list?card=goal&only.campaign=autumn&period=today"))
    assert "Goal reached Share measured visits contact 5" in plain(measured.get("/list?card=goal&period=today"))


def test_a_value_that_is_published_now_and_then_is_drawn_by_the_week(tmp_path: Path) -> None:
    """By the day it would seem to fall to nothing in between; whoever asks for days gets them."""
    few = {**VALUES, "campaign": {"rare": 20, "(none)": 80}}
    make_sink(tmp_path / "stats.db", days=28, values=VALUES)
    sink = SqliteSink(tmp_path / "stats.db")
    for ago in (20, 9, 4, 1):
        sink.apply(BatchId("more", 30 - ago), release_of(TODAY - dt.timedelta(days=ago), {"campaign": few["campaign"]}))
    sink.close()
    found = desk(tmp_path)
    found.sign_in()
    assert "Views per week" in plain(found.get("/?only.campaign=rare"))
    assert "Views per day" in plain(found.get("/?only.campaign=rare&step=day"))
    assert "Views per day" in plain(found.get("/?only.device=mobile"))
