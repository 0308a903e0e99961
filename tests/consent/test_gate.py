"""What the gate takes out, lets through, counts and says."""

import logging
import tomllib

import pytest

from consentkit.consent.cookies import Cookies, parse_set_cookie
from consentkit.consent.decision import Decisions, decide
from consentkit.consent.gate import MAX_NAMES, Gate
from consentkit.consent.undeclared import FRAMEWORK_COOKIES
from tests.support.sites import choose, config_of, declaration_of, necessary, service, settings

SITE = config_of(settings()).declaration
UNSET = decide(SITE, None, gpc=False)
REFUSED = decide(SITE, choose(SITE), gpc=False)
ALL = decide(SITE, choose(SITE, "preferences", "audience_measurement", "marketing"), gpc=False)

REQUEST = b"session=s;_fbp=1; theme=dark;  unknown=1; _ads_optout=1; __Host-consentkit=c; consentkit=d; =n; n"


def out(gate: Gate, line: bytes, decisions: object = UNSET) -> bool:
    """Whether a Set-Cookie line passes."""
    return bool(gate.gate_out([(b"set-cookie", line)], decisions))  # type: ignore[arg-type]


def seen(gate: Gate, header: bytes, decisions: Decisions) -> bytes:
    """The Cookie header that the app sees."""
    return gate.gate_in(Cookies(header), gate.verdicts(decisions))


def refused(gate: Gate, header: bytes, decisions: Decisions) -> list[str]:
    """The cookies of a request that are to be deleted."""
    return gate.refused(Cookies(header), gate.verdicts(decisions))


def test_app_sees_only_what_is_granted() -> None:
    """Refused, undeclared, nameless cookies and our own are not in the request that the app gets (rule C3)."""
    gate = Gate(SITE, "enforce")
    assert b"session=s; _ads_optout=1" == seen(gate, REQUEST, UNSET)
    assert b"session=s; _fbp=1; theme=dark; _ads_optout=1" == seen(gate, REQUEST, ALL)


@pytest.mark.parametrize("mode", ["observe", "warn"])
def test_other_modes_take_out_only_our_own_cookie(mode: str) -> None:
    """Before enforcing, a site can look: everything passes, but the app never sees the visitor's choice cookie."""
    gate = Gate(SITE, mode)
    assert b"session=s; _fbp=1; theme=dark; unknown=1; _ads_optout=1; =n; n" == gate.gate_in(
        Cookies(REQUEST), gate.verdicts(UNSET)
    )
    assert out(gate, b"_fbp=1")
    assert [] == refused(gate, REQUEST, REFUSED)
    assert 1 == gate.dropped["response", "_fbp"]
    assert 1 == gate.dropped["request", "_fbp"]


@pytest.mark.parametrize("mode", ["observe", "warn", "enforce"])
@pytest.mark.parametrize("name", [b"consentkit", b"__Host-consentkit"])
def test_app_cannot_set_the_consent_cookie(mode: str, name: bytes) -> None:
    """Nobody but the choice endpoint writes the choice, not even to delete it."""
    gate = Gate(SITE, mode)
    assert not out(gate, name + b"=forged; Path=/", ALL)
    assert not out(gate, name + b"=; Max-Age=0", ALL)


def test_set_cookie_follows_the_choice() -> None:
    """The same line is dropped before consent and passes after it."""
    gate = Gate(SITE, "enforce")
    assert (False, False, True) == tuple(out(gate, b"_fbp=1; Path=/", decisions) for decisions in (UNSET, REFUSED, ALL))
    assert out(gate, b"session=1; Path=/; HttpOnly")
    assert not out(gate, b"other=1", ALL)


def test_deletion_passes_whatever_is_refused() -> None:
    """The app may delete what it may not set, declared or not."""
    gate = Gate(SITE, "enforce")
    assert out(gate, b"_fbp=; Max-Age=0; Path=/", REFUSED)
    assert out(gate, b"undeclared=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", REFUSED)
    assert not gate.dropped


def test_other_headers_and_their_order_stay() -> None:
    """Only Set-Cookie lines are looked at, in whatever case their name is written."""
    headers = [(b"x", b"1"), (b"Set-Cookie", b"_fbp=1"), (b"SET-COOKIE", b"session=1"), (b"x", b"2")]
    kept = Gate(SITE, "enforce").gate_out(headers, UNSET)
    assert [(b"x", b"1"), (b"SET-COOKIE", b"session=1"), (b"x", b"2")] == kept


def test_exact_name_goes_before_a_pattern() -> None:
    """`_ads_optout` is necessary although `_ads_*` is marketing; names are case-sensitive."""
    gate = Gate(SITE, "enforce")
    assert out(gate, b"_ads_optout=1")
    assert not out(gate, b"_ads_other=1")
    assert not out(gate, b"Session=1")


def test_shared_pattern_needs_the_consent_of_all_who_share_it() -> None:
    """Two patterns of equal length: a grant for one of them is not enough."""
    site = declaration_of(service("a", "marketing", "x*z"), service("b", "marketing", "*yz"))
    gate = Gate(site, "enforce")
    assert not out(gate, b"xyz=1", decide(site, choose(site, "a"), gpc=False))
    assert out(gate, b"xyz=1", decide(site, choose(site, "a", "b"), gpc=False))


def test_only_what_was_refused_in_so_many_words_is_deleted() -> None:
    """Before a choice nothing is deleted; a pattern that covers everything never deletes the choice itself."""
    assert ["_fbp", "theme"] == refused(Gate(SITE, "enforce"), REQUEST, REFUSED)
    assert [] == refused(Gate(SITE, "enforce"), REQUEST, UNSET)
    greedy = declaration_of(service("all", "marketing", "*"))
    decisions = decide(greedy, choose(greedy), gpc=False)
    header = b"a=1; __Host-consentkit=x; consentkit=y; consentkit_staff=z"
    assert ["a"] == refused(Gate(greedy, "enforce"), header, decisions)


def test_name_beyond_the_bound_is_not_granted_and_not_remembered() -> None:
    """A name of 64 kB costs nothing and passes nowhere, even under a granted pattern."""
    gate = Gate(SITE, "enforce")
    long = b"_ads_" + b"x" * 65_536
    assert b"" == seen(gate, long + b"=1", ALL)
    assert 0 == gate._owners.cache_info().currsize + gate._declared_name.cache_info().currsize
    assert [("request", "(undeclared)")] == list(gate.dropped)


def test_counter_of_names_is_bounded() -> None:
    """An app that makes up names cannot fill the memory."""
    gate = Gate(SITE, "enforce")
    for number in range(MAX_NAMES * 3):
        out(gate, b"n" + bytes([97 + number % 26, 97 + number // 26 % 26, 97 + number // 676]) + b"=1")
    assert len(gate.dropped) <= MAX_NAMES + 1
    assert MAX_NAMES * 3 == gate.dropped.total()


def test_names_that_a_visitor_made_up_are_not_kept() -> None:
    """A request's cookie is counted under the declared pattern or as undeclared, never under the name it came with."""
    gate = Gate(SITE, "enforce")
    seen(gate, b"_ads_john.doe@example.com=1; jane@example.com=2", UNSET)
    assert {("request", "_ads_*"): 1, ("request", "(undeclared)"): 1} == dict(gate.dropped)


@pytest.mark.parametrize(
    "name", [*FRAMEWORK_COOKIES, "ads", "marketing", "9live", 'q"\\', "user_12345", "ab_" * 20, "é_xyz"]
)
def test_logged_toml_parses_and_makes_the_cookie_pass(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """Pasting what the log line offers is enough: the file is valid and the cookie passes (with consent where due)."""
    gate = Gate(declaration_of(service("ads", "marketing", "_fbp")), "enforce")
    line = f"{name}=v".encode("latin-1")
    with caplog.at_level(logging.WARNING, "consentkit.gate"):
        assert not out(gate, line, UNSET)
        assert not out(gate, line, UNSET)
    assert 1 == len(caplog.records)
    added = tomllib.loads(caplog.records[0].getMessage().partition("\n\n")[2])["services"]
    declared = declaration_of(service("ads", "marketing", "_fbp"), *added)
    decisions = decide(declared, choose(declared, *(purpose.id for purpose in declared.choosable)), gpc=False)
    assert out(Gate(declared, "enforce"), line, decisions)
    if name in FRAMEWORK_COOKIES:
        assert out(Gate(declared, "enforce"), line, decide(declared, None, gpc=False))


@pytest.mark.parametrize("line", [b"=nameless", b"nameless", b"1234567890123456=1", b"_123456=1"])
def test_cookie_that_cannot_be_declared_gets_no_toml(line: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """A suggestion that would let everything through, or nothing, is not made."""
    assert not out(Gate(SITE, "enforce"), line)
    assert "cannot be declared" in caplog.text
    assert "[[services]]" not in caplog.text


def test_log_line_holds_neither_value_nor_identifier(caplog: pytest.LogCaptureFixture) -> None:
    """Values never reach a log, nor do names beyond their constant part."""
    with caplog.at_level(logging.DEBUG):
        out(Gate(SITE, "warn"), b"uid_8f14e45fceea167a=secret-value; Path=/secret-path")
        out(Gate(SITE, "warn"), b"_ads_jane@example.com=secret-value")
    assert "uid_*" in caplog.text
    assert "would be dropped" in caplog.text
    for hidden in ("8f14e45fceea167a", "secret", "jane"):
        assert hidden not in caplog.text


def test_observing_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Mode observe only counts."""
    out(Gate(SITE, "observe"), b"unknown=1")
    assert "" == caplog.text


def test_staff_cookie_passes_both_ways() -> None:
    """The dashboard may be mounted inside the app."""
    gate = Gate(declaration_of(necessary("n", "n")), "enforce")
    assert b"consentkit_staff=1" == seen(gate, b"consentkit_staff=1", UNSET)
    assert out(gate, b"__Host-consentkit_staff=1; Secure; Path=/")
    assert parse_set_cookie(b"__Host-consentkit_staff=1").name == "__Host-consentkit_staff"
