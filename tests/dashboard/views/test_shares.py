"""Links for partners, from the form that makes one to the page behind it."""

import datetime as dt
import html
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from consentkit.dashboard import Role
from consentkit.dashboard.forms import Fields
from consentkit.dashboard.sharing.figures import shown_period
from consentkit.dashboard.views.shares import WishError, wish_of
from consentkit.stats.stores.sqlite_sink import SqliteSink
from tests.dashboard.sinks import NOW, TODAY, VALUES, Desk, app_over, desk, make_sink
from tests.dashboard.views.forms import SAME, post, submit, token_of
from tests.dashboard.views.partners import WISH, figures, make, partner, path_of

LEADS = re.compile(r'(?:href|src|action)="([^"#]+)"')


def test_a_link_shows_what_was_chosen_and_says_nothing_elsewhere(front: Desk) -> None:
    """Without signing in; the address reaches no other site, no cache and no search engine."""
    status, page = make(front)
    assert 200 == status
    assert "Agency &lt;b&gt;" in page
    response = partner(front).get(path_of(page))
    assert 200 == response.status_code
    assert ("no-referrer", "noindex, nofollow, noarchive", "no-store, private") == (
        response.headers["referrer-policy"],
        response.headers["x-robots-tag"],
        response.headers["cache-control"],
    )
    assert "set-cookie" not in response.headers
    for text in ("Agency &lt;b&gt;", "26 Oct – 22 Nov 2026", "/products", "Netherlands", "at least 20"):
        assert text in response.text.replace("\u00a0", " "), text
    for text in ("Firefox", "Requests", "ann", "compared", "Sign"):
        assert text not in response.text, text
    assert path_of(page) not in front.get("/shares")


def test_no_address_reaches_more_than_the_link_shows(front: Desk) -> None:
    """Every query, every address below it and every link on the page, walked without signing in."""
    path = path_of(make(front)[1])
    client = partner(front)
    plain = client.get(path).text
    for query in (
        "period=today", "from=2026-01-01&to=2026-11-23", "card=browser", "by=visits", "q=x", "offset=50", "format=csv",
        "sources=campaign", "compare=year", "filter=country:NL", "threshold=1", "id=1", "where=country.NL",
    ):  # fmt: skip
        same = client.get(f"{path}?{query}").text
        assert same.count("<td") == plain.count("<td"), query
        assert figures(same) == figures(plain), query
    for below in ("/list", "/list.csv", ".csv", "/days.csv", "/", "?", "/../../", "/shares", "%2f..%2f..%2f", ".json"):
        answer = client.get(path + below, follow_redirects=False)
        if answer.status_code == 200:
            assert figures(answer.text) == figures(plain), below
    seen, waiting = set(), [path]
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        answer = client.get(address, follow_redirects=False)
        assert answer.status_code in (200, 303), address
        if "text/html" in answer.headers.get("content-type", ""):
            assert figures(answer.text) == figures(plain), address
            waiting += [html.unescape(found) for found in LEADS.findall(answer.text) if not found.startswith("data:")]
    assert all("/shared/" in address or "/static/" in address for address in seen), seen


def test_a_revoked_an_expired_and_a_made_up_link_look_the_same(alone: Desk) -> None:
    """And a revoked one is over at once; nothing tells whether there ever was one."""
    revoked = path_of(make(alone)[1])
    client = partner(alone)
    assert 200 == client.get(revoked).status_code
    assert (303, "/shares") == submit(alone, "/shares", "/shares/revoke", {"id": "1"})
    made_up = client.get("/shared/" + "A" * 43)
    answers = [client.get(revoked), made_up, client.get("/shared/x"), client.get("/shared/" + "é" * 9)]
    assert {404} == {answer.status_code for answer in answers}
    hidden = [re.sub(r"/shared/[^?\"]+", "", answer.text) for answer in answers]
    assert {hidden[0]} == set(hidden[:3])
    assert "Revoked" in alone.get("/shares")


def test_a_link_ends_with_its_last_day(alone: Desk, folder: Path) -> None:
    """In the site's time zone."""
    path = path_of(make(alone, expires=TODAY.isoformat())[1])
    assert 200 == partner(alone).get(path).status_code
    tomorrow = TestClient(app_over(folder, alone.store, now=NOW + 86_400), base_url="http://dash.example")
    assert 404 == tomorrow.get(path).status_code


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "", "1 to 80"),
        ("title", "x" * 81, "1 to 80"),
        ("card", [], "at least one thing"),
        ("card", ["nothing", "../x"], "at least one thing"),
        ("period", "today", "Choose a period"),
        ("period", "own", "Choose a period"),
        ("period", "2026-01-01/2026-02-01", "Choose a period"),
        ("to", "9999-12-31", "Choose a period"),
        ("expires", "2026-11-22", "two years from now"),
        ("expires", "2029-01-01", "two years from now"),
        ("expires", "soon", "two years from now"),
        ("threshold", "9", "smallest figures"),
        ("threshold", "11", "smallest figures"),
        ("threshold", "-20", "smallest figures"),
        ("epsilon", "0.0001", "amounts of noise"),
    ],
)
def test_a_wish_that_cannot_be_granted_says_why(alone: Desk, field: str, value: str | list[str], said: str) -> None:
    """And makes no link: a threshold below the sink's least of all."""
    own = {"period": "own", "from": "9999-12-31"} if field == "to" else {}
    status, page = make(alone, **{**own, field: value})
    assert (400, True) == (status, said in page)
    assert () == alone.store.shares.all()
    if field != "title":
        assert 'value="Agency &lt;b&gt;"' in page


def test_a_fixed_period_shows_its_days_alone(alone: Desk) -> None:
    """As long as its days are over; before that the page says that it waits."""
    path = path_of(make(alone, period="own", **{"from": "2026-11-01", "to": "2026-11-07"})[1])
    page = partner(alone).get(path).text
    assert "1 – 7 Nov 2026" in page.replace("\u00a0", " ")
    assert 7 == page.count('<th scope="row">Sun') + sum(page.count(f'<th scope="row">{day}') for day in
        ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat"))  # fmt: skip
    waits = path_of(make(alone, period="own", **{"from": "2026-12-01", "to": "2026-12-07"})[1])
    assert "nothing to show" in partner(alone).get(waits).text
    too_long = make(alone, period="own", **{"from": "2024-01-01", "to": "2025-06-07"})
    assert 400 == too_long[0]


def test_a_card_says_how_many_values_it_leaves_out(tmp_path: Path) -> None:
    """Nothing leads to the whole list; what is gathered in (other) is no value of its own."""
    pages = {f"/{number}": 20 + number for number in range(12)}
    make_sink(tmp_path / "stats.db", days=3, values={**VALUES, "page": {**pages, "(other)": 50}})
    front = desk(tmp_path, role=Role.EDITOR)
    front.sign_in()
    path = path_of(make(front, card=["page", "country"], period="7d")[1])
    shown = partner(front).get(path).text.replace("\u00a0", " ")
    assert "1 – 9 of 12" in shown
    assert 1 == len(re.findall(r"\d – \d+ of \d", shown))


def test_what_is_no_longer_counted_by_is_not_shown_empty(tmp_path: Path) -> None:
    """A link made before shows it for as long as its days hold some; the form for another offers it no more."""
    make_sink(tmp_path / "stats.db", days=3, values={"page": VALUES["page"]})
    front = desk(tmp_path, role=Role.EDITOR)
    front.sign_in()
    path = path_of(make(front, card=["page", "country"], period="7d")[1])
    assert ("Countries" in partner(front).get(path).text, 'value="country"' in front.get("/shares")) == (True, True)
    sink = SqliteSink(tmp_path / "stats.db")
    sink.describe({"site": "Example", "timezone": "Europe/Amsterdam", "threshold": "10", "breakdowns": "page, status"})
    sink.close()
    assert ("Countries" in partner(front).get(path).text, 'value="country"' in front.get("/shares")) == (False, False)


def test_months_that_are_kept_in_one_sum_are_no_longer_shown(alone: Desk, folder: Path) -> None:
    """What had gathered day by day would else change by what had not."""
    wish = {"period": "own", "from": "2026-10-01", "to": "2026-11-07"}
    path = path_of(make(alone, **wish)[1])
    only_october = path_of(make(alone, **{**wish, "to": "2026-10-31"})[1])
    whole = figures(partner(alone).get(path).text)
    sink = SqliteSink(folder / "stats.db")
    sink.keep_months(dt.date(2026, 11, 1))
    sink.close()
    client = TestClient(app_over(folder, alone.store), base_url="http://dash.example")
    client.headers["accept-language"] = "en"
    after = client.get(path).text
    assert "1 – 7 Nov 2026" in after.replace("\u00a0", " ")
    assert int(figures(after)[0]) < int(whole[0])
    assert "nothing to show" in client.get(only_october).text


def test_readers_and_strangers_make_and_revoke_nothing(alone: Desk) -> None:
    """The number of a link is no right to it, nor is a reader's own form token."""
    make(alone)
    token = token_of(alone.get("/shares"))
    stranger = partner(alone)
    assert "/sign-in" in post(stranger, "/shares/revoke", {"id": "1", "form": token})[1]
    alone.users.set_role("ann", Role.READER)
    alone.sign_in()
    own = token_of(alone.get("/"))
    assert 403 == alone.client.get("/shares").status_code
    for path, fields in (("/shares/revoke", {"id": "1"}), ("/shares", WISH)):
        assert 403 == post(alone.client, path, {**fields, "form": own})[0]
        assert 403 == post(alone.client, path, {**fields, "form": token})[0]
    assert [False] == [share.revoked for share in alone.store.shares.all()]


@pytest.mark.parametrize("number", ["", "0", "2", "-1", "1 OR 1=1", "9" * 30, "1.0", "²"])
def test_a_number_that_is_no_link_revokes_nothing(alone: Desk, number: str) -> None:
    """And breaks nothing."""
    make(alone)
    assert 303 == submit(alone, "/shares", "/shares/revoke", {"id": number})[0]
    assert [False] == [share.revoked for share in alone.store.shares.all()]


def test_a_form_from_another_site_makes_no_link(alone: Desk) -> None:
    """With the right token too; and without one none does."""
    token = token_of(alone.get("/shares"))
    foreign = {**SAME, "sec-fetch-site": "cross-site"}
    assert 403 == post(alone.client, "/shares", {**WISH, "form": token}, foreign)[0]
    assert 403 == post(alone.client, "/shares", WISH)[0]
    assert () == alone.store.shares.all()


def test_making_and_revoking_stands_in_the_trail(alone: Desk) -> None:
    """With the link's title and never its secret."""
    path = path_of(make(alone)[1])
    submit(alone, "/shares", "/shares/revoke", {"id": "1"})
    told = [(entry.who, entry.what.value, entry.subject) for entry in alone.store.trail.latest(2)]
    assert [("ann", "share_revoked", "Agency <b>"), ("ann", "share_added", "Agency <b>")] == told
    assert path.rpartition("/")[2] not in str(alone.store.trail.latest(9))


texts = st.text(max_size=12) | st.sampled_from(
    [
        "own",
        "28d",
        "last-month",
        "page",
        "headline",
        "20",
        "0.5",
        "2026-11-01",
        "2026-11-30",
        "9999-12-31",
        "0001-01-01",
    ]
)

NAMES = ("title", "card", "period", "from", "to", "expires", "threshold", "epsilon")


@given(st.dictionaries(st.sampled_from(NAMES), st.lists(texts, min_size=1, max_size=3)))
def test_any_form_is_a_wish_or_says_what_is_wrong(values: dict[str, list[str]]) -> None:
    """Never an error of ours; and what is a wish can be shown on any day."""
    try:
        wish = wish_of(Fields(values), TODAY, 10)
    except WishError:
        return
    assert wish.threshold >= 10
    for today in (TODAY, dt.date(2030, 1, 1)):
        period = shown_period(wish.period, today)
        assert period is None or period.last < today
