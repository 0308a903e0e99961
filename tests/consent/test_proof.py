"""The proof of consent as a visitor makes, reads and erases it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from consentkit import ConsentKit
from consentkit.config import LAYOUTS
from consentkit.consent.ledger.receipt import verify
from consentkit.consent.ledger.store import Ledger
from tests.support.asgi import DOCUMENT, Answer, answering, ask
from tests.support.sites import KEY, NOW, config_of, kit_of, settings

FORM = (b"content-type", b"application/x-www-form-urlencoded")
OURS = (b"sec-fetch-site", b"same-origin")
AS_JSON = (b"accept", b"application/json")
DAY = "2026-11-23"


def post(kit: ConsentKit, path: str = "/consent/", *headers: tuple[bytes, bytes], **fields: object) -> Answer:
    """Send a form of this site to one of the consent addresses."""
    body = urlencode(fields, doseq=True).encode()
    return ask(kit.wrap(answering()), path, method="POST", headers=[FORM, OURS, *headers], body=body)


def cookie_of(answer: Answer) -> tuple[bytes, bytes]:
    """The Cookie header with what an answer sets."""
    line = next(line for line in answer.all(b"set-cookie") if b"consentkit=" in line)
    return (b"cookie", line.partition(b";")[0])


def contents(kit: ConsentKit) -> list[dict[str, Any]]:
    """The content of every event."""
    return [json.loads(row.content or "null") for row in kit.proof.ledger.rows()]


def types(kit: ConsentKit) -> list[str]:
    """The types of all events."""
    return [content["events"][0]["event_type"] for content in contents(kit)]


def record(kit: ConsentKit, cookie: tuple[bytes, bytes]) -> Answer:
    """The answer to a visitor who asks for their record."""
    return ask(kit.wrap(answering()), "/consent/record", headers=[cookie])


def mark(html: str) -> str:
    """The mark of the notice that a page holds."""
    return html.partition('name="shown" value="')[2].partition('"')[0]


def test_grant_change_and_withdrawal_are_one_event_each(kit: ConsentKit) -> None:
    """Under one id; the chain holds, and the answers are counted."""
    cookie = cookie_of(post(kit, choice="accept_all"))
    cookie = cookie_of(post(kit, "/consent/", cookie, choice="selection", grant="theme"))
    post(kit, "/consent/withdraw", cookie)
    assert ["grant", "change", "withdrawal"] == types(kit)
    assert ["given", "given", "withdrawn"] == [content["events"][0]["event_state"] for content in contents(kit)]
    assert {"A" * 16} == {content["header"]["pii_principal_id"] for content in contents(kit)}
    assert [] == kit.proof.ledger.verify()
    assert {(DAY, "accepted"): 1, (DAY, "chosen"): 1, (DAY, "withdrawn"): 1} == kit.proof.ledger.counts()


@pytest.mark.parametrize("path", ["/consent/", "/consent/withdraw"])
def test_refusal_makes_no_identifier_and_is_only_counted(kit: ConsentKit, path: str) -> None:
    """Without a grant before it there is no row at all, and a second refusal counts no differently."""
    cookie = cookie_of(post(kit, path, choice="refuse_all"))
    assert (0, {(DAY, "refused"): 1}) == (len(contents(kit)), kit.proof.ledger.counts())
    assert 404 == record(kit, cookie).status


def test_same_choice_on_the_same_day_is_no_new_event(kit: ConsentKit) -> None:
    """A double click proves nothing more."""
    cookie = cookie_of(post(kit, choice="accept_all"))
    assert 303 == post(kit, "/consent/", cookie, choice="accept_all").status
    assert ["grant"] == types(kit)


def test_same_choice_on_a_later_day_is_an_event() -> None:
    """It holds for longer, and under the policy of that day."""
    now = [NOW]
    kit = kit_of(clock=lambda: now[0])
    cookie = cookie_of(post(kit, choice="accept_all"))
    now[0] += 86_400
    post(kit, "/consent/", cookie, choice="accept_all")
    assert ["grant", "change"] == types(kit)


def test_event_has_the_fields_of_the_standard(kit: ConsentKit) -> None:
    """ISO/IEC TS 27560 §6.3: header, processing, parties, events, each mandatory field."""
    post(kit, "/consent/", (b"sec-gpc", b"1"), choice="selection", grant="ads", lang="nl")
    (content,) = contents(kit)
    assert {"schema_version", "record_id", "pii_principal_id"} == set(content["header"])
    processing = content["processing"]
    assert {
        "privacy_notice", "language", "policy_version", "signals", "lawful_basis", "purposes", "storage_location",
        "withdrawal_method", "jurisdiction",
    } == set(processing)  # fmt: skip
    assert ("nl", {"gpc": True}) == (processing["language"], processing["signals"])
    assert kit.config.declaration.policy_version == processing["policy_version"]
    assert {"preferences": "denied", "audience_measurement": "denied", "marketing": "partly granted"} == {
        purpose["id"]: purpose["state"] for purpose in processing["purposes"]
    }
    assert ["controller", "ads"] == [party["id"] for party in content["parties"]]
    assert [
        {
            "event_time": "2026-11-23T12:00:00+00:00", "validity_duration": "P180D", "entity_id": "A" * 16,
            "event_type": "grant", "event_state": "given",
        }
    ] == content["events"]  # fmt: skip


@pytest.mark.parametrize("layout", ["bar", "dialog", "preferences"])
@pytest.mark.parametrize("language", ["en", "nl", "es"])
def test_notice_that_was_shown_is_kept_by_its_hash(layout: str, language: str) -> None:
    """The form names the notice it stands in; its text is kept once, without what differs by request."""
    kit = kit_of(settings(consent={"layout": layout} if layout in LAYOUTS else {}))
    app = kit.wrap(answering(DOCUMENT.replace(b'lang="en"', f'lang="{language}"'.encode())))
    shown = ask(app, "/shop") if layout in LAYOUTS else ask(app, "/consent/", query_string=f"lang={language}".encode())
    said = mark(shown.text)
    assert said.startswith(f"{layout}.{language}.")
    post(kit, "/consent/", choice="accept_all", shown=said)
    notice = contents(kit)[0]["processing"]["privacy_notice"]
    assert (layout, True) == (notice["layout"], notice["confirmed"])
    assert language == contents(kit)[0]["processing"]["language"]
    html = kit.proof.ledger.notice(notice["hash"]) or ""
    assert said.endswith(notice["hash"][:16])
    assert "Example Telecom B.V." in html
    assert [] == [part for part in ("@@", "/shop", said) if part in html]


@pytest.mark.parametrize("said", ["", f"bar.en.{'0' * 16}", "x" * 5000, "preferences.xx.1", "@@SHOWN@@", "\x00.\xff"])
def test_form_that_names_no_known_notice_is_taken_and_marked(kit: ConsentKit, said: str) -> None:
    """A page that was open during a deployment, a script, an attacker: the record says that it is not confirmed."""
    assert 303 == post(kit, choice="accept_all", shown=said).status
    assert contents(kit)[0]["processing"]["privacy_notice"]["confirmed"] is False


def test_visitor_downloads_a_record_whose_receipt_verifies_offline(kit: ConsentKit) -> None:
    """With the published key alone; the record, its notices and the hashes of its rows are in it."""
    cookie = cookie_of(post(kit, choice="accept_all"))
    answer = record(kit, cookie)
    data = json.loads(answer.body)
    keys = json.loads(ask(kit.wrap(answering()), "/.well-known/consentkit-receipt-key.json").body)
    assert data["record"] == verify(data["receipt"], keys)
    (event,) = data["record"]["events"]
    (row,) = kit.proof.ledger.of_subject("A" * 16)
    assert (row.sequence, row.hash) == (event["sequence"], event["hash"])
    assert [event["content"]["processing"]["privacy_notice"]["hash"]] == list(data["notices"])
    assert (b"no-store", True) == (answer.get(b"cache-control"), b"attachment" in answer.get(b"content-disposition"))  # type: ignore[operator]


def test_record_is_nobody_elses(kit: ConsentKit) -> None:
    """Only the signed cookie opens it; an id in the address or a forged cookie does not."""
    cookie = cookie_of(post(kit, choice="accept_all"))
    for other in ((b"cookie", b"x=1"), (b"cookie", cookie[1][:-4] + b"AAAA")):
        answer = ask(kit.wrap(answering()), "/consent/record", headers=[other], query_string=b"id=" + b"A" * 16)
        assert 404 == answer.status


def test_visitor_erases_their_record(kit: ConsentKit) -> None:
    """The content goes, its hash stays, the cookies go, and everything is undecided."""
    cookie = cookie_of(post(kit, choice="accept_all"))
    hashes = [row.hash for row in kit.proof.ledger.rows()]
    answer = post(kit, "/consent/erase", (b"cookie", cookie[1] + b"; _fbp=1; session=2"), lang="nl")
    assert (303, b"/consent/?erased=1&lang=nl") == (answer.status, answer.get(b"location"))
    lines = answer.all(b"set-cookie")
    assert b"__Host-consentkit=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure" == lines[0]
    assert {b"_fbp"} == {line.partition(b"=")[0] for line in lines[1:]}
    rows = list(kit.proof.ledger.rows())
    assert (hashes, None, None) == ([row.hash for row in rows][:1], rows[0].content, rows[0].subject)
    assert [] == kit.proof.ledger.verify()
    assert 1 == kit.proof.ledger.counts()[DAY, "withdrawn"]
    assert 404 == record(kit, cookie).status
    page = ask(kit.wrap(answering()), "/consent/", query_string=b"erased=1&lang=nl").text
    assert "Uw gegevens zijn gewist" in page


def test_script_erases_too(kit: ConsentKit) -> None:
    """JSON → 200 with the state that now holds."""
    cookie = cookie_of(post(kit, choice="accept_all"))
    answer = post(kit, "/consent/erase", cookie, AS_JSON)
    assert (200, "unset") == (answer.status, json.loads(answer.body)["purposes"]["marketing"]["state"])


def test_erasure_from_elsewhere_is_refused(kit: ConsentKit) -> None:
    """Another site must not destroy the visitor's proof."""
    cookie = cookie_of(post(kit, choice="accept_all"))
    headers = [FORM, cookie, (b"sec-fetch-site", b"cross-site")]
    answer = ask(kit.wrap(answering()), "/consent/erase", method="POST", headers=headers)
    assert (403, [], 1) == (answer.status, answer.all(b"set-cookie"), len(contents(kit)))
    assert 200 == record(kit, cookie).status


def test_erasure_without_a_record_says_so(kit: ConsentKit) -> None:
    """A refusal has none, and its cookie stays."""
    cookie = cookie_of(post(kit, choice="refuse_all"))
    answer = post(kit, "/consent/erase", cookie)
    assert (404, [], True) == (answer.status, answer.all(b"set-cookie"), "no record" in answer.text)


def test_preferences_link_to_the_record_where_there_is_one(kit: ConsentKit) -> None:
    """After a grant, and not after a refusal or before any choice."""
    for choice, linked in (("accept_all", True), ("refuse_all", False)):
        page = ask(kit.wrap(answering()), "/consent/", headers=[cookie_of(post(kit, choice=choice))]).text
        assert (linked, linked) == ("/consent/record" in page, "/consent/erase" in page)
    assert "/consent/erase" not in ask(kit.wrap(answering()), "/consent/").text


@pytest.fixture
def broken(tmp_path: Path) -> ConsentKit:
    """A kit whose ledger cannot be written: a folder lies in its place."""
    kit = kit_of()
    (tmp_path / "consent.db").mkdir()
    kit.proof.ledger = Ledger(tmp_path / "consent.db")
    return kit


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "could not be recorded"), ("nl", "niet worden vastgelegd"), ("es", "no se ha podido registrar")],
)
def test_grant_that_cannot_be_proved_is_not_taken(
    broken: ConsentKit, caplog: pytest.LogCaptureFixture, language: str, words: str
) -> None:
    """503 in the visitor's language, no cookie; logged and counted, without anything of the visitor."""
    answer = post(broken, choice="accept_all", shown=f"banner.{language}.x")
    assert (503, [], True) == (answer.status, answer.all(b"set-cookie"), words in answer.text)
    assert ["writing the ledger"] == [what for what, _ in broken.guard.failures]
    assert 1 == sum("writing the ledger" in message for message in caplog.messages)


def test_refusal_and_withdrawal_hold_when_the_ledger_does_not(kit: ConsentKit, broken: ConsentKit) -> None:
    """Taking back must not fail (GDPR Art. 7(3)); taking back a part neither, adding to it does."""
    everything = cookie_of(post(kit, choice="accept_all"))
    assert 303 == post(broken, choice="refuse_all").status
    assert 303 == post(broken, "/consent/withdraw", everything).status
    part = post(broken, "/consent/", everything, choice="selection", grant="theme")
    assert 303 == part.status
    assert 503 == post(broken, "/consent/", cookie_of(part), choice="selection", grant=["theme", "ads"]).status
    assert 503 == post(broken, "/consent/erase", everything).status
    assert 503 == record(broken, everything).status


def test_part_of_what_the_signal_refuses_is_a_grant(kit: ConsentKit, broken: ConsentKit) -> None:
    """With the signal on since, less than was once granted may be more than is in force."""
    everything = cookie_of(post(kit, choice="accept_all"))
    answer = post(broken, "/consent/", everything, (b"sec-gpc", b"1"), choice="selection", grant="ads")
    assert 503 == answer.status


def test_ledger_is_made_with_the_first_answer(tmp_path: Path) -> None:
    """A kit that is only built, or that only serves pages, makes no file."""
    kit = ConsentKit(config_of(settings(), tmp_path), (KEY,))
    assert [] == list(tmp_path.iterdir())
    cookie = cookie_of(post(kit, choice="accept_all"))
    assert (tmp_path / "var" / "consent.db").is_file()
    assert 200 == record(kit, cookie).status
    kit.close()


def test_nothing_that_identifies_a_visitor_is_in_the_ledger(tmp_path: Path) -> None:
    """Address, user agent, referrer, other cookies and made-up fields go in and come out nowhere."""
    kit = ConsentKit(config_of(settings(), tmp_path), (KEY,))
    marks: list[tuple[bytes, bytes]] = [
        (b"user-agent", b"canary-agent/1.0"), (b"referer", b"https://www.example.com/canary-path?canary=query"),
        (b"cookie", b"session=canary-session; canary-name=1"), (b"x-forwarded-for", b"203.0.113.77"),
        (b"accept-language", b"en-canary"), (b"origin", b"https://canary.example"),
    ]  # fmt: skip
    fields = {"return": "/canary-return", "lang": "canary-lang", "shown": "canary-mark", "more": "canary-more"}
    first = post(kit, "/consent/", *marks, choice="accept_all", **fields)
    assert 303 == first.status
    post(kit, "/consent/withdraw", cookie_of(first), *marks[:2], **fields)
    held = b"".join(path.read_bytes() for path in (tmp_path / "var").iterdir() if path.name.startswith("consent.db"))
    kit.close()
    assert b"pii_principal_id" in held, "the events did arrive, so there was something to look through"
    assert [] == [mark for mark in (b"canary", b"203.0.113", b"Mozilla") if mark in held]


def test_clock_gives_the_time_of_the_event(kit: ConsentKit) -> None:
    """To the second, and the day of the count is the site's."""
    late: Callable[[], float] = lambda: NOW + 11.5 * 3600  # noqa: E731 -- 23:30 UTC is the next day in Amsterdam
    other = kit_of(clock=late)
    post(other, choice="accept_all")
    assert {("2026-11-24", "accepted"): 1} == other.proof.ledger.counts()
    assert [int(late())] == [row.time for row in other.proof.ledger.rows()]
