"""Choosing and withdrawing, as a form, a script and an attacker do it."""

import asyncio
import json
from urllib.parse import urlencode

import pytest

from consentkit import ConsentKit
from consentkit.consent.submission import MAX_BODY
from tests.support.asgi import Answer, answering, ask, exchange, http_scope
from tests.support.sites import KEY, TODAY, consent_cookie, kit_of, settings

FORM = (b"content-type", b"application/x-www-form-urlencoded")
AS_JSON = (b"content-type", b"application/json")
OURS = (b"sec-fetch-site", b"same-origin")
ELSEWHERE = (b"sec-fetch-site", b"cross-site")
FROM_SHOP = (b"referer", b"https://www.example.com/shop?page=2")
XSS = "\"'><script>alert(1)</script>"


def post(kit: ConsentKit, path: str = "/consent/", *headers: tuple[bytes, bytes], **fields: object) -> Answer:
    """Send a form to one of the consent addresses."""
    body = urlencode(fields, doseq=True).encode()
    return ask(kit.wrap(answering()), path, method="POST", headers=[FORM, *headers], body=body)


def cookie_of(answer: Answer) -> bytes:
    """The consent cookie that an answer sets, as `name=value`."""
    return next(line for line in answer.all(b"set-cookie") if b"consentkit=" in line).partition(b";")[0]


def state(kit: ConsentKit, cookie: bytes) -> dict[str, str]:
    """The state of every purpose, as the state address tells it."""
    answer = ask(kit.wrap(answering()), "/consent/state", headers=[(b"cookie", cookie)])
    return {id_: entry["state"] for id_, entry in json.loads(answer.body)["purposes"].items()}


def test_form_goes_back_to_its_page_with_the_choice_stored(kit: ConsentKit) -> None:
    """Without JavaScript: 303 back to the page it came from, with the choice in one cookie."""
    answer = post(kit, "/consent/", OURS, FROM_SHOP, choice="accept_all")
    assert (303, b"/shop?page=2") == (answer.status, answer.get(b"location"))
    assert b"no-store" == answer.get(b"cache-control")
    assert {"granted"} == set(state(kit, cookie_of(answer)).values())


@pytest.mark.parametrize(
    ("path", "fields"),
    [("", {"choice": "accept_all"}), ("", {"choice": "refuse_all"}), ("withdraw", {}), ("", {"choice": "nonsense"})],
)
def test_pages_that_were_loaded_ahead_are_dropped(kit: ConsentKit, path: str, fields: dict[str, str]) -> None:
    """They were made before this choice: one may have a banner, another a tag that is refused now (C14)."""
    answer = post(kit, f"/consent/{path}", OURS, **fields)
    dropped = [b'"prefetchCache", "prerenderCache"'] if answer.status == 303 else []
    assert dropped == answer.all(b"clear-site-data")


def test_consent_cookie_has_the_flags_of_rule_c31(kit: ConsentKit) -> None:
    """Secure, HttpOnly, SameSite=Lax, host-bound, for the validity and no longer."""
    (line,) = post(kit, "/consent/", OURS, choice="accept_all").all(b"set-cookie")
    name, *attributes = line.split(b"; ")
    assert name.startswith(b"__Host-consentkit=1.")
    assert {b"Path=/", b"Max-Age=15552000", b"HttpOnly", b"SameSite=Lax", b"Secure"} == set(attributes)


def test_plain_http_gets_a_cookie_without_prefix(kit: ConsentKit) -> None:
    """A browser would reject the prefix there, and the choice would never hold."""
    answer = ask(
        kit.wrap(answering()),
        "/consent/",
        method="POST",
        headers=[FORM, OURS],
        body=b"choice=refuse_all",
        scheme="http",
    )
    assert answer.get(b"set-cookie").startswith(b"consentkit=1.")  # type: ignore[union-attr]
    assert b"Secure" not in answer.get(b"set-cookie")  # type: ignore[operator]


def test_script_gets_the_state(kit: ConsentKit) -> None:
    """JSON → 200 with the state that now holds."""
    answer = ask(
        kit.wrap(answering()), "/consent/", method="POST", headers=[AS_JSON, OURS],
        body=b'{"choice": "selection", "grant": ["meter", "video"]}',
    )  # fmt: skip
    data = json.loads(answer.body)
    assert 200 == answer.status
    assert "granted" == data["purposes"]["audience_measurement"]["state"]
    assert "denied" == data["purposes"]["marketing"]["state"]
    assert {"state": "granted", "reason": "choice"} == data["purposes"]["marketing"]["services"]["video"]
    assert (TODAY.isoformat(), "2027-05-22") == (data["decided"], data["asked_again"])
    assert kit.config.declaration.policy_version == data["policy"]


@pytest.mark.parametrize("fields", [{"choice": "accept_all"}, {"choice": "selection", "grant": ["ads"]}])
@pytest.mark.parametrize(
    "origin",
    [
        ELSEWHERE,
        (b"sec-fetch-site", b"same-site"),
        (b"origin", b"https://evil.test"),
        (b"origin", b"null"),
        (b"x", b""),
    ],
)
def test_grant_from_elsewhere_changes_nothing(
    kit: ConsentKit, fields: dict[str, object], origin: tuple[bytes, bytes]
) -> None:
    """Another site, or nobody in particular, cannot agree in the visitor's place."""
    answer = post(kit, "/consent/", origin, **fields)
    assert (403, []) == (answer.status, answer.all(b"set-cookie"))
    assert "nothing was changed" in answer.text


def test_refusal_is_taken_from_anywhere(kit: ConsentKit) -> None:
    """Refusing can hurt nobody, so nothing stands in its way."""
    before = consent_cookie(kit, "ads")
    for path, fields in (
        ("/consent/", {"choice": "refuse_all"}),
        ("/consent/", {"choice": "selection"}),
        ("/consent/withdraw", {}),
    ):
        answer = post(kit, path, ELSEWHERE, (b"cookie", before), **fields)
        assert 303 == answer.status
        assert {"granted": 1, "denied": 3} == {
            value: list(state(kit, cookie_of(answer)).values()).count(value) for value in ("granted", "denied")
        }


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"choice=accept_all", b'{"x":', b"&" * 300])
@pytest.mark.parametrize("kind", [FORM, AS_JSON, (b"content-type", b"text/plain")])
def test_withdrawing_always_works(kit: ConsentKit, body: bytes, kind: tuple[bytes, bytes]) -> None:
    """No field, however broken, stands between a visitor and their withdrawal (rule C13)."""
    sent = [kind, (b"cookie", consent_cookie(kit, "ads", "theme") + b"; _fbp=1; theme=2; session=3")]
    answer = ask(kit.wrap(answering()), "/consent/withdraw", method="POST", headers=sent, body=body)
    assert answer.status in (200, 303)
    assert "granted" not in {value for id_, value in state(kit, cookie_of(answer)).items() if id_ != "necessary"}
    deleted = {line.partition(b"=")[0] for line in answer.all(b"set-cookie") if b"Max-Age=0" in line}
    assert {b"_fbp", b"theme"} == deleted


def test_withdrawal_leaves_no_id_behind(kit: ConsentKit) -> None:
    """Who has withdrawn everything is no longer told apart."""
    withdrawn = cookie_of(post(kit, "/consent/withdraw", (b"cookie", consent_cookie(kit, "ads"))))
    assert cookie_of(post(kit_of(), "/consent/", choice="refuse_all")) == withdrawn


def test_oversize_body_is_refused(kit: ConsentKit) -> None:
    """More than the bound is not read to its end."""
    chunks = [b"x" * 1000] * 40
    sent = asyncio.run(
        exchange(kit.wrap(answering()), http_scope("/consent/", method="POST", headers=[FORM, OURS]), *chunks)
    )
    assert (413, []) == (Answer(sent).status, Answer(sent).all(b"set-cookie"))
    assert str(MAX_BODY) in Answer(sent).text


def test_body_cut_off_by_a_disconnect_is_no_choice(kit: ConsentKit) -> None:
    """Half a form is not what the visitor meant."""
    messages = [{"type": "http.request", "body": b"choice=accept_all", "more_body": True}, {"type": "http.disconnect"}]
    sent = []

    async def receive() -> dict[str, object]:
        return messages.pop(0)

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    asyncio.run(kit.wrap(answering())(http_scope("/consent/", method="POST", headers=[FORM, OURS]), receive, send))  # type: ignore[arg-type]
    assert (400, []) == (Answer(sent).status, Answer(sent).all(b"set-cookie"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "fields",
    [{}, {"choice": "yes"}, {"choice": "selection", "grant": ["session"]}, {"choice": "selection", "grant": ["nope"]}],
)
def test_choice_that_makes_no_sense_stores_nothing(kit: ConsentKit, fields: dict[str, object]) -> None:
    """A 400 with the page for a person, with an error for a program."""
    answer = post(kit, "/consent/", OURS, **fields)
    assert (400, []) == (answer.status, answer.all(b"set-cookie"))
    assert "<h1 " in answer.text
    answer = post(kit, "/consent/", OURS, (b"accept", b"application/json"), **fields)
    assert (400, ["error"]) == (answer.status, list(json.loads(answer.body)))


@pytest.mark.parametrize(
    "evil", ["//evil.test", "/\\evil.test", "https://evil.test", "/%2f%2fevil.test", "/\r\nSet-Cookie: a=b"]
)
def test_redirect_never_leaves_the_site(kit: ConsentKit, evil: str) -> None:
    """Neither the form field nor the Referer sends a visitor elsewhere."""
    for referrer in (b"https://evil.test/", b"https://www.example.com//evil.test", evil.encode()):
        answer = post(kit, "/consent/", ELSEWHERE, (b"referer", referrer), **{"choice": "refuse_all", "return": evil})
        assert (303, b"/") == (answer.status, answer.get(b"location"))


def test_choice_on_the_preferences_page_returns_there_with_thanks(kit: ConsentKit) -> None:
    """Saving on the page itself shows the page again, in its language, and still knows the way back."""
    answer = post(
        kit,
        "/consent/",
        OURS,
        (b"referer", b"https://www.example.com/consent/?lang=nl"),
        **{"choice": "refuse_all", "lang": "nl", "return": "/shop"},
    )
    assert b"/consent/?saved=1&lang=nl&return=%2Fshop" == answer.get(b"location")
    page = ask(kit.wrap(answering()), "/consent/", query_string=b"saved=1&lang=nl&return=%2Fshop")
    assert '<html lang="nl"' in page.text
    assert 'href="/shop"' in page.text


def test_accepting_deletes_nothing_and_refusing_deletes_what_came(kit: ConsentKit) -> None:
    """Refused cookies that a request brings are deleted with the very answer (rule C14), others are not."""
    sent = (b"cookie", b"_fbp=1; session=2; unknown=3; theme=4")
    assert 1 == len(post(kit, "/consent/", OURS, sent, choice="accept_all").all(b"set-cookie"))
    answer = post(kit, "/consent/", OURS, sent, choice="selection", grant=["theme"])
    assert {b"__Host-consentkit", b"_fbp"} == {line.partition(b"=")[0] for line in answer.all(b"set-cookie")}


def test_signal_then_choice_then_signal_off_holds(kit: ConsentKit) -> None:
    """A grant given while the signal was on counts with and without it."""
    answer = post(kit, "/consent/", OURS, (b"sec-gpc", b"1"), choice="accept_all")
    app = kit.wrap(answering())
    for headers in ([], [(b"sec-gpc", b"1")]):
        data = json.loads(ask(app, "/consent/state", headers=[*headers, (b"cookie", cookie_of(answer))]).body)
        assert "granted" == data["purposes"]["marketing"]["state"]


@pytest.mark.parametrize("mode", ["observe", "warn"])
def test_choice_is_taken_in_every_mode_and_deletes_only_when_enforced(mode: str) -> None:
    """Looking before enforcing changes no cookie of the site."""
    kit = kit_of(settings(consent={"mode": mode}), keys=(KEY,))
    answer = post(kit, "/consent/", OURS, (b"cookie", b"_fbp=1"), choice="refuse_all")
    assert 1 == len(answer.all(b"set-cookie"))
