"""The engine: what follows from a request's cookies, and the addresses that are consentkit's own."""

import asyncio
from datetime import timedelta

import pytest

from consentkit import ConsentKit, standing
from consentkit.incoming import Incoming
from tests.support.asgi import DOCUMENT, HTML, answering, ask, exchange, http_scope
from tests.support.sites import KEY, NOW, OLD_KEY, POLICY_PATH, TODAY, consent_cookie, kit_of, settings


def granted(kit: ConsentKit, cookie: bytes, *, scheme: str = "https") -> set[str]:
    """The services that a request with these cookies is granted."""
    scope = http_scope(headers=[(b"cookie", cookie)], scheme=scheme)
    decisions = kit.engine.standings.of(Incoming(scope), kit.clock()).decisions
    return {id_ for id_ in ("theme", "meter", "ads", "video") if decisions.of(id_)}


def test_of_several_choices_only_what_all_grant_is_granted() -> None:
    """A grant that another host of the domain put beside the visitor's refusal changes nothing, in either order."""
    kit = kit_of()
    mine = consent_cookie(kit, "theme", today=TODAY - timedelta(days=3))
    tossed = consent_cookie(kit, "ads", "theme")
    refusal = consent_cookie(kit, today=TODAY - timedelta(days=3))
    assert {"theme"} == granted(kit, mine + b"; " + tossed) == granted(kit, tossed + b"; " + mine)
    assert set() == granted(kit, refusal + b"; " + tossed)


def test_an_app_that_is_wrapped_twice_is_gated_once(caplog: pytest.LogCaptureFixture) -> None:
    """One banner, one count, one line in the log that says what to remove."""
    kit = kit_of()
    app = kit.wrap(kit.wrap(answering(DOCUMENT, headers=[HTML])))
    for _ in range(2):
        assert 1 == ask(app, "/").body.count(b'id="consentkit"')
    assert 2 == len(kit.counting.requests)  # type: ignore[attr-defined]
    assert 1 == sum("twice" in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize(
    "broken", [b"__Host-consentkit=", b"__Host-consentkit=x", b"=__Host-consentkit=x", b"__Host-consentkit"]
)
def test_broken_cookie_beside_a_good_one_changes_nothing(broken: bytes) -> None:
    """Whoever plants a second cookie cannot take the first one's place."""
    kit = kit_of()
    assert {"ads"} == granted(kit, broken + b"; " + consent_cookie(kit, "ads"))
    assert set() == granted(kit, broken)


def test_name_without_prefix_counts_for_nothing_over_https() -> None:
    """A sibling host can plant a cookie without prefix; over https it is not read."""
    kit = kit_of()
    bare = consent_cookie(kit, "ads").removeprefix(b"__Host-")
    assert (set(), {"ads"}) == (granted(kit, bare), granted(kit, bare, scheme="http"))


def test_choice_of_a_rotated_key_still_holds() -> None:
    """Changing the secret asks nobody again while the old one is still listed."""
    cookie = consent_cookie(kit_of(), "ads")
    assert {"ads"} == granted(kit_of(keys=(OLD_KEY, KEY)), cookie)
    assert set() == granted(kit_of(keys=(OLD_KEY,)), cookie)


def test_choice_ends_on_the_servers_clock() -> None:
    """Day 179 still holds, day 180 asks again, and a remembered cookie does not outlive its days (rule C21)."""
    now = [NOW]
    kit = kit_of(clock=lambda: now[0])
    cookie = consent_cookie(kit, "ads")
    for day, holds in ((0, True), (179, True), (180, False), (179, True)):
        now[0] = NOW + day * 86_400
        assert holds == bool(granted(kit, cookie))


def test_refusal_is_remembered_as_long_as_consent() -> None:
    """Thirty visits within the validity show no banner; after it both choices are asked again (rule C21)."""
    now = [NOW]
    kit = kit_of(clock=lambda: now[0])
    app = kit.wrap(answering(DOCUMENT))
    for cookie in (consent_cookie(kit), consent_cookie(kit, "ads")):
        for day in (*range(0, 180, 6), 179, 181):
            now[0] = NOW + day * 86_400
            shown = b'<section id="consentkit"' in ask(app, headers=[(b"cookie", cookie)]).body
            assert (day > 179) == shown, day


def test_memory_of_verified_cookies_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only verified cookies are remembered, and only so many."""
    monkeypatch.setattr(standing, "REMEMBERED", 10)
    mine = kit_of()
    for age in range(30):
        granted(mine, consent_cookie(mine, "ads", today=TODAY - timedelta(days=age)))
        granted(mine, b"__Host-consentkit=made-up-%d" % age)
    assert 10 >= len(mine.engine.standings._remembered[False]) > 0


def test_addresses_of_the_site_itself_are_left_to_it() -> None:
    """Only our own path and the well-known resource are answered; what merely begins alike is the app's."""
    app = kit_of(settings(consent={"path": "/my/consent/"})).wrap(answering(b"app", headers=[(b"x-app", b"1")]))
    for path in (
        "/",
        "/my",
        "/my/consents",
        "/consent/",
        "/my/consent.html",
        "/x/my/consent/",
        "/.well-known/gpc.json/x",
    ):
        assert b"1" == ask(app, path).get(b"x-app"), path
    for path in ("/my/consent", "/my/consent/", "/my/consent/state", "/.well-known/gpc.json"):
        assert ask(app, path).get(b"x-app") is None, path


def test_own_pages_are_counted_as_our_own() -> None:
    """They are requests, and no page views of the site."""
    kit = kit_of()
    app = kit.wrap(answering(DOCUMENT))
    ask(app, "/consent/")
    ask(app, POLICY_PATH)
    assert [True, False] == [request["own"] for request in kit.counting.requests]  # type: ignore[attr-defined]


def test_banner_follows_the_language_of_the_page_then_of_the_visitor() -> None:
    """`<html lang>` first, then what the browser asks for, then the site's first language (rule C12)."""

    def words(lang: bytes, accept: bytes) -> str:
        app = kit_of().wrap(answering(b"<html" + lang + b"><body></body></html>", headers=[HTML]))
        body = ask(app, headers=[(b"accept-language", accept)]).body
        return next(
            code
            for code, word in (("nl", b"Alles weigeren"), ("es", b"Rechazar todo"), ("en", b"Refuse all"))
            if word in body
        )

    assert ["nl", "nl", "es", "en", "en"] == [
        words(b' lang="nl-BE"', b"es"), words(b"", b"nl"), words(b"", b"es-MX,en"), words(b' lang="fr"', b"nl"),
        words(b"", b""),
    ]  # fmt: skip


def test_declaration_html_is_made_of_the_same_declaration() -> None:
    """The privacy page cannot disagree with the gate (principle 6)."""
    html = kit_of().declaration_html("nl-NL")
    assert 'lang="nl"' in html
    assert '<code dir="ltr">_fbp</code>' in html


@pytest.mark.parametrize(
    "path", ["/\x00", "/" + "a" * 70_000, "/é", "//evil.test/consent/", "/consent/\r\nX: y", "/consent/%2e%2e/"]
)
def test_hostile_path_is_answered(path: str) -> None:
    """No path of a request breaks a page."""
    scope = http_scope("/", headers=[(b"cookie", b"_fbp=1; " + consent_cookie(kit_of()))]) | {
        "path": path,
        "raw_path": path.encode(),
    }
    messages = asyncio.run(exchange(kit_of().wrap(answering(DOCUMENT)), scope))
    assert messages[0]["status"] in (200, 404)
    assert not any(b"\r" in value or b"\n" in value for _, value in messages[0]["headers"])
