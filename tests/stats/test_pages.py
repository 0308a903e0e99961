"""Names of pages, with and without a router."""

import asyncio
import re

import pytest
from fastapi import APIRouter, FastAPI
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar, get
from litestar.params import FromPath
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from consentkit.stats.pages import MAX_TEMPLATES, REMEMBERED, Pages
from consentkit.stats.routes import route_of
from tests.stats.page_requests import a_scope


@pytest.mark.parametrize(
    ("expected", "path", "route"),
    [
        ("/about", "/about", ""),
        ("/order/{n}", "/order/12345", ""),
        ("/users/{id}", "/users/jan", "/users/{id}"),
        ("/users/{id}", "/users/5", "/users/{id:int}"),
        ("/news/glass-fibre-in-assen", "/news/glass-fibre-in-assen", "/news/{slug}"),
        ("/news/{email}", "/news/jan@example.com", "/news/{slug}"),
        ("/users/{name}/orders/spring-sale", "/users/jan/orders/spring-sale", "/users/{name}/orders/{slug}"),
        ("/users/{name}/files/a/b.pdf", "/users/jan/files/a/b.pdf", "/users/{name}/files/{path:path}"),
        ("/{rest}", "/jan", "/{rest}"),
        ("/docs/setup", "/docs/setup", "/{rest:path}"),
        ("/{a}-{b}", "/jan-smit", "/{a}-{b}"),
        ("/api/users/{id}", "/api/users/jan", "/api/users/{id}"),
        ("/", "/", "/"),
    ],
)
def test_a_parameter_shows_only_if_its_name_may(expected, path, route):
    """And even then its value goes through the canonical form."""
    assert expected == Pages().named(path, route)
    assert expected == Pages().facet(path, route).values["page"]


@pytest.mark.parametrize("path", ["/api/people/jan/orders/summer", "/people/jan", "/x/people/jan/y", "/"])
def test_of_a_path_that_is_not_the_routes_only_the_template_shows(path):
    """A middleware may change paths, or a framework name routes without where they stand: no value slips through."""
    assert "/v1/people/{who}/orders/{slug}" == Pages().named(path, "/v1/people/{who}/orders/{slug}")


def test_the_page_before_is_known_by_the_routes_that_have_answered():
    """A referrer has no route, so `/users/jan` would be another page than `/users/{id}`."""
    pages = Pages()
    assert pages.of_referrer("/users/jan") == "/users/jan"
    pages.named("/users/kees", "/users/{id}")
    assert pages.of_referrer("/users/jan") == "/users/{id}"
    assert pages.of_referrer("/about/us") == "/about/us"
    pages.named("/orders/1/", "/orders/{id}/")
    assert pages.of_referrer("/orders/2/") == "/orders/{id}"
    assert pages.of_referrer("/orders/list/open") == "/orders/list/open"
    pages.named("/news/1/a", "/news/{id}/{slug}")
    assert pages.of_referrer("/news/2/glass-fibre") == "/news/{id}/glass-fibre"


SEGMENT = st.one_of(
    st.text(max_size=30).filter(lambda text: "/" not in text),
    st.emails(),
    st.uuids().map(str),
    st.integers(10_000, 10**12).map(str),
    st.binary(min_size=10, max_size=20).map(bytes.hex),
)


def test_paths_that_are_named_alike_are_counted_together():
    """A facet is equal only to itself, so they share theirs; a template that shows a parameter names each path."""
    pages = Pages()
    hidden, shown = (
        [pages.facet(f"/users/{name}", route) for name in ("jan", "piet")] for route in ("/users/{id}", "/users/{slug}")
    )
    assert hidden[0] is hidden[1]
    assert pages.facet("/order/123456", "") is pages.facet("/order/654321", "")
    assert ["/users/jan", "/users/piet"] == [facet.values["page"] for facet in shown]


@given(
    st.lists(SEGMENT, max_size=4),
    st.sampled_from(
        ["", "/{slug}", "/users/{id}", "/{rest:path}", "/{a}/{slug}", "/{slug}/{path:path}", "/{a}/{b}/{c}/{d}"]
    ),
)
def test_nothing_that_identifies_ever_leaves(segments, route):
    """No e-mail address, UUID, or number over four digits, whatever the path and the route."""
    name = Pages().named("/" + "/".join(segments), route)
    assert "@" not in name
    assert not re.search(r"\d{5}", name)
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", name)
    assert name.startswith("/")
    assert len(name) <= 600


def test_what_is_remembered_is_bounded_and_shows_nobody():
    """Only paths that are their own name."""
    pages = Pages()
    for number in range(MAX_TEMPLATES):
        for letter in "abcdefghij":
            pages.facet(f"/p{letter}", f"/{number}")
        pages.facet(f"/users/{number}", "/users/{id}")
    assert MAX_TEMPLATES * 10 > REMEMBERED
    known = [path for routed in pages._routes.values() for path in routed.known]
    assert 0 < len(known) <= REMEMBERED
    assert not [path for path in known if path.startswith("/users/")]
    assert len(pages._routes) == MAX_TEMPLATES
    for number in range(MAX_TEMPLATES + 10):
        pages.named("/x", f"/{number}/{{id}}")
    assert len(pages._hiding) == MAX_TEMPLATES


async def _answer(_):
    return PlainTextResponse("")


def _starlette():
    inner = [Route("/users/{id:int}", _answer)]
    files = Mount("/files", app=PlainTextResponse(""))
    return Starlette(routes=[Mount("/api", routes=inner), Route("/news/{slug}", _answer), files])


def _fastapi():
    inner = FastAPI()
    inner.get("/deep/{z}")(lambda z: {})
    orders, people = APIRouter(prefix="/orders"), APIRouter(prefix="/people")
    orders.get("/{n}")(lambda n: {})
    people.get("/{who}")(lambda who: {})
    people.include_router(orders, prefix="/{who}")
    app = FastAPI()
    app.get("/users/{id}")(lambda id: {})
    app.include_router(people, prefix="/api")
    app.include_router(orders, prefix="/shop")
    app.mount("/sub", inner)
    return app


def _litestar():
    @get("/users/{id:int}")
    async def user(id: FromPath[int]) -> dict[str, str]:
        return {}

    return Litestar([user], logging_config=None)


@pytest.mark.parametrize(
    ("expected", "app", "path"),
    [
        ("/api/users/{id:int}", _starlette, "/api/users/5"),
        ("/news/{slug}", _starlette, "/news/hello"),
        ("/files/{path:path}", _starlette, "/files/a/b.css"),
        ("", _starlette, "/missing"),
        ("/users/{id}", _fastapi, "/users/5"),
        ("/sub/deep/{z}", _fastapi, "/sub/deep/q"),
        ("/api/people/{who}", _fastapi, "/api/people/jan"),
        ("/api/people/{who}/orders/{n}", _fastapi, "/api/people/jan/orders/5"),
        ("/shop/orders/{n}", _fastapi, "/shop/orders/5"),
        ("/users/{id}", _litestar, "/users/5"),
    ],
)
def test_the_router_tells_its_template(expected, app, path):
    """Starlette, FastAPI and Litestar leave it in the scope, mounts included; nothing is matched twice."""
    scope = a_scope(path=path, raw_path=path.encode(), http_version="1.1", server=("x", 443), root_path="", state={})

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_):
        """Takes the response."""

    asyncio.run(app()(scope, receive, send))
    assert expected == route_of(scope)


def test_a_root_path_of_the_server_is_part_of_the_template_where_it_is_of_the_path():
    """A server in front may take it away or leave it; so it is as the site's own addresses are."""
    route = Route("/a/{b}", _answer)
    scope = a_scope(route=route, root_path="/shop/api", app_root_path="/shop")
    assert route_of(scope) == "/api/a/{b}"
    assert route_of({**scope, "path": "/shop/api/a/5"}) == "/shop/api/a/{b}"
    assert route_of(a_scope(route=route, path="/a/5", root_path="/shop")) == "/a/{b}"
    assert route_of(a_scope(route=route, path="/shop/a/5", root_path="/shop")) == "/shop/a/{b}"
    assert route_of(a_scope(route=object())) == ""
    assert route_of(a_scope(path_template="/" + "a" * 1000)) == ""
