"""What pages and forms of those who are signed in have in common."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.testclient import TestClient

from consentkit.assets import Assets
from consentkit.dashboard.context import Context
from consentkit.dashboard.door import Door
from consentkit.dashboard.render import Pages, Settings
from consentkit.dashboard.sessions import Session, Signed, sign_in_link
from consentkit.dashboard.store import open_file
from consentkit.dashboard.views import signing
from consentkit.roles import Role
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader
from tests.dashboard.sinks import CHEAP, KEYS, NOW, OPENED, PASSWORD


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """What a page is made with, over a sink that does not exist yet."""
    store = open_file(tmp_path / "dashboard.db", clock=lambda: NOW, hasher=CHEAP)
    store.users.add("ann", PASSWORD, Role.EDITOR)
    settings = Settings(site="Example", timezone=ZoneInfo("Europe/Amsterdam"), now=lambda: NOW)
    signed, pages = Signed(KEYS, clock=settings.now), Pages(settings, Assets())
    door = Door(pages, store, signed, settings)
    return Context(SqliteSinkReader(tmp_path / "stats.db"), store, pages, signed, door, settings)


@pytest.fixture
def client(context: Context) -> TestClient:
    """A browser before a dashboard with one form, whose token anybody who is signed in may ask for."""

    def token(request: Request, session: Session) -> Response:
        return PlainTextResponse(context.signed.form(session.id))

    def note(request: Request, session: Session, fields: object) -> Response:
        assert isinstance(fields, dict)
        return PlainTextResponse(f"{session.name}: {fields['text']}")

    routes = [context.route("/token", token), context.form_route("/notes", note), *signing.routes(context)]
    return TestClient(Starlette(routes=routes), base_url="http://dash.example", follow_redirects=False)


def sign_in(client: TestClient) -> None:
    """Follow a sign-in link."""
    assert 303 == client.get(sign_in_link(KEYS, "ann", "http://dash.example", NOW), headers=OPENED).status_code


def test_a_form_is_taken_from_its_own_page_with_its_own_token_only(client: TestClient) -> None:
    """Another site's page, a token of another session, none, or a body that is no form: nothing is done."""
    own = {"sec-fetch-site": "same-origin"}
    asked = client.post("/notes", data={"text": "x"}, headers=own)
    assert (303, "/sign-in") == (asked.status_code, asked.headers["location"])
    sign_in(client)
    token = client.get("/token").text
    assert "ann: hello" == client.post("/notes", data={"text": "hello", "form": token}, headers=own).text
    foreign = {"sec-fetch-site": "cross-site"}
    assert 403 == client.post("/notes", data={"text": "x", "form": token}, headers=foreign).status_code
    assert 403 == client.post("/notes", data={"text": "x", "form": token}).status_code
    assert 403 == client.post("/notes", data={"text": "x"}, headers=own).status_code
    assert 403 == client.post("/notes", content=b"x" * 10_000, headers=own).status_code
    client.cookies.clear()
    sign_in(client)
    assert 403 == client.post("/notes", data={"text": "x", "form": token}, headers=own).status_code


def test_who_is_not_signed_in_is_led_back_afterwards(client: TestClient) -> None:
    """To the page and its query, if it holds what our own addresses hold."""
    assert "/sign-in?next=token%3Fa%3Db" == client.get("/token?a=b").headers["location"]
    assert "/sign-in" == client.get("/token?a=//evil.example").headers["location"]
