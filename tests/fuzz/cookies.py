"""No bytes let through a cookie that a browser would store, or the app would see, and that the declaration refuses."""

from starlette.requests import cookie_parser

from consentkit.consent.cookies import Cookies
from consentkit.consent.decision import decide
from consentkit.consent.gate import Gate
from tests.support.browser_model import store
from tests.support.sites import NOW, choose, declaration_of, necessary, service

DECLARATION = declaration_of(
    necessary("shop", "session", "__Host-s", "pre_*"), service("ads", "marketing", "_ads", "pre_x", "_ads_*"),
    service("theme", "preferences", "theme"),
)  # fmt: skip
STATES = [
    decide(DECLARATION, choice, gpc=gpc)
    for choice in (None, choose(DECLARATION), choose(DECLARATION, "theme"))
    for gpc in (False, True)
]
SEEDS = [
    b"\x00_ads=1; Path=/; Max-Age=60",
    b"\x01session=1; Secure; HttpOnly; SameSite=Lax",
    b"\x02_ads=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60",
    b"\x03pre_x=1; Max-Age=0; Max-Age=9",
    b"\x04__Host-s=1; Path=/; Secure",
    b"\x05=_ads=1; Domain=example.com",
    b'\x06session=1; pref={"a":1}; _ads=2',
    b"\x07 theme = 1 ; Expires=Sat, 01-Jan-2000 00:00:00 GMT",
]


def may_be_there(name: str, granted: frozenset[str]) -> bool:
    """The declaration, read by hand."""
    if name == "theme":
        return "theme" in granted
    return name in ("session", "__Host-s", "consentkit_staff", "__Host-consentkit_staff") or (
        name.startswith("pre_") and name != "pre_x"
    )


def check(data: bytes) -> None:
    """The first byte chooses what the visitor agreed to; the rest is a Set-Cookie line, and a Cookie header."""
    decisions, text = STATES[(data[:1] or b"\x00")[0] % len(STATES)], data[1:]
    gate = Gate(DECLARATION, "enforce")
    passed = gate.gate_out([(b"Set-Cookie", text)], decisions)
    assert passed in ([], [(b"Set-Cookie", text)])
    stored = store(text, NOW) if passed else None
    assert stored is None or stored.expired or may_be_there(stored.name.decode("latin-1"), decisions.granted), text
    kept = gate.gate_in(Cookies(text), gate.verdicts(decisions))
    seen = [part.partition(b"=")[0].strip(b" \t").decode("latin-1") for part in kept.split(b";") if part.strip(b" \t")]
    for name in (*seen, *cookie_parser(kept.decode("latin-1"))):
        assert may_be_there(name, decisions.granted), (text, kept)
    assert all(name.encode("latin-1") in text for name in gate.refused(Cookies(text), gate.verdicts(decisions)))
