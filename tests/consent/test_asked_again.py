"""A purpose changed: it alone is asked for again (rule C22), and what was refused is not pushed at anybody (C21)."""

import json
import re
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from consentkit import ConsentKit
from consentkit.consent.ledger.store import Ledger
from tests.support.asgi import Answer, answering, ask
from tests.support.sites import TODAY, consent_cookie, kit_of, settings

PAGE = b"<!doctype html><html lang=en><title>Shop</title><body><p>Shop</p></body></html>"
FORM = (b"content-type", b"application/x-www-form-urlencoded")
OURS = (b"sec-fetch-site", b"same-origin")
ELSEWHERE = (b"sec-fetch-site", b"cross-site")
LONG_AGO = date(2026, 7, 1)


def changed(**consent: Any) -> ConsentKit:
    """The site after its preferences have got another cookie."""
    tables = settings(consent=consent)
    tables["services"][1]["storage"].append({"name": "layout", "kind": "cookie", "duration": "1 year"})
    return kit_of(tables)


@pytest.fixture
def before() -> bytes:
    """What a visitor chose on the site as it was: measuring, no preferences and no marketing."""
    return consent_cookie(kit_of(settings()), "audience_measurement", today=LONG_AGO)


def banner(kit: ConsentKit, cookie: bytes = b"") -> str:
    """The banner on a page, "" if there is none."""
    headers = [(b"cookie", cookie)] if cookie else []
    found = re.search(r'<section id="consentkit".*?</section>', ask(kit.wrap(answering(PAGE)), headers=headers).text)
    return found[0] if found else ""


def answered(kit: ConsentKit, cookie: bytes, site: tuple[bytes, bytes] = OURS, **fields: Any) -> Answer:
    """Send a form as a visitor with a cookie."""
    body = urlencode(fields, doseq=True).encode()
    return ask(kit.wrap(answering()), "/consent/", method="POST", headers=[FORM, site, (b"cookie", cookie)], body=body)


def cookie_of(answer: Answer) -> bytes:
    """The consent cookie that an answer sets."""
    return next(line for line in answer.all(b"set-cookie") if b"consentkit=" in line).partition(b";")[0]


def state(kit: ConsentKit, cookie: bytes) -> dict[str, Any]:
    """The state, as scripts read it."""
    return dict(json.loads(ask(kit.wrap(answering()), "/consent/state", headers=[(b"cookie", cookie)]).body))


def states(kit: ConsentKit, cookie: bytes) -> dict[str, str]:
    """That of each purpose."""
    return {id_: entry["state"] for id_, entry in state(kit, cookie)["purposes"].items() if id_ != "necessary"}


def mark_of(html: str) -> str:
    """The notice that a banner says it is."""
    found = re.search(r'name="shown" value="([^"]+)"', html)
    assert found is not None
    return found[1]


def test_the_banner_asks_for_what_changed_alone(before: bytes) -> None:
    """Not for marketing, which was refused; a new visitor is asked for everything."""
    kit = changed()
    again = banner(kit, before)
    assert ["Preferences"] == re.findall(r"<strong>([^<]+)</strong>", again)
    assert ["refuse_asked", "accept_asked"] == re.findall(r'name="choice" value="([^"]+)"', again)
    assert ["preferences"] == re.findall(r'name="asked" value="([^"]+)"', again)
    first = banner(kit)
    assert 3 == len(re.findall(r"<strong>([^<]+)</strong>", first))
    assert ["refuse_all", "accept_all"] == re.findall(r'name="choice" value="([^"]+)"', first)
    assert "asked" not in first


@pytest.mark.parametrize(("answer", "outcome"), [("accept_asked", "granted"), ("refuse_asked", "denied")])
def test_an_answer_is_about_what_was_asked_alone(before: bytes, answer: str, outcome: str) -> None:
    """The rest stays as it was, for as long as it was; the ledger holds the very notice."""
    kit = changed()
    response = answered(kit, before, choice=answer, asked="preferences", shown=(mark := mark_of(banner(kit, before))))
    assert 303 == response.status
    cookie = cookie_of(response)
    assert {"preferences": outcome, "audience_measurement": "granted", "marketing": "denied"} == states(kit, cookie)
    assert LONG_AGO.isoformat() == state(kit, cookie)["decided"]
    assert "" == banner(kit, cookie)
    (event,) = [json.loads(row.content or "{}") for row in kit.proof.ledger.rows()]
    assert f"P{180 - (TODAY - LONG_AGO).days}D" == event["events"][0]["validity_duration"]
    notice = event["processing"]["privacy_notice"]
    assert ("bar:preferences", True) == (notice["layout"], notice["confirmed"])
    assert mark.endswith(notice["hash"][:16])
    assert "Marketing" not in (kit.proof.ledger.notice(notice["hash"]) or "Marketing")


def test_a_refusal_of_everything_holds_from_today() -> None:
    """Where nothing is granted there is nothing to prolong, and nobody is asked anew the day after."""
    kit = changed()
    nothing = consent_cookie(kit_of(settings()), today=LONG_AGO)
    cookie = cookie_of(answered(kit, nothing, choice="refuse_asked", asked="preferences"))
    assert {"denied"} == set(states(kit, cookie).values())
    assert TODAY.isoformat() == state(kit, cookie)["decided"]
    assert [] == list(kit.proof.ledger.rows())


def test_without_any_choice_it_answers_for_what_it_names() -> None:
    """A banner from before the cookie was deleted: the others are asked for then."""
    kit = changed()
    cookie = cookie_of(answered(kit, b"", choice="accept_asked", asked="preferences"))
    assert {"preferences": "granted", "audience_measurement": "unset", "marketing": "unset"} == states(kit, cookie)
    assert ["Audience measurement", "Marketing"] == re.findall(r"<strong>([^<]+)</strong>", banner(kit, cookie))


def test_only_pages_of_the_site_may_agree(before: bytes) -> None:
    """A refusal is taken from anywhere, as always."""
    kit = changed()
    assert 403 == answered(kit, before, ELSEWHERE, choice="accept_asked", asked="preferences").status
    assert 303 == answered(kit, before, ELSEWHERE, choice="refuse_asked", asked="preferences").status


@pytest.mark.parametrize("asked", [[], ["session"], ["theme"], ["necessary"], ["x" * 65], ["preferences", "<script>"]])
def test_what_names_no_purpose_is_no_answer(before: bytes, asked: list[str]) -> None:
    """400, and nothing changed."""
    for choice in ("accept_asked", "refuse_asked"):
        response = answered(changed(), before, choice=choice, asked=asked)
        assert (400, []) == (response.status, response.all(b"set-cookie"))


def test_refusing_what_is_asked_needs_no_proof(before: bytes, tmp_path: Path) -> None:
    """When the ledger cannot be written it holds all the same; agreeing does not."""
    kit = changed()
    (tmp_path / "consent.db").mkdir()
    kit.proof.ledger = Ledger(tmp_path / "consent.db")
    assert 303 == answered(kit, before, choice="refuse_asked", asked="preferences").status
    assert 503 == answered(kit, before, choice="accept_asked", asked="preferences").status


def test_a_page_that_is_for_everybody_can_get_this_visitors_banner(before: bytes) -> None:
    """Word for word the one that a page of their own would have, and for nobody else to store."""
    kit = changed(delivery="edge")
    for cookie in (before, b""):
        headers = [(b"cookie", cookie), (b"host", b"a.example"), (b"referer", b"https://a.example/shop?a=1")]
        answer = ask(kit.wrap(answering()), "/consent/banner", method="POST", query_string=b"lang=en", headers=headers)
        own = banner(changed(), cookie).replace('name="return" value="/"', 'name="return" value="/shop?a=1"')
        assert unescape(own) in unescape(answer.text)
        assert (200, b"no-store") == (answer.status, answer.get(b"cache-control"))
    dutch = ask(kit.wrap(answering()), "/consent/banner", method="POST", query_string=b"lang=nl").text
    assert '<section id="consentkit"' in dutch
    assert 'lang="nl"' in dutch


def test_only_edge_delivery_has_an_address_for_it() -> None:
    """Elsewhere the page brings the right one."""
    assert 405 == ask(changed().wrap(answering()), "/consent/banner", method="POST").status
