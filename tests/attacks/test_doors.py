"""Every address of the dashboard is behind its door, every form behind its token, and no secret is written down."""

import datetime as dt
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from consentkit.dashboard import Role, open_store
from consentkit.dashboard.app import WithoutLastSlash
from consentkit.dashboard.headers import SecurityHeaders
from consentkit.kit import ConsentKit
from tests.dashboard.sinks import OPENED, PASSWORD, Desk, desk, make_sink
from tests.dashboard.views.forms import SAME, post, token_of
from tests.stats.page_requests import CHROME
from tests.support.sites import KEY, config_of, settings

OPEN = {"/sign-in", "/sign-in/link", "/shared/{secret}", "/api"}
"""What may be asked without a session: the door itself, links for partners, and the API, which has its own tokens."""
OWN_DOOR = {"/sign-in", "/sign-in/link", "/sign-out"}
"""Forms whose answers to what is not theirs the tests of the door tell."""


@pytest.fixture
def front(tmp_path: Path) -> Desk:
    """A dashboard, with ann, an administrator."""
    make_sink(tmp_path / "stats.db")
    return desk(tmp_path, role=Role.ADMINISTRATOR)


def addresses(front: Desk) -> Iterator[tuple[str, str]]:
    """Every (method, address) of the dashboard."""
    assert isinstance(front.app, SecurityHeaders)
    assert isinstance(front.app.app, WithoutLastSlash)
    assert isinstance(front.app.app.app, Starlette)
    for route in front.app.app.app.routes:
        if isinstance(route, Route):
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield method, route.path


def test_nothing_is_told_or_done_without_a_session(front: Desk) -> None:
    """A page or form that somebody adds and forgets to guard is found here."""
    asked = 0
    for method, path in addresses(front):
        if any(path == door or path.startswith(f"{door}/") for door in OPEN):
            continue
        asked += 1
        address = re.sub(r"\{[^}]+\}", "1", path)
        answer = front.client.request(method, address, headers=SAME, follow_redirects=False)
        led_away = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
        assert led_away or answer.status_code in (401, 403), f"{method} {path}: {answer.status_code}"
    assert asked > 20


def test_no_form_is_taken_without_its_token_or_from_elsewhere(front: Desk) -> None:
    """Every address that changes something, asked by an administrator's own browser."""
    front.sign_in()
    token = token_of(front.get("/"))
    kept = (front.users.all(), front.store.shares.all(), front.store.tokens.all())
    asked = 0
    for method, path in addresses(front):
        if method == "GET" or path in OWN_DOOR:
            continue
        asked += 1
        fields: dict[str, str | list[str]] = {"name": "ann", "id": "1", "text": "x", "first": "2026-11-01"}
        assert 403 == post(front.client, path, fields)[0], path
        foreign = {**SAME, "sec-fetch-site": "cross-site"}
        assert 403 == post(front.client, path, {**fields, "form": token}, foreign)[0], path
        assert 403 == post(front.client, path, {**fields, "form": token[:-2] + "xx"})[0], path
    assert asked > 10
    assert kept == (front.users.all(), front.store.shares.all(), front.store.tokens.all())


def test_a_get_changes_nothing(front: Desk) -> None:
    """An address that an image on another page can name does nothing, whatever its query."""
    front.sign_in()
    kept = (front.users.all(), front.store.shares.all(), front.store.tokens.all(), front.store.sessions.open())
    query = {"name": "ann", "id": "1", "role": "reader", "title": "x", "card": "page", "form": token_of(front.get("/"))}
    for method, path in addresses(front):
        if "{" not in path and not path.startswith(("/sign-in", "/live", "/api")):
            front.client.get(path, params=query, follow_redirects=False)
            assert method in ("GET", "POST")
    assert kept == (
        front.users.all(), front.store.shares.all(), front.store.tokens.all(), front.store.sessions.open()
    )  # fmt: skip


def test_the_address_of_a_link_is_written_down_nowhere(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Not in the site's own statistics, where the dashboard is mounted in it, nor in its logs, nor in its stores."""
    caplog.set_level(logging.DEBUG)
    kit = ConsentKit(config_of(settings(), tmp_path), (KEY,))
    store = open_store(kit.config)
    store.users.add("ann", PASSWORD, Role.ADMINISTRATOR)
    app = kit.wrap(Starlette(routes=[Mount("/dash", app=kit.dashboard), Route("/", lambda request: HTMLResponse("x"))]))
    client = TestClient(
        app, base_url="https://www.example.com", headers={"user-agent": CHROME, "accept-language": "en"}
    )
    client.get(kit.sign_in_link("ann", "https://www.example.com/dash"), headers=OPENED)
    fields: dict[str, str | list[str]] = {"form": token_of(client.get("/dash/shares").text), "title": "t"}
    until = (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=9)).isoformat()
    wish = {"card": "page", "period": "28d", "expires": until, "threshold": "20"}
    page = post(client, "/dash/shares", {**fields, **wish})[1]
    found = re.search(r"https://www\.example\.com/dash/shared/([\w-]{43})", page)
    assert found is not None
    stranger = TestClient(app, base_url="https://www.example.com", headers={"user-agent": CHROME})
    for ending in ("", "/", "/list", "?lang=nl", ".csv", "%20"):
        for _ in range(12):
            stranger.get(f"/dash/shared/{found[1]}{ending}")
    kit.close()
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert any(b"/dash/" in file.read_bytes() for file in files)
    assert [] == [file.name for file in files if found[1].encode() in file.read_bytes()]
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("httpx")]
    assert [] == [line for line in ours if found[1] in line]
