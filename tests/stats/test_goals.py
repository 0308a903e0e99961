"""Goals, routes and moves through the whole middleware, from a request to the private store."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from consentkit import ConsentKit, NotWrappedError, count_goal
from consentkit.config import parse
from consentkit.stats.counting import private_of
from tests.stats.page_requests import CHROME

HEADERS = {"user-agent": CHROME, "accept": "text/html", "accept-language": "nl", "host": "www.example.com"}
PAGE = {**HEADERS, "sec-fetch-site": "none", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
SCRIPT = {**HEADERS, "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"}


async def user(_: Request) -> HTMLResponse:
    return HTMLResponse("<!doctype html><title>A user</title>")


async def call(request: Request) -> JSONResponse:
    for goal in ("called", "called", "not declared"):
        count_goal(request, goal)
    return JSONResponse({})


@pytest.fixture
def counted(tmp_path):
    """What the private store has counted after two requests, by breakdown and metric, and its waiting values."""
    site = {
        "name": "Site", "controller": "Site", "contact": "x@example.com", "hosts": ["www.example.com"],
        "privacy_policy": "/privacy",
    }  # fmt: skip
    config = parse({"site": site, "stats": {"goals": [{"id": "called"}]}}, base=tmp_path)
    kit = ConsentKit(config, ["a secret for tests only with 40 characters"])
    app = Starlette(routes=[Route("/users/{name}", user), Route("/call", call, methods=["POST"])])
    client = TestClient(kit.wrap(app), base_url="https://www.example.com")
    client.get("/users/jan-canary?utm_source=news", headers=PAGE)
    client.post("/call", headers=SCRIPT)
    kit.close()
    private = private_of(config)
    try:
        rows = private._connection.execute("SELECT breakdown, value, metric, count FROM arrived").fetchall()
        load = private._connection.execute("SELECT route, count FROM load WHERE metric = 'served'").fetchall()
        yield private.balance().counted, {(name, value, metric): count for name, value, metric, count in rows}, load
    finally:
        private.close()


def test_a_goal_counts_once_a_request_and_only_if_it_is_declared(counted):
    """Although a script asked for it, and although code counts in a loop."""
    sums, waiting, _ = counted
    assert (1, 1) == (sums["", "goals"], sums["", "goal:called"])
    assert waiting["goal", "called", "goals"] == 1
    assert ("", "goal:not declared") not in sums


def test_a_parameter_of_the_router_stays_a_placeholder(counted):
    """In the page and in the load."""
    _, waiting, load = counted
    assert waiting["page", "/users/{name}", "views"] == 1
    assert sorted(load) == [("", 2), ("/call", 1), ("/users/{name}", 1)]
    assert "canary" not in str(counted)


def test_every_request_has_one_class(counted):
    """The classes add up to all requests."""
    sums = counted[0]
    classes = {metric: count for (_, metric), count in sums.items() if metric.startswith("class:")}
    assert classes == {"class:person": 1, "class:asset": 1}
    assert sums["", "requests"] == 2


def test_without_the_middleware_a_goal_is_refused():
    """With the error that says what is missing."""
    with pytest.raises(NotWrappedError):
        count_goal({"type": "http"}, "called")
