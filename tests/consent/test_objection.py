"""A refusal of what an exemption covers is an objection: it holds whatever the site declares next (rules C3, C24)."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from consentkit import ConsentKit
from consentkit.config import Config
from consentkit.consent.choice import Choice, ChoiceCodec, add_grants
from consentkit.consent.decision import State, decide
from consentkit.consent.describe import own_storage
from consentkit.consent.gate import CHOICE_COOKIES
from consentkit.own_visit import VISIT
from tests.support.asgi import Answer, answering, ask
from tests.support.sites import KEY, NOW, TODAY, choose, config_of, service, settings


def measuring(*services: dict[str, Any]) -> Config:
    """A site that measures under an exemption, with these services besides."""
    return config_of(settings(services=list(services), stats={"exemption": "fr"}))


def post(kit: ConsentKit, path: str, *headers: tuple[bytes, bytes], **fields: object) -> Answer:
    """Send a form of this site to one of the consent addresses."""
    ours = [(b"content-type", b"application/x-www-form-urlencoded"), (b"sec-fetch-site", b"same-origin")]
    body = urlencode(fields, doseq=True).encode()
    return ask(kit.wrap(answering()), path, method="POST", headers=[*ours, *headers], body=body)


def cookie_of(answer: Answer) -> bytes:
    """The consent cookie that an answer sets."""
    return next(line for line in answer.all(b"set-cookie") if b"consentkit=" in line).partition(b";")[0]


def states(kit: ConsentKit, cookie: bytes) -> dict[str, Any]:
    """What the site says of a visitor with this cookie."""
    found: dict[str, Any] = json.loads(ask(kit.wrap(answering()), "/consent/state", headers=[(b"cookie", cookie)]).body)
    return found


ADS = service("ads", "marketing", "_ads")
METER = service("meter", "audience_measurement", "_meter")
CHANGES: dict[str, list[dict[str, Any]]] = {
    "a service beside it": [ADS, METER],
    "another purpose": [service("ads", "marketing", "_more")],
    "all at once": [service("ads", "marketing", "_more"), METER],
}


def carried(before: Config, after: Config, *grants: str, gpc: bool = False) -> Choice | None:
    """The choice of a visitor who chose these before the site changed, as their cookie is read after it."""
    text = ChoiceCodec(before.declaration, (KEY,), 180).encode(choose(before.declaration, *grants, gpc=gpc))
    return ChoiceCodec(after.declaration, (KEY,), 180).decode(text, TODAY)


@pytest.mark.parametrize("services", CHANGES.values(), ids=CHANGES)
def test_a_refusal_of_what_is_exempt_outlives_a_change_of_the_declaration(services: list[dict[str, Any]]) -> None:
    """It is an objection: who said no is not counted because the site now stores something else as well (rule C24)."""
    before, after = measuring(ADS), measuring(*services)
    for grants in ((), ("ads",)):
        decisions = decide(after.declaration, carried(before, after, *grants), gpc=False)
        assert (State.DENIED, "choice") == (decisions.of(VISIT).state, decisions.of(VISIT).reason), grants


@pytest.mark.parametrize("services", CHANGES.values(), ids=CHANGES)
def test_who_agreed_to_everything_is_counted_as_before(services: list[dict[str, Any]]) -> None:
    """Whatever the site declares anew waits for consent; the exempt measurement was never refused."""
    before, after = measuring(ADS), measuring(*services)
    decisions = decide(after.declaration, carried(before, after, "ads", VISIT), gpc=False)
    assert State.GRANTED is decisions.of(VISIT).state
    assert decisions.asks


def test_an_objection_outlives_an_agreement_to_something_else() -> None:
    """Who then lets a video load has not taken it back."""
    before, after = measuring(ADS), measuring(ADS, METER)
    choice = carried(before, after, "ads")
    granted = decide(after.declaration, choice, gpc=False).granted
    more = add_grants(after.declaration, choice, granted, ["ads"], today=TODAY, gpc=False, make_id=str)
    text = ChoiceCodec(after.declaration, (KEY,), 180).encode(more)
    again = decide(after.declaration, ChoiceCodec(after.declaration, (KEY,), 180).decode(text, TODAY), gpc=False)
    assert (State.GRANTED, State.DENIED) == (again.of("ads").state, again.of(VISIT).state)


def test_the_signal_holds_for_what_a_choice_does_not_speak_about() -> None:
    """A choice that was made under the signal goes before it only where it still says something (rule C25)."""
    before, after = measuring(ADS), measuring(ADS, METER)
    choice = carried(before, after, "ads", VISIT, gpc=True)
    decisions = decide(after.declaration, choice, gpc=True)
    assert (State.GRANTED, State.DENIED) == (decisions.of("ads").state, decisions.of(VISIT).state)
    assert "signal" == decisions.of(VISIT).reason


def test_of_two_cookies_one_objection_is_enough() -> None:
    """A second cookie may have been put there by another host of the domain."""
    before, after = measuring(ADS), measuring(ADS, METER)
    first = ConsentKit(before, [KEY], clock=lambda: NOW)
    values = [
        cookie_of(post(first, "/consent/", grant=list(grants), choice="selection"))
        for grants in (("ads", VISIT), ("ads",))
    ]
    kit = ConsentKit(after, [KEY], clock=lambda: NOW)
    for pair in (values, values[::-1]):
        assert "denied" == states(kit, b"; ".join(pair))["purposes"]["audience_measurement"]["services"][VISIT]["state"]


@pytest.mark.parametrize(("grants", "left"), [(("ads",), "denied"), (("ads", VISIT), "granted")])
def test_an_erased_record_leaves_an_objection(grants: tuple[str, ...], left: str) -> None:
    """The record and all consent go; that counting was refused stays, in a cookie that many visitors share."""
    kit = ConsentKit(measuring(ADS), [KEY], clock=lambda: NOW)
    cookie = cookie_of(post(kit, "/consent/", grant=list(grants), choice="selection"))
    answer = post(kit, "/consent/erase", (b"cookie", cookie))
    kept = cookie_of(answer)
    state = states(kit, kept)
    assert left == state["purposes"]["audience_measurement"]["services"][VISIT]["state"]
    assert "unset" == state["purposes"]["marketing"]["state"]
    assert state["asks"]
    assert (left == "granted") == kept.endswith(b"=")


def test_a_form_of_another_site_undoes_no_objection() -> None:
    """The cookie does not come with it (SameSite=Lax), and what it sets refuses all that the old one may have."""
    kit = ConsentKit(measuring(ADS), [KEY], clock=lambda: NOW)
    headers = [(b"content-type", b"application/x-www-form-urlencoded"), (b"sec-fetch-site", b"cross-site")]
    body = b"choice=refuse_asked&asked=marketing"
    answer = ask(kit.wrap(answering()), "/consent/", method="POST", headers=headers, body=body)
    state = states(kit, cookie_of(answer))["purposes"]
    assert ["denied"] * 2 == [state[id_]["state"] for id_ in ("audience_measurement", "marketing")]


def test_what_is_on_unasked_gives_a_refusal_no_id() -> None:
    """Who refuses the one thing asked for has granted nothing, whatever an exemption covers; its cookie is shared."""
    kit = ConsentKit(measuring(ADS), [KEY], clock=lambda: NOW)
    cookie = cookie_of(post(kit, "/consent/", choice="refuse_asked", asked="marketing"))
    choice = ChoiceCodec(kit.config.declaration, (KEY,), 180).decode(cookie.partition(b"=")[2].decode(), TODAY)
    assert Choice(TODAY, frozenset({"marketing"}), frozenset()) == choice


def aged(days: int, *grants: str) -> Choice | None:
    """The choice of a visitor who chose these so many days ago, as it is read today."""
    declaration = measuring(ADS).declaration
    codec = ChoiceCodec(declaration, (KEY,), 180)
    return codec.decode(codec.encode(choose(declaration, *grants, today=TODAY - timedelta(days=days))), TODAY)


@pytest.mark.parametrize("grants", [(), ("ads",)])
@pytest.mark.parametrize(("days", "visit"), [(179, "denied"), (180, "denied"), (395, "denied"), (396, "granted")])
def test_an_objection_is_kept_as_long_as_what_it_refuses_could_live(
    days: int, visit: str, grants: tuple[str, ...]
) -> None:
    """Consent has run out by then and is asked for again; without an objection nothing is left of a choice."""
    declaration = measuring(ADS).declaration
    decisions = decide(declaration, aged(days, *grants), gpc=False)
    assert visit == decisions.of(VISIT).state
    assert (days >= 180) == decisions.asks == (decisions.of("ads").state is State.UNSET)
    assert aged(180, "ads", VISIT) is None


def test_a_cookie_lives_as_long_as_something_of_it_holds_and_is_declared_so() -> None:
    """Thirteen months for an objection, else as long as consent; on a site without an exemption always that."""
    for config, grants, days in (
        (measuring(ADS), ("ads",), 396),
        (measuring(ADS), ("ads", VISIT), 180),
        (config_of(settings(services=[ADS])), (), 180),
    ):
        answer = post(ConsentKit(config, [KEY], clock=lambda: NOW), "/consent/", grant=list(grants), choice="selection")
        line = next(line for line in answer.all(b"set-cookie") if b"consentkit=" in line)
        assert f"Max-Age={days * 86_400};".encode() in line
        declared = {item.duration for item in own_storage(config) if item.name in CHOICE_COOKIES}
        assert {396 if config.declaration.any_exempt else 180} == declared


def after(days: int, path: str = "/", **fields: Any) -> tuple[bytes, list[bytes]]:
    """The cookie of who agreed to the advertisements alone, and the one that a page sets so many days later."""
    kit = ConsentKit(measuring(ADS), [KEY], clock=lambda: NOW)
    cookie = cookie_of(post(kit, "/consent/", grant=["ads"], choice="selection"))
    later = ConsentKit(measuring(ADS), [KEY], clock=lambda: NOW + days * 86_400)
    headers = [(b"cookie", cookie), *((name.replace("_", "-").encode(), value) for name, value in fields.items())]
    answer = ask(later.wrap(answering()), path, headers=headers)
    return cookie, [line for line in answer.all(b"set-cookie") if line.startswith(b"__Host-consentkit=")]


def test_when_consent_is_over_its_id_leaves_the_browser() -> None:
    """The objection alone stays, for as long as before, in a cookie that many visitors share (GDPR art. 5(1)(c))."""
    cookie, [line] = after(200)
    codec = ChoiceCodec(measuring(ADS).declaration, (KEY,), 180)
    day = TODAY + timedelta(days=200)
    kept = line.partition(b";")[0]
    assert line.endswith(f"; Path=/; Max-Age={196 * 86_400}; HttpOnly; SameSite=Lax; Secure".encode())
    assert codec.encode(Choice(TODAY, frozenset({"audience_measurement"}), frozenset())).encode() in kept
    before, left = (codec.decode(text.partition(b"=")[2].decode(), day) for text in (cookie, kept))
    assert before == left
    assert left is not None
    assert left.lapsed
    later = ConsentKit(measuring(ADS), [KEY], clock=lambda: NOW + 200 * 86_400)
    again = ask(later.wrap(answering()), "/", headers=[(b"cookie", kept)])
    assert [] == again.all(b"set-cookie")
    assert b"private" in (again.get(b"cache-control") or b"")


@pytest.mark.parametrize(("days", "fields"), [(179, {}), (396, {}), (200, {"sec_fetch_dest": b"empty"})])
def test_a_choice_that_holds_stays_as_it_is(days: int, fields: dict[str, bytes]) -> None:
    """Nor does what a page fetches change it, as it may be answered after a new choice; one that is over lapses."""
    assert [] == after(days, **fields)[1]


def test_who_only_objected_is_undecided_about_the_rest() -> None:
    """The preferences say so in place of a day that is long over; saving anew begins anew."""
    kit = ConsentKit(measuring(ADS), [KEY], clock=lambda: NOW)
    cookie = cookie_of(post(kit, "/consent/", choice="refuse_all"))
    later = ConsentKit(measuring(ADS), [KEY], clock=lambda: NOW + 200 * 86_400)
    assert (None, None, True) == tuple(states(later, cookie)[key] for key in ("decided", "asked_again", "asks"))
    page = ask(later.wrap(answering()), "/consent/", headers=[(b"cookie", cookie)]).text
    assert "You have not decided yet." in page
