"""What an app stores is observed while it runs: from its answers to the file, on a real server too."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from consentkit import ConsentKit
from consentkit.consent.observed_store import observed_store_of
from tests.support.asgi import HTML, answering, ask
from tests.support.sites import KEY, NOW, config_of, consent_cookie, kit_of, settings


def seen(kit: ConsentKit) -> set[tuple[str, str, int, int]]:
    """What was observed, as name, route, count and days."""
    kit.watch.flush(NOW)
    return {(row.name, row.route, row.count, row.longest) for row in observed_store_of(kit.config).rows()}


def test_every_cookie_that_the_app_sets_is_observed(tmp_path: Path) -> None:
    """Whether it may leave or not; deletions set nothing, and consentkit's own is not the app's."""
    lines = (
        b"session=1; Max-Age=1209600", b"_ads_9=1; Max-Age=86400", b"cart_48151623=1", b"=1", b"theme=; Max-Age=0",
    )  # fmt: skip
    kit = kit_of(folder=tmp_path)
    app = kit.wrap(answering(headers=[HTML, *((b"set-cookie", line) for line in lines)]))
    ask(app, "/orders/48151623")
    ask(app, "/consent/", method="POST", body=b"choice=refuse_all")
    expected = {("session", 14), ("_ads_*", 1), ("cart_*", 0), ("(nameless)", 0)}
    assert {(name, "/orders/{n}", 1, days) for name, days in expected} == seen(kit)


def test_cookies_of_requests_are_observed_by_their_declared_name(tmp_path: Path) -> None:
    """What a visitor made up is one name; what the gate takes out is seen too, without where."""
    kit = kit_of(folder=tmp_path)
    cookie = b"_ads_1=1; _ads_2=1; session=x; made_up=1; also=2; " + consent_cookie(kit)
    ask(kit.wrap(answering()), "/page", headers=[(b"cookie", cookie)])
    assert {("_ads_*", "", 2, 0), ("session", "", 1, 0), ("(undeclared)", "", 2, 0)} == seen(kit)


def test_the_lines_to_paste_have_the_duration(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """As the app sets the cookie."""
    lines = (b"letter=1; Max-Age=7776000", b"day=1; Max-Age=3600", b"tab=1", b"gone=1; Max-Age=0")
    ask(kit_of(folder=tmp_path).wrap(answering(headers=[HTML, *((b"set-cookie", line) for line in lines)])))
    assert ["90 days", "1 day", "session"] == re.findall(r'kind = "cookie", duration = "(.+?)"', caplog.text)


def test_an_error_in_observing_lets_the_cookie_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It must not break the site."""
    kit = kit_of(folder=tmp_path)

    def broken(*_: object) -> None:
        raise LookupError

    monkeypatch.setattr(kit.engine._sightings, "note_set", broken)
    answer = ask(kit.wrap(answering(headers=[HTML, (b"set-cookie", b"session=1")])))
    assert [b"session=1"] == answer.all(b"set-cookie")
    assert {("noting a cookie", "LookupError"): 1} == dict(kit.guard.failures)


def test_a_server_that_stops_has_written_what_it_saw(
    tmp_path: Path, live_server: Callable[[ASGIApp], str], request: pytest.FixtureRequest
) -> None:
    """By the thread that writes the statistics, and at the latest when the server stops."""
    kit = ConsentKit(config_of(settings(), tmp_path), (KEY,))

    async def page(_: Request) -> Response:
        response = PlainTextResponse("hello")
        response.set_cookie("session", "1", max_age=60)
        return response

    address = live_server(kit.wrap(Starlette(routes=[Route("/page", page)])))
    assert "session" in httpx2.get(f"{address}/page").headers["set-cookie"]
    request.getfixturevalue("live_server").stop()
    (row,) = observed_store_of(kit.config).rows()
    assert ("session", "/page", 1, 1) == (row.name, row.route, row.count, row.longest)


def test_the_declaration_tells_when_it_was_last_compared(tmp_path: Path) -> None:
    """On its page, as data, and in the fragment for the site's own policy (rule C19)."""
    kit = kit_of(folder=tmp_path)
    app = kit.wrap(answering())
    line = "Last compared with what the site really stores: 23 November 2026."
    assert line not in kit.declaration_html("en")
    assert json.loads(ask(app, "/consent/declaration.json").body)["checked"] is None
    ask(app, headers=[(b"cookie", b"session=1")])
    kit.watch.flush(NOW)
    assert line in kit.declaration_html("en")
    assert line in ask(app, "/consent/declaration").text
    assert "2026-11-23" == json.loads(ask(app, "/consent/declaration.json").body)["checked"]
