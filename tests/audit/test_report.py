"""The report in its three forms, of hostile sites above all."""

import io
import json
import re
import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from consentkit.audit import report
from consentkit.audit.compare import KINDS, NOTES
from consentkit.audit.model import Contact, Seen, Source, State, Stored, Visited
from consentkit.audit.page import render, write_page
from consentkit.audit.report import RULES, Audit, as_data
from consentkit.audit.shown import OBEYED
from consentkit.audit.text import print_report
from consentkit.declaration import STORAGE_KINDS
from tests.audit.values import HOME, comparison, contact, cookie, key, seen

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((Path(report.__file__).parent / "report.schema.json").read_text("utf-8"))

HOSTILE = (
    '"><script>alert(1)</script>', "</style><img src=x onerror=alert(1)>", "{{ 7*7 }}", "[bold red]markup[/]",
    "\x1b]8;;http://evil.example\x07click\x1b\\", "\x1b[2J\x1b[H", "\u202etxt.exe", "a\r\nSet-Cookie: x=1", "\u2028",
    "é" * 50,
    "javascript:alert(1)", "'--><svg onload=alert(1)>", "\x9b31m", "x" * 700,
)  # fmt: skip
NAME = st.sampled_from(HOSTILE) | st.text(max_size=40)
URL = st.builds(
    lambda scheme, rest: f"{scheme}{rest}",
    st.sampled_from(["https://e.example/", "http://", "data:", "wss://e.example/"]),
    NAME,
)
SOURCE = st.builds(
    Source, how=st.sampled_from(["script", "response", "markup", "page"]), page=URL, url=URL, line=st.integers(0, 99)
)
STORED = st.builds(
    Stored, kind=st.sampled_from(STORAGE_KINDS), name=NAME, place=NAME, days=st.none() | st.floats(0, 400), path=NAME,
    same_site=NAME, sources=st.lists(SOURCE, max_size=2).map(tuple), sent_to=st.lists(URL, max_size=2).map(tuple),
)  # fmt: skip
CONTACT = st.builds(Contact, url=URL, kind=st.sampled_from(["script", "blocked"]), source=SOURCE)
VISITED = st.builds(Visited, url=URL, status=st.sampled_from([0, 200, 404]), problem=NAME)
SEEN = st.builds(
    Seen, state=st.sampled_from(State), why_not=st.just("") | NAME, stored=st.lists(STORED, max_size=3).map(tuple),
    contacts=st.lists(CONTACT, max_size=3).map(tuple), visited=st.lists(VISITED, max_size=2).map(tuple),
)  # fmt: skip


def audit(*states: Seen) -> Audit:
    """An audit of the example site that saw this."""
    return Audit(HOME, "2026-11-25T23:00:00+00:00", "Chromium 156", "declaration.json", states, comparison())


def text_of(data: dict[str, Any], *, terminal: bool = False) -> str:
    """What is printed."""
    out = io.StringIO()
    print_report(
        data, Console(file=out, force_terminal=terminal, width=100, color_system="standard" if terminal else None)
    )
    return out.getvalue()


class Elements(HTMLParser):
    """Lists the elements of a page, and the attributes that run or load something."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append(tag)
        self.loads += [
            f"{tag} {name}={value}"
            for name, value in attrs
            if name.startswith("on") or name in ("src", "href", "action")
        ]


def strings_in(value: Any) -> list[str]:
    """Every text inside plain data."""
    if isinstance(value, str):
        return [value]
    inner = [*value.keys(), *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for each in inner for text in strings_in(each)]


@settings(max_examples=40, deadline=None)
@given(st.lists(SEEN, min_size=1, max_size=4, unique_by=lambda each: each.state))
def test_no_site_gets_a_command_or_markup_into_a_report(states: list[Seen]) -> None:
    """Whatever it calls its things: the JSON follows its schema and holds nothing a terminal obeys, the page holds only
    the elements of its template, and asks nobody."""
    data = as_data(audit(*states))
    jsonschema.validate(data, SCHEMA)
    assert set() == {c for text in strings_in(data) for c in text if unicodedata.category(c) in OBEYED}
    page = Elements(render(data, {}))
    assert {"script", "svg", "iframe", "object", "form", "base"}.isdisjoint(page.tags)
    assert [] == [each for each in page.loads if not re.search(r"href=(#|data:,$)", each)]
    printed = text_of(data)
    assert set() == {c for c in printed if unicodedata.category(c) in OBEYED} - {"\n"}


def test_no_value_and_no_query_reaches_a_report() -> None:
    """Not in a source either, nor credentials or e-mail addresses in a path."""
    source = Source(
        "script", f"{HOME}?s=secret", "https://u:secret@t.example.org/a@secret.example/x.js?secret#secret", 3
    )
    stored = Stored("cookie", "vid_secret123456", "www.example.com", 1.0, sources=(source,))
    request = Contact("https://t.example.org/p/a%40secret.example?u=secret", "image", source)
    data = as_data(audit(seen(State.BEFORE, stored, request)))
    for text in (json.dumps(data), text_of(data), render(data, {})):
        assert "secret" not in text
        assert "vid_*" in text
        assert "https://t.example.org/*/x.js" in text


def test_the_data_counts_what_it_tells() -> None:
    """Findings, different things, notes, states; a thing in two states is one thing, first told in the first."""
    states = (
        seen(State.BEFORE, cookie("x"), cookie("session")),
        seen(State.REFUSED, cookie("x")),
        Seen(State.ACCEPTED, "no button"),
    )
    data = as_data(audit(*states))
    assert {"findings": 3, "things": 2, "notes": 0, "states_reached": 2, "states_asked": 3} == data["summary"]
    assert [("before_choice", "before_choice"), ("refused", "before_choice"), ("accepted", "accepted")] == [
        (each["state"], each["first_in"]) for each in data["findings"]
    ]
    assert [2, 1, 0] == [len(state["storage"]) for state in data["states"]]
    assert ["allowed", "undeclared_storage"] == sorted(each["verdict"] for each in data["states"][0]["storage"])


def test_every_rule_and_kind_is_explained() -> None:
    """In the data for the rules named, in the documentation for all; the schema knows all kinds."""
    data = as_data(audit(seen(State.BEFORE, cookie("x"))))
    assert {"C1": RULES["C1"]} == data["rules"]
    docs = (ROOT / "docs" / "audit.md").read_text("utf-8")
    assert [] == [word for word in (*KINDS, *NOTES) if f"`{word}`" not in docs]
    assert [] == [rule for rule in RULES if f"{rule} " not in docs]
    kinds = json.dumps(SCHEMA)
    assert [] == [kind for kind in (*KINDS, *NOTES) if f'"{kind}"' not in kinds]


def test_the_text_tells_what_was_found_and_where() -> None:
    """A table for each state, and a summary."""
    data = as_data(audit(
        seen(State.BEFORE, cookie("x"), contact("https://t.example.org/a.js?b=c")), seen(State.REFUSED, cookie("x")),
        Seen(State.ACCEPTED, "no button"), seen(State.WITHDRAWN),
    ))  # fmt: skip
    text = text_of(data)
    assert "Before a choice: 2 findings" in text
    assert "script /site.js, line 7" in text
    assert 'name = "x", kind = "cookie", duration = "1 days"' in text.replace("\n", "") or 'duration = "1 day' in text
    assert "As found above:" in text
    assert "After consent: not reached, so not checked" in text
    assert "After withdrawal: nothing found" in text
    assert "4 findings, about 3 different things, 1 state not checked" in text
    assert "\x1b" not in text
    assert "\x1b[1;31m" in text_of(data, terminal=True)


def test_a_clean_audit_says_so() -> None:
    """In each form."""
    data = as_data(audit(seen(State.BEFORE, cookie("session")), seen(State.REFUSED)))
    assert "No findings" in text_of(data)
    assert "No findings" in render(data, {})


@pytest.mark.parametrize("name", ["report.html", "folder/", "new"])
def test_the_page_is_one_file_or_a_folder(name: str, tmp_path: Path) -> None:
    """Screenshots are inside the file, or beside it; no other address is loaded."""
    target = tmp_path / name
    if name.endswith("/"):
        target.mkdir()
    states = (seen(State.BEFORE, key("x"), screenshot=b"\xff\xd8 a picture", visited=(Visited(HOME, 200),)),)
    file = write_page(as_data(audit(*states)), states, target)
    loads = [each for each in Elements(file.read_text("utf-8")).loads if each.startswith("img")]
    if name.endswith(".html"):
        assert (target, "img src=data:image/jpeg;base64,/9ggYSBwaWN0dXJl") == (file, loads[0])
    else:
        assert (target / "index.html", ["img src=before_choice.jpg"]) == (file, loads)
        assert b"\xff\xd8 a picture" == (target / "before_choice.jpg").read_bytes()


def test_what_was_declared_and_not_seen_is_told_together() -> None:
    """By service, with the advice once: a site of twenty services would bury what matters under sixty notes."""
    data = as_data(audit(seen(State.ACCEPTED, cookie("session"), cookie("_ads_id"))))
    assert 2 == len(data["notes"])
    text = " ".join(text_of(data).split())
    assert "C19 Declared, but not seen on the pages visited: ads ads, https://ads.example.net If no page" in text
    assert 1 == text.count("take it out of the declaration")
    page = render(data, {})
    assert "<dt>ads</dt><dd><code>ads</code>, <code>https://ads.example.net</code></dd>" in page
    assert 1 == page.count("take it out of the declaration")
