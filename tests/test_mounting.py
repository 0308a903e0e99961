"""Frameworks with consentkit in front, mounted in their own ways."""

from fastapi import FastAPI
from fastapi import Request as FastAPIRequest
from fastapi import Response as FastAPIResponse
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from consentkit import ConsentKit, ConsentMiddleware, consent_of
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
