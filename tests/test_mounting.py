"""Frameworks with consentkit in front, mounted in their own ways."""

import pytest
from fastapi import FastAPI
from fastapi import Request as FastAPIRequest
from fastapi import Response as FastAPIResponse
from litestar import Litestar, asgi, get
from litestar.middleware import DefineMiddleware
from litestar.types import Receive, Scope, Send
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from consentkit import ConsentKit, ConsentMiddleware, consent_of
from consentkit.errors import NotWrappedError
from tests.support.asgi import ask
from tests.support.sites import consent_cookie


def test_starlette_session_works_and_signs_out(kit: ConsentKit) -> None:
    """A declared session survives the gate in both directions and its deletion passes."""

    async def page(request: Request) -> Response:
        if request.url.path == "/in":
            request.session["user"] = 1
        if request.url.path == "/out":
            request.session.clear()
        return JSONResponse(dict(request.session))

    inner = Starlette(
        routes=[Mount("/", routes=[Route("/{x}", page)])], middleware=[Middleware(SessionMiddleware, secret_key="s")]
    )
    app = kit.wrap(inner)
    signed_in = ask(app, "/in").get(b"set-cookie")
    assert signed_in is not None
    cookie = (b"cookie", signed_in.partition(b";")[0])
    assert b'{"user":1}' == ask(app, "/see", headers=[cookie]).body
    signed_out = ask(app, "/out", headers=[cookie]).get(b"set-cookie")
    assert signed_out is not None
    assert b"1970" in signed_out


def test_frameworks_may_list_the_middleware(kit: ConsentKit) -> None:
    """Starlette's and FastAPI's own ways of mounting reach the same."""
    api = FastAPI()
    api.add_middleware(ConsentMiddleware, kit=kit)

    @api.get("/")
    def home(request: FastAPIRequest, response: FastAPIResponse) -> dict[str, bool]:
        response.set_cookie("_fbp", "1")
        return {"theme": consent_of(request).granted("theme")}

    answer = ask(api, headers=[(b"cookie", consent_cookie(kit, "theme"))])
    assert (b'{"theme":true}', []) == (answer.body, answer.all(b"set-cookie"))

    async def other(request: Request) -> Response:
        return JSONResponse(consent_of(request).granted("ads"))

    listed = Starlette(routes=[Route("/", other)], middleware=[Middleware(ConsentMiddleware, kit=kit)])
    assert b"false" == ask(listed).body


@get("/", media_type="text/html", sync_to_thread=False)
def litestar_page() -> str:
    """A page."""
    return "<!doctype html><html lang=en><title>Shop</title><body><h1>Shop</h1></body></html>"


def test_litestar_is_wrapped(kit: ConsentKit) -> None:
    """Its pages ask, the consent pages are there, and a dashboard that is told where it lies links to itself."""

    @asgi("/statistics", is_mount=True, copy_scope=True)
    async def statistics(scope: Scope, receive: Receive, send: Send) -> None:
        await kit.dashboard({**scope, "root_path": "/statistics"}, receive, send)  # type: ignore[arg-type]

    app = kit.wrap(Litestar([litestar_page, statistics], logging_config=None))  # type: ignore[arg-type]
    assert b'id="consentkit"' in ask(app, "/").body
    assert 200 == ask(app, "/consent/").status
    assert b"/statistics/sign-in" == ask(app, "/statistics/").get(b"location")
    assert b'href="/statistics/static/dashboard.' in ask(app, "/statistics/sign-in").body


def test_litestar_may_not_list_the_middleware(kit: ConsentKit) -> None:
    """It would find no page of ours, so that nobody could answer the banner; the error says what to do."""
    with pytest.raises(NotWrappedError, match=r"/consent/ would not be found; use app = kit\.wrap\(Litestar"):
        Litestar([litestar_page], logging_config=None, middleware=[DefineMiddleware(ConsentMiddleware, kit=kit)])  # type: ignore[arg-type]
