"""The configuration file, whatever stands at any of its keys: it is read, or every fault of it is told."""

import copy
import datetime as dt
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.config import load, parse
from consentkit.errors import ConfigError
from consentkit.reader import MOST_INTEGER

STORAGE = [{"name": "_ads", "kind": "cookie", "duration": "3 months"}]
WHOLE: dict[str, Any] = {
    "site": {
        "name": "Example", "controller": "Example B.V.", "contact": "privacy@example.com",
        "hosts": ["www.example.com", "[::1]"], "languages": ["en"], "privacy_policy": "/privacy",
        "timezone": "Europe/Amsterdam",
    },
    "consent": {
        "mode": "enforce", "path": "/consent", "validity_days": 180, "link": "inject", "layout": "bar",
        "delivery": "server", "stylesheet": "/consent.css", "ledger": "sqlite:///c.db", "revision": 1, "csp": True,
        "observed": "sqlite:///o.db", "consent_mode": ["google"], "consent_mode_signals": {"ad_storage": "marketing"},
    },
    "purposes": [{"id": "chat", "title": "Chat", "description": {"en": "Talks."}, "gpc": True}],
    "services": [
        {
            "id": "ads", "name": "Ads", "purpose": "marketing", "description": "Sells.", "third_party": "Ads Inc.",
            "origins": ["https://ads.example"], "privacy_policy": "https://ads.example/privacy", "storage": STORAGE,
        },
        {"id": "basket", "name": "Basket", "purpose": "necessary", "exemption": "transmission", "justification": "It."},
    ],
    "stats": {
        "sink": "sqlite:///s.db", "private": "sqlite:///p.db", "threshold": 10, "patience_days": 31,
        "retention_months": 25, "day_months": 14, "exemption": "fr", "visitor_state": True, "geoip": ["a.mmdb"],
        "breakdowns": ["page", "channel", "goal", "funnel", "search", "outbound"], "loaded_ahead": "measured",
        "goals": [{"id": "contact", "path": "/thanks"}], "funnels": [{"id": "order", "steps": ["/a", "/b"]}],
        "crossings": [["page", "channel"]], "outbound": True, "search_parameters": ["q"],
        "public_parameters": ["slug"], "referrer_spam": ["spam.example"],
    },
    "dashboard": {
        "store": "sqlite:///d.db", "audit_days": 365, "trusted_header": "X-User", "trusted_roles_header": "X-Groups",
        "trusted_proxies": ["10.0.0.0/24"], "roles": {"administrator": ["*"], "editor": ["web"], "reader": ["all"]},
        "oidc": {"issuer": "https://id.example", "client_id": "c", "name_claim": "email", "roles_claim": "groups"},
    },
    "report": {
        "smtp": "mail.example.com", "port": 587, "security": "starttls", "user": "u", "sender": "S <s@example.com>",
        "recipients": ["a@example.com"], "language": "en", "link": "https://www.example.com/statistics/",
    },
}  # fmt: skip


def places(value: Any, *before: Any) -> Iterator[tuple[Any, ...]]:
    """The way to each value, tables and lists too."""
    if before:
        yield before
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inner:
        yield from places(each, *before, name)


PLACES = list(places(WHOLE))
TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["", "\0", "a\0b", "\x1b[31m", "x" * 5000, "[", "https://[::1", "https://a.example:99999", "sqlite:///", "/\n",
         "sqlite:///\0", "sqlite:///" + "x" * 5000, "..", "/proc/self/mem", "10.0.0.0/33", "9" * 400 + " days", "²"]
    ),
)  # fmt: skip
SINGLE = st.one_of(
    TEXTS, st.integers(), st.just(16**3000), st.booleans(), st.floats(), st.just(math.nan),
    st.sampled_from([dt.date(2026, 1, 1), dt.time(1, 2), dt.datetime(2026, 1, 1)]),
)  # fmt: skip
VALUES = st.recursive(
    SINGLE,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=5,
)


def findings_of(place: tuple[Any, ...], value: Any) -> list[str]:
    """What is wrong with the whole file once this value stands there."""
    data: Any = copy.deepcopy(WHOLE)
    table = data
    for step in place[:-1]:
        table = table[step]
    table[place[-1]] = value
    try:
        parse(data, base=Path("/nowhere"))
    except ConfigError as problem:
        return [str(finding) for finding in problem.findings]
    return []


def test_the_file_that_the_others_change_is_right() -> None:
    """So what they find wrong is of their own making."""
    assert parse(WHOLE, base=Path("/nowhere")).site.name == "Example"


@given(st.sampled_from(PLACES), VALUES)
def test_whatever_stands_somewhere_is_read_or_told(place: tuple[Any, ...], value: Any) -> None:
    """In one line for each finding, which a terminal shows as it is, and short, however long the value."""
    for finding in findings_of(place, value):
        assert ": " in finding
        assert [finding] == finding.splitlines()
        assert finding.isprintable()
        assert len(finding) < 1000


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
def test_a_character_that_files_and_headers_end_at_is_refused_everywhere(place: tuple[Any, ...]) -> None:
    """With its key; a path that holds one would be another path."""
    [finding] = findings_of(place, "var\0.db")
    key = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).lstrip(".")
    assert f'{key}: "var\\x00.db" holds a control character, which no text may; take it out' == finding


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a\x1b": 1}, 'site.name."a\\x1b": holds a control character, which no key may; take it out'),
        (2**63, f"site.name: 0x8000000000000000… is too long a number; TOML knows those of 64 bits, to {MOST_INTEGER}"),
        ([["\x85"]], 'site.name[0][0]: "\\x85" holds a control character, which no text may; take it out'),
    ],
)
def test_what_nobody_can_mean_is_told_with_its_key(value: Any, message: str) -> None:
    """Keys are quoted, as they may hold what a terminal obeys."""
    assert [message] == findings_of(("site", "name"), value)


@pytest.mark.parametrize(
    "text", ["a = " + "9" * 5000, "a = " + "[" * 5000 + "]" * 5000, "a = 0x" + "f" * 9999, "a = 1\0"]
)
def test_what_the_parser_stumbles_over_is_told(tmp_path: Path, text: str) -> None:
    """Numbers of thousands of digits, and lists in lists in lists."""
    file = tmp_path / "consentkit.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=r"file: cannot be read as TOML|a: 0xf+… is too long a number"):
        load(file)


@pytest.mark.parametrize("host", ["bücher.example", "www.example.com\n", "a b", "*.example.com", "a/b", "a:80", "::1"])
def test_a_host_is_named_as_browsers_send_it(host: str) -> None:
    """Another one would never be asked for."""
    [finding] = findings_of(("site", "hosts", 0), host)
    assert finding.startswith("site.hosts: ")
    assert 'is no host name; write it without scheme and port, as "www.example.com"' in finding
