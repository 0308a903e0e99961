"""Pages that are made once for all who ask the same between two releases."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.responses import HTMLResponse

from consentkit.dashboard import sign_in_link
from consentkit.dashboard.remembered import RememberedPages
from consentkit.dashboard.store.sessions import Session
from consentkit.dashboard.views import reading
from consentkit.roles import Role
from consentkit.stats.model import BatchId
from consentkit.stats.stores.sqlite_sink import SqliteSink
from tests.dashboard.sinks import KEYS, NOW, OPENED, PASSWORD, TODAY, VALUES, desk, make_sink, release_of

ANN = Session("ann", Role.READER, "id of ann")
BOB = Session("<b>bob</b>", Role.READER, "id of bob")


class Maker:
    """Makes pages, and counts them."""

    def __init__(self):
        self.made = 0

    def __call__(self, session):
        self.made += 1
        return HTMLResponse(f"{self.made} {session.name} {session.id} {session.role}", headers={"X-Page": "yes"})


def test_everybody_gets_their_own_name_and_token():
    """Escaped; the rest of the page, and its headers, are those of the first."""
    pages, make = RememberedPages(), Maker()
    answers = [
        pages.page((1, "key"), session, lambda name=session.name: f"token of {name[:3]}", make)
        for session in (ANN, BOB)
    ]
    assert [answer.body.decode() for answer in answers] == [
        "1 ann token of ann reader",
        "1 &lt;b&gt;bob&lt;/b&gt; token of <b> reader",
    ]
    assert {answer.headers["x-page"] for answer in answers} == {"yes"}
    assert [int(answer.headers["content-length"]) for answer in answers] == [len(answer.body) for answer in answers]


def test_another_role_has_another_page():
    """What an editor may is not shown to readers."""
    pages, make = RememberedPages(), Maker()
    roles = [
        pages.page((1, "key"), Session("x", role, "id"), str, make).body.decode() for role in (Role.READER, Role.EDITOR)
    ]
    assert [text[-6:] for text in roles] == ["reader", "editor"]


def test_those_who_ask_at_once_wait_for_one():
    """Twenty readers after a release cost one page."""
    pages, make, begun, go_on = RememberedPages(), Maker(), threading.Event(), threading.Event()

    def slow(session):
        begun.set()
        assert go_on.wait(10)
        return make(session)

    with ThreadPoolExecutor(20) as pool:
        first = pool.submit(pages.page, (1, "key"), ANN, str, slow)
        assert begun.wait(10)
        others = [pool.submit(pages.page, (1, "key"), BOB, str, make) for _ in range(19)]
        go_on.set()
        assert {one.result(10).status_code for one in [first, *others]} == {200}
    assert make.made == 1


def test_an_error_is_not_kept():
    """It goes to who asked, and the next one tries again."""
    pages, make = RememberedPages(), Maker()
    with pytest.raises(ZeroDivisionError):
        pages.page((1, "key"), ANN, str, lambda _: 1 / 0)
    assert pages.page((1, "key"), ANN, str, make).status_code == 200


def test_memory_is_bounded():
    """The page that was asked for longest ago goes."""
    pages, make = RememberedPages(most_bytes=200), Maker()
    for key in ("a", "b", "a", "c", "a"):
        pages.page((1, key), ANN, str, make)
    assert make.made == 3
    pages.page((1, "b"), ANN, str, make)
    assert make.made == 4


def test_pages_of_an_older_version_are_let_go():
    """Also one that is being made: who waits for it gets it, nobody else does."""
    pages, make = RememberedPages(), Maker()

    def overtaken(session):
        pages.page((2, "other"), ANN, str, make)
        return make(session)

    assert pages.page((1, "key"), ANN, str, overtaken).body.startswith(b"2")
    assert pages.page((2, "other"), ANN, str, make).body.startswith(b"1")
    assert pages.page((2, "key"), ANN, str, make).body.startswith(b"3")
    assert len(pages._pages) == 2
    assert pages._held == sum(len(page.result().body) for page in pages._pages.values())


def test_the_first_page_is_made_again_when_figures_or_notes_change(tmp_path, monkeypatch):
    """Not when it is asked for again, by whomever."""
    made = []
    read = reading.read_overview
    monkeypatch.setattr(reading, "read_overview", lambda *args, **kinds: made.append(1) or read(*args, **kinds))
    make_sink(tmp_path / "stats.db", days=3)
    desk_ = desk(tmp_path)
    desk_.sign_in()
    assert "ann" in desk_.get()
    desk_.users.add("bob", PASSWORD)
    assert desk_.client.get(sign_in_link(KEYS, "bob", "http://dash.example", NOW), headers=OPENED).status_code == 200
    before = desk_.get()
    assert "bob" in before
    assert len(made) == 1
    sink = SqliteSink(tmp_path / "stats.db")
    sink.apply(BatchId("more", 1), release_of(TODAY, VALUES, views=7000))
    sink.close()
    assert desk_.get() != before
    assert len(made) == 2
    desk_.store.annotations.add(TODAY, TODAY, "A launch", "ann")
    desk_.get()
    desk_.get("/?lang=nl")
    assert len(made) == 4
