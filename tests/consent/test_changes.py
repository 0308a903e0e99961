"""The site's own code hears of a choice: what it is told, when, and what its errors do."""

import asyncio
import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consentkit import ConsentChange, ConsentKit
from consentkit.consent import changes
from consentkit.consent.changes import KINDS, change_between
from consentkit.consent.choice import Choice
from consentkit.consent.decision import decide
from tests.support.asgi import answering, exchange, http_scope
from tests.support.sites import NOW, choose, config_of, consent_cookie, kit_of, settings

DECLARATION = config_of(settings()).declaration
CHOICES = st.sets(st.sampled_from(["theme", "meter", "ads", "video"])).map(
    lambda granted: choose(DECLARATION, *sorted(granted))
)
FORM = (b"content-type", b"application/x-www-form-urlencoded")
OURS = (b"sec-fetch-site", b"same-origin")


def between(before: tuple[str, ...] | None, after: tuple[str, ...], *, gpc: bool = False) -> ConsentChange:
    """The change from one choice to another; None for a visitor who had not chosen."""
    old = None if before is None else choose(DECLARATION, *before)
    return change_between(
        DECLARATION, decide(DECLARATION, old, gpc=gpc), decide(DECLARATION, choose(DECLARATION, *after), gpc=False), NOW
    )


@pytest.mark.parametrize(
    ("before", "after", "kind", "purposes"),
    [
        (None, ("ads",), "grant", ("marketing",)),
        (("theme",), ("theme", "marketing"), "change", ("marketing",)),
        (("theme", "ads"), ("meter",), "change", ("preferences", "audience_measurement", "marketing")),
        (("ads",), (), "withdrawal", ("marketing",)),
        (None, (), "refusal", ()),
        ((), (), "refusal", ()),
    ],
)
def test_a_change_is_of_one_kind(
    before: tuple[str, ...] | None, after: tuple[str, ...], kind: str, purposes: tuple[str, ...]
) -> None:
    """And names the purposes that it concerns."""
    change = between(before, after)
    assert (kind, purposes) == (change.kind, change.purposes)


def test_what_a_signal_refused_was_not_granted() -> None:
    """A grant from before the signal does not count as one that is taken back."""
    assert "refusal" == between(("ads",), (), gpc=True).kind


@given(st.none() | CHOICES, CHOICES)
def test_kind_and_grants_agree(before: Choice | None, after: Choice) -> None:
    """Whatever was and is granted; what is necessary is not among it."""
    old, new = decide(DECLARATION, before, gpc=False), decide(DECLARATION, after, gpc=False)
    change = change_between(DECLARATION, old, new, NOW)
    assert {(False, True): "grant", (True, True): "change", (True, False): "withdrawal", (False, False): "refusal"}[
        bool(change.before), bool(change.after)
    ] == change.kind
    assert change.kind in KINDS
    assert not {"necessary", "session"} & (change.before | change.after)
    assert datetime.fromtimestamp(NOW, UTC) == change.time


def post(
    kit: ConsentKit,
    on_message: Callable[[str], None] = lambda _: None,
    *,
    cookie: bytes = b"",
    path: str = "/consent/",
    **fields: str,
) -> int:
    """Send a form to a consent address; returns the status once everything is over."""
    headers = [FORM, OURS, *([(b"cookie", cookie)] if cookie else [])]

    async def noting(scope: Scope, receive: Receive, send: Send) -> None:
        async def noted(message: Message) -> None:
            on_message(message["type"])
            await send(message)

        await kit.wrap(answering())(scope, receive, noted)

    scope = http_scope(path, method="POST", headers=headers)
    messages = asyncio.run(exchange(noting, scope, urlencode(fields).encode()))
    return int(messages[0]["status"])


def test_callbacks_run_after_the_answer_and_the_ledger(kit: ConsentKit) -> None:
    """Both kinds of functions; the choice is on record by then."""
    order: list[str] = []
    seen: list[ConsentChange] = []

    @kit.on_change
    def plain(change: ConsentChange) -> None:
        assert kit.proof.ledger.counts()
        order.append("plain")
        seen.append(change)

    @kit.on_change
    async def coroutine(change: ConsentChange) -> None:
        await asyncio.sleep(0)
        order.append("coroutine")
        seen.append(change)

    assert 303 == post(kit, order.append, choice="accept_all")
    assert ["http.response.start", "http.response.body"] == order[:2]
    assert {"plain", "coroutine"} == set(order[2:])
    assert seen[0] == seen[1]
    assert "grant" == seen[0].kind


def test_nothing_in_it_tells_who_it_was(kit: ConsentKit) -> None:
    """No identifier, no address: only what was granted and when."""
    seen: list[ConsentChange] = []
    kit.on_change(seen.append)
    post(kit, choice="accept_all")
    assert {"kind", "before", "after", "purposes", "time"} == set(ConsentChange.__slots__)
    assert "A" * 16 not in repr(seen)


def test_withdrawal_and_erasure_are_told(kit: ConsentKit) -> None:
    """Each way of taking everything back."""
    seen: list[str] = []
    kit.on_change(lambda change: seen.append(change.kind))
    cookie = consent_cookie(kit, "ads")
    post(kit, cookie=cookie, path="/consent/withdraw")
    post(kit, cookie=cookie, path="/consent/erase")
    assert ["withdrawal", "withdrawal"] == seen


def test_the_same_choice_again_is_no_change(kit: ConsentKit) -> None:
    """Nor is one that was refused."""
    seen: list[ConsentChange] = []
    kit.on_change(seen.append)
    post(kit, cookie=consent_cookie(kit), choice="refuse_all")
    assert 400 == post(kit, choice="perhaps")
    assert [] == seen


def test_an_error_of_a_callback_stops_nothing(kit: ConsentKit, caplog: pytest.LogCaptureFixture) -> None:
    """The others are called, the visitor is answered, and the log has one line for its kind."""
    seen: list[ConsentChange] = []

    @kit.on_change
    def failing(_: ConsentChange) -> None:
        raise ValueError("a secret")

    @kit.on_change
    async def failing_too(_: ConsentChange) -> None:
        raise ValueError("a secret")

    kit.on_change(seen.append)
    with caplog.at_level(logging.ERROR):
        assert [303, 303] == [post(kit, choice=choice) for choice in ("accept_all", "refuse_all")]
    assert 2 == len(seen)
    lines = [record.getMessage() for record in caplog.records]
    assert 2 == len(lines)
    assert all("failing" in line and "ValueError" in line and "secret" not in line for line in lines)


def test_a_callback_that_never_ends_is_given_up(kit: ConsentKit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its error is counted as any other."""
    monkeypatch.setattr(changes, "SECONDS", 0)

    @kit.on_change
    async def endless(_: ConsentChange) -> None:
        await asyncio.Event().wait()

    post(kit, choice="accept_all")
    (what, kind), count = next(iter(kit.guard.failures.items()))
    assert ("TimeoutError", 1) == (kind, count)
    assert "endless" in what


def test_a_real_server_answers_while_a_callback_still_runs(live_server: Callable[[ASGIApp], str]) -> None:
    """The visitor is not kept waiting for whom the site tells."""
    kit = kit_of()
    answered, told = threading.Event(), threading.Event()

    @kit.on_change
    def slow(_: ConsentChange) -> None:
        if answered.wait(20):
            told.set()

    address = live_server(kit.wrap(answering()))
    headers = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
    with httpx2.Client(base_url=address) as client:
        assert 200 == client.post("/consent/", data={"choice": "accept_all"}, headers=headers).status_code
        answered.set()
        assert 200 == client.get("/consent/state").status_code
    assert told.wait(20)
