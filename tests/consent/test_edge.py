"""The hint that a page's own script reads, and the element that brings the script."""

import gzip
import json
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.assets import Assets
from consentkit.consent.decision import decide
from consentkit.consent.edge import SCRIPT, EdgeTag, Hints
from consentkit.consent.policy import content_security_policy
from consentkit.html.origins import closed_origins
from tests.support.asgi import ask, http_scope
from tests.support.sites import choose, config_of, declaration_of, service, settings

DECLARATION = config_of(settings()).declaration
HINTS = Hints(DECLARATION)
SERVICES = ("theme", "meter", "ads", "video")


def read(digits: str, *, signal: bool) -> set[str]:
    """What static/edge.js takes as granted."""
    return {id_ for id_, digit in zip(HINTS.ids, digits[1:], strict=True) if int(digit) > int(signal)}


@given(st.sets(st.sampled_from(SERVICES)), st.booleans(), st.booleans())
def test_hint_says_what_the_server_decides(grants: set[str], gpc_then: bool, gpc_now: bool) -> None:
    """Whatever was ticked, with the signal on then or now or not: the script comes to the server's conclusion."""
    choice = choose(DECLARATION, *grants, gpc=gpc_then)
    decided = decide(DECLARATION, choice, gpc=gpc_now)
    digits = HINTS.digits(choice)
    assert decided.granted == read(digits, signal=gpc_now)
    assert decided.asks == (digits[0] == "1" and not gpc_now)


def test_hint_knows_what_is_still_to_be_asked() -> None:
    """A visitor who let one video load has not answered the rest."""
    choice = choose(DECLARATION, "video")
    partly = type(choice)(choice.decided, frozenset({"marketing"}), choice.granted)
    assert "1" == HINTS.digits(partly)[0]
    assert "0" == HINTS.digits(choice)[0]


def test_hint_of_another_policy_is_not_read() -> None:
    """A changed declaration changes what the cookie begins with, and what the pages look for."""
    other = Hints(declaration_of(service("ads", "marketing", "_ads_*")))
    scope = http_scope()
    assert HINTS.head(scope) != other.head(scope)
    assert HINTS.line(scope, choose(DECLARATION), days=9).startswith(HINTS.head(scope).encode())


@pytest.mark.parametrize(
    ("scheme", "start", "end"),
    [
        ("https", b"__Host-consentkit-hint=", b"; SameSite=Lax; Secure"),
        ("http", b"consentkit-hint=", b"; SameSite=Lax"),
    ],
)
def test_hint_is_bound_to_the_host_and_readable(scheme: str, start: bytes, end: bytes) -> None:
    """No other host of the domain can set it over https; scripts may read it; it ends with the choice."""
    line = HINTS.line(http_scope(scheme=scheme), choose(DECLARATION), days=180)
    assert line.startswith(start)
    assert line.endswith(b"; Path=/; Max-Age=15552000" + end)
    assert b"HttpOnly" not in line
    assert b"Max-Age=0" in HINTS.line(http_scope(scheme=scheme), None, days=0)


def data_of(html: str) -> dict[str, str]:
    """What the element is told, by name."""
    found: dict[str, str] = {}

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.update((name, value or "") for name, value in attrs)

    Reader().feed(html)
    return found


@given(st.sets(st.sampled_from(SERVICES)))
def test_policies_of_the_element_are_those_of_the_server(grants: set[str]) -> None:
    """What the script puts together is the policy that the server would have sent with a page of this visitor."""
    hosts = ("www.example.com",)
    granted = decide(DECLARATION, choose(DECLARATION, *grants), gpc=False).granted
    nobody = closed_origins(DECLARATION, decide(DECLARATION, None, gpc=False).granted.__contains__)
    tag = EdgeTag(DECLARATION, HINTS, address="static/edge.js", hosts=hosts, closed=nobody, csp=True)
    html = str(tag.html(http_scope(), base="/consent/"))
    data = data_of(html)
    sources = json.loads(data["data-sources"])
    made = [*data["data-csp"].split(), *(word for id_ in granted for word in sources[id_].split())]
    expected = content_security_policy(hosts, closed_origins(DECLARATION, granted.__contains__)).decode().split()
    assert set(expected) == set(made)


def test_script_is_at_most_a_thousand_bytes() -> None:
    """As it is served to browsers, which all take gzip."""
    assets = Assets()
    answer = ask(assets.app, f"/{assets.url(SCRIPT)}", headers=[(b"accept-encoding", b"gzip")])
    assert b"gzip" == answer.get(b"content-encoding")
    assert b"MutationObserver" in gzip.decompress(answer.body)
    assert len(answer.body) <= 1000
