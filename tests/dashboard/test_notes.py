"""Annotations beside the chart."""

import datetime as dt
import re
from html import unescape
from pathlib import Path

import pytest

from consentkit.roles import Role
from tests.dashboard.markup import dangerous, plain
from tests.dashboard.sinks import Desk, desk, make_sink

OWN = {"sec-fetch-site": "same-origin"}
TEXT = '<b>launch</b> & "sale"'


def front(folder: Path, role: Role) -> Desk:
    """Somebody who is signed in."""
    make_sink(folder / "stats.db")
    found = desk(folder, role=role)
    found.sign_in()
    return found


def token(page: str) -> str:
    """The token of the page's forms."""
    found = re.search(r'name="form" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_an_editor_notes_what_happened_and_takes_it_away(tmp_path: Path) -> None:
    """Back on the page as it was; the chart has a letter, the day says it, and the file for slides has it too."""
    editor = front(tmp_path, Role.EDITOR)
    page = editor.get("/?period=7d")
    fields = {"form": token(page), "first": "2026-11-18", "last": "", "text": TEXT}
    answer = editor.client.post("/notes-add?period=7d", data=fields, headers=OWN, follow_redirects=False)
    assert (303, "/?period=7d#lead") == (answer.status_code, answer.headers["location"])
    page = editor.get("/?period=7d")
    assert "A 18 Nov 2026 &lt;b&gt;launch&lt;/b&gt; &amp; &#34;sale&#34; (ann)" in plain(page)
    assert re.search(r'<g class="pin">.*?>A</text></g>', page)
    assert re.search(r"Wed 18\xa0Nov: 110 Views\n[^<]*\n&lt;b&gt;launch", page)
    assert set() == dangerous(page)
    assert "A &lt;b&gt;launch" in editor.get("/chart.svg?period=7d")
    id_ = re.search(r'name="id" value="(\d+)"', page)
    assert id_ is not None
    editor.client.post("/notes-remove?period=7d", data={"form": token(page), "id": id_[1]}, headers=OWN)
    assert "launch" not in editor.get("/?period=7d")


def test_an_annotation_is_changed(tmp_path: Path) -> None:
    """Its form holds what it says; from then on it is the word of who changed it.

    One that is gone, or that cannot be, is refused in words.
    """
    editor = front(tmp_path, Role.EDITOR)
    day = dt.date(2026, 11, 18)
    editor.store.annotations.add(day, day, TEXT, "bob")
    page = editor.get("/")
    assert "(bob)" in plain(page)
    form = re.search(r'action="/notes-change">.*?</form>', page, re.DOTALL)
    assert form is not None
    fields = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form[0])}
    assert {"first": "2026-11-18", "last": "2026-11-18", "text": TEXT}.items() <= fields.items()
    changed = {**fields, "last": "2026-11-19", "text": "Sale"}
    answer = editor.client.post("/notes-change?period=7d", data=changed, headers=OWN, follow_redirects=False)
    assert (303, "/?period=7d#lead") == (answer.status_code, answer.headers["location"])
    assert "A 18 – 19 Nov 2026 Sale (ann)" in plain(editor.get("/"))
    for wrong, status in (({"text": ""}, 400), ({"last": "2026-11-01"}, 400), ({"id": "99"}, 404), ({"id": "x"}, 404)):
        answer = editor.client.post("/notes-change", data={**changed, **wrong}, headers=OWN)
        assert status == answer.status_code
        assert "The annotation was not kept" in answer.text
    assert "A 18 – 19 Nov 2026 Sale (ann)" in plain(editor.get("/"))


def test_what_is_done_to_annotations_stands_in_the_audit_trail(tmp_path: Path) -> None:
    """Who did it and to which days, in the reader's language; not the text, nor what was not done."""
    editor = front(tmp_path, Role.EDITOR)
    fields = {"form": token(editor.get("/")), "first": "2026-11-18", "last": "", "text": TEXT}

    def post(deed: str, **more: str) -> None:
        editor.client.post(f"/notes-{deed}", data={**fields, **more}, headers=OWN)

    post("add")
    post("change", id="1", last="2026-11-19", text="Sale")
    post("change", id="9")
    post("add", text="")
    post("remove", id="1")
    post("remove", id="1")
    told = [(entry.who, entry.what.value, entry.subject) for entry in editor.store.trail.latest(4)]
    assert [
        ("ann", "note_removed", "2026-11-18/2026-11-19"),
        ("ann", "note_changed", "2026-11-18/2026-11-19"),
        ("ann", "note_added", "2026-11-18/2026-11-18"),
        ("ann", "signed_in", "link"),
    ] == told
    editor.users.set_role("ann", Role.ADMINISTRATOR)
    editor.sign_in()
    page = editor.get("/trail")
    assert "Added an annotation to: 18 Nov 2026" in plain(page)
    assert "Removed the annotation of: 18 – 19 Nov 2026" in plain(page)
    assert "Aantekening gewijzigd van: 18 – 19 nov 2026" in plain(editor.get("/trail?lang=nl"))
    assert "launch" not in page


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"first": "2026-11-18", "text": ""}, 400),
        ({"first": "2026-11-18", "text": "x" * 201}, 400),
        ({"first": "2026-11-18", "last": "2026-11-17", "text": "x"}, 400),
        ({"first": "tomorrow", "text": "x"}, 400),
        ({"text": "x"}, 400),
    ],
)
def test_an_annotation_that_cannot_be_is_refused_in_words(tmp_path: Path, fields: dict[str, str], status: int) -> None:
    """And nothing is kept."""
    editor = front(tmp_path, Role.EDITOR)
    fields = {"form": token(editor.get("/")), **fields}
    answer = editor.client.post("/notes-add", data=fields, headers=OWN)
    assert status == answer.status_code
    assert "The annotation was not kept" in answer.text
    assert not re.search(r'class="letter"', editor.get("/"))


def test_a_reader_sees_annotations_and_has_no_form_for_them(tmp_path: Path) -> None:
    """Nor would one be taken."""
    reader = front(tmp_path, Role.READER)
    page = reader.get("/")
    assert "notes-add" not in page
    fields = {"form": token(page), "first": "2026-11-18", "text": "x"}
    assert 403 == reader.client.post("/notes-add", data=fields, headers=OWN).status_code
    assert 403 == reader.client.post("/notes-change", data={**fields, "id": "1"}, headers=OWN).status_code
    assert 403 == reader.client.post("/notes-remove", data={"form": token(page), "id": "1"}, headers=OWN).status_code


def test_another_site_cannot_annotate(tmp_path: Path) -> None:
    """The form must come from this dashboard, with this session's token."""
    editor = front(tmp_path, Role.EDITOR)
    fields = {"form": token(editor.get("/")), "first": "2026-11-18", "text": "x"}
    foreign = {"sec-fetch-site": "cross-site"}
    assert 403 == editor.client.post("/notes-add", data=fields, headers=foreign).status_code
    assert 403 == editor.client.post("/notes-add", data={**fields, "form": "x"}, headers=OWN).status_code
    assert "letter" not in editor.get("/")
