"""What the app really stores: how it is counted, and how it compares with the declaration."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.consent import observed
from consentkit.consent.observed import MAX_DAYS, OTHER, REQUEST, Key, Row, Sightings, compare, lifetime_days
from tests.support.browser_model import parse_date
from tests.support.sites import NOW, config_of, declaration_of, service, settings

DECLARATION = config_of(settings()).declaration
TODAY = date(2026, 11, 23)


def at(**after: float) -> bytes:
    """A time as an Expires attribute has it, so long after now."""
    moment = datetime.fromtimestamp(NOW, UTC) + timedelta(**after)
    return format_datetime(moment.replace(tzinfo=UTC), usegmt=True).encode()


@pytest.mark.parametrize(
    ("attributes", "days"),
    [
        (b"", 0),
        (b"; Path=/; Secure", 0),
        (b"; Max-Age=1", 1),
        (b"; max-age = 86400", 1),
        (b"; Max-Age=86401", 2),
        (b"; Max-Age=1209600; Expires=" + at(days=90), 14),
        (b"; Max-Age=x; Expires=" + at(days=90), 90),
        (b"; Expires=" + at(days=2, seconds=-1), 2),
        (b"; Expires=Mon, 23-Nov-2026 13:00:00 GMT", 1),
        (b"; Expires=some day", 0),
        (b"; Expires=" + at(days=-1), 0),
        (b"; Max-Age=99999999999999999999", MAX_DAYS),
        (b"; Max-Age=1; Max-Age=172800", 2),
    ],
)
def test_lifetime_is_in_whole_days_rounded_up(attributes: bytes, days: int) -> None:
    """Max-Age goes before Expires, the last of a kind counts, what is malformed does not."""
    assert days == lifetime_days(b"a=1" + attributes, NOW)


@given(st.binary(max_size=200))
def test_no_line_breaks_it(line: bytes) -> None:
    """Whatever an app sends."""
    assert 0 <= lifetime_days(line, NOW) <= MAX_DAYS


@given(st.datetimes(datetime(2026, 11, 24), datetime(2099, 1, 1)))
def test_dates_are_read_as_browsers_read_them(moment: datetime) -> None:
    """By the cookie-date algorithm of the standard, which the model of a browser has."""
    text = format_datetime(moment.replace(tzinfo=UTC, microsecond=0), usegmt=True)
    expected = parse_date(text)
    assert expected
    assert lifetime_days(b"a=1; Expires=" + text.encode(), NOW) == -int(-(expected - NOW) // 86_400)


def test_routes_are_kept_without_identifiers() -> None:
    """As the statistics name pages; what was taken is not taken again."""
    sightings = Sightings(lambda: NOW)
    sightings.note_set(b"_ads_1f3a9b=1; Max-Age=86400", "_ads_*", "/orders/48151623")
    seen = sightings.take(Counter())
    assert {Key("_ads_*", "/orders/{n}"): 1} == {key: sight.longest for key, sight in seen.items()}
    assert {} == sightings.take(Counter())


def test_the_longest_lifetime_is_kept() -> None:
    """However often a shorter one came."""
    sightings = Sightings(lambda: NOW)
    for age in (b"60", b"8640000", b"60"):
        sightings.note_set(b"session=1; Max-Age=" + age, "session", "/")
    (sight,) = sightings.take(Counter()).values()
    assert (3, 100) == (sight.count, sight.longest)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is over the bound is counted together, and what is known goes on being counted by itself."""
    monkeypatch.setattr(observed, "MAX_KEYS", 2)
    sightings = Sightings(lambda: NOW)
    for page in ("/a", "/b", "/c", "/d", "/a"):
        sightings.note_set(b"session=1", "session", page)
    seen = sightings.take(Counter())
    assert {Key("session", "/a"): 2, Key("session", "/b"): 1, Key(OTHER, OTHER): 2} == {
        key: sight.count for key, sight in seen.items()
    }


def row(name: str, longest: int = 0, route: str = "/", count: int = 1) -> Row:
    """Something that was seen today."""
    return Row(name, route, count, longest, TODAY, TODAY)


def found(*rows: Row, since: date = TODAY) -> list[tuple[str, str]]:
    """The findings over these rows, as kind and name."""
    return [(f.kind, f.name) for f in compare(DECLARATION, 180, rows, since=since, today=TODAY)]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row("session", 14), row("_ads_*", 15), row("__Host-consentkit_staff", 1)], []),
        ([row("other", 3)], [("undeclared", "other")]),
        ([row("cart_*")], [("undeclared", "cart_*")]),
        ([row("session", 16)], [("lives_longer", "session")]),
        ([row("_ads_x", 400)], [("lives_longer", "_ads_*")]),
        ([row("(undeclared)", route=REQUEST)], []),
        ([row(OTHER, 900, route=OTHER)], []),
        ([row("session", 900, route=REQUEST)], []),
    ],
)
def test_what_is_declared_is_no_finding(rows: list[Row], expected: list[tuple[str, str]]) -> None:
    """A day more than declared is no finding; what a request brings tells no lifetime."""
    assert expected == found(*rows)


def test_a_cookie_for_the_session_must_not_outlive_it() -> None:
    """There is no rounding in "until the browser closes"."""
    short = {**service("short", "preferences"), "storage": [{"name": "s", "kind": "cookie", "duration": "session"}]}
    findings = compare(declaration_of(short), 180, [row("s", 1)], since=TODAY, today=TODAY)
    assert ["lives_longer"] == [finding.kind for finding in findings]
    assert "is set for 1 days, and declared for 'session'" == findings[0].message


def test_what_nobody_saw_in_a_month_is_a_finding() -> None:
    """Not before; and a request that brings it is enough."""
    seen = [row("session"), row("theme", route=REQUEST)]
    assert [] == found(*seen, since=TODAY - timedelta(days=29))
    names = [name for kind, name in found(*seen, since=TODAY - timedelta(days=30)) if kind == "never_seen"]
    assert ["_ads_*", "_ads_optout", "_fbp", "_meter", "_meter_*", "csrftoken", "vid"] == names


def test_findings_tell_where() -> None:
    """The routes whose answers set it, each once."""
    rows = [row("other", 2, "/b"), row("other", 5, "/a"), row("other", 0, REQUEST)]
    (finding,) = compare(DECLARATION, 180, rows, since=TODAY, today=TODAY)
    assert ("/a", "/b") == finding.routes
    assert "is set by the app, for 5 days, and not declared" == finding.message
