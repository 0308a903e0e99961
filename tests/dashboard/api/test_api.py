"""What the API answers, to whom, and what it refuses."""

import re
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from consentkit.dashboard.api.operations import OPERATIONS
from consentkit.dashboard.api.rate import Rate
from tests.dashboard.api.desk import HOSTILE, Program, program
from tests.dashboard.sinks import NOW, TODAY, app_over

PATHS = [operation.path.replace("{name}", "page") for operation in OPERATIONS]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A program with a token; it asks once in a while."""
    return program(tmp_path_factory.mktemp("api"), root="/statistics")


@pytest.fixture(autouse=True)
def _rested(asked: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has the requests that a token may make at once."""
    monkeypatch.setattr(Rate, "wait", lambda self, name, now: 0.0)


def test_the_figures_are_those_of_the_sink(asked: Program) -> None:
    """Totals, days, classes and lists, of the days asked for."""
    week = "?from=2026-11-16&to=2026-11-22"
    totals = asked.json(f"/totals{week}&compare=previous")
    assert (770, 385) == (totals["totals"]["views"], totals["compared_totals"]["views"] // 2)
    assert {"from": "2026-11-09", "to": "2026-11-15", "days": 7, "running": False, "sample": False} == totals[
        "compared"
    ]
    days = asked.json(f"/days{week}")["data"]
    assert (7, {110}) == (len(days), {day["views"] for day in days})
    classes = asked.json(f"/classes{week}")
    assert {"class": "person", "requests": 840, "share": 0.6} == classes["data"][0]
    assert classes["requests"] == sum(row["requests"] for row in classes["data"])
    pages = asked.json(f"/breakdowns/page{week}&compare=previous")
    assert {"value": "/", "count": 420, "share": 0.5455, "compared": 420} == pages["data"][0]
    assert (770, 3, 0.8182) == (pages["total"], pages["count"], pages["shown"])


def test_what_is_not_asked_for_has_a_default(asked: Program) -> None:
    """28 days that end yesterday, the first metric, a hundred rows."""
    page = asked.json("/breakdowns/campaign")
    assert ("2026-10-26", "2026-11-22", 28) == tuple(page["period"][name] for name in ("from", "to", "days"))
    assert ("views", 100, 0, []) == (page["metric"], page["limit"], page["offset"], page["data"])
    assert (True, False) == (asked.json("/totals?period=today")["period"]["running"], page["period"]["running"])
    assert asked.json("/totals?from=2026-09-30&to=2026-10-02")["period"]["sample"]


def test_a_value_filters_through_the_stored_crossing(asked: Program) -> None:
    """In both directions; where none is stored the answer says how to have it."""
    by_channel = asked.json("/breakdowns/page?period=today&where=channel:search")
    assert [("/", 30), ("/products", 12)] == [(row["value"], row["count"]) for row in by_channel["data"]]
    assert (42, 2, None) == (by_channel["total"], by_channel["count"], by_channel["shown"])
    by_page = asked.json("/breakdowns/channel?period=today&where=page:/")
    assert [("search", 30), ("social", 11)] == [(row["value"], row["count"]) for row in by_page["data"]]
    refused = asked.get("/breakdowns/page?where=country:NL")
    assert (400, "where") == (refused.status_code, refused.json()["parameter"])
    assert "[stats] crossings" in refused.json()["detail"]


def test_lists_are_searched_and_turned_page_by_page(asked: Program) -> None:
    """Links lead to the next stretch and the one before; together they are the whole list, each value once."""
    path, seen, turned = "/breakdowns/campaign?period=today&limit=50&search=autumn", [], 0
    while path:
        response = asked.get(path)
        seen += [row["value"] for row in response.json()["data"]]
        links = {rel: address for address, rel in re.findall(r"<([^>]*)>; rel=(\w+)", response.headers.get("link", ""))}
        assert (turned > 0, 120) == ("prev" in links, response.json()["count"])
        path = links.get("next", "").removeprefix("/statistics/api/v1")
        turned += 1
    assert (3, 120, 120) == (turned, len(seen), len(set(seen)))


def test_load_visitors_answers_and_gaps(asked: Program) -> None:
    """The load all together, by day and by hour; a gap with its times."""
    load = asked.json("/load?from=2026-11-20&to=2026-11-22")
    assert ["2026-11-20", "2026-11-21", "2026-11-22"] == [row["day"] for row in load["data"]]
    assert load["requests"] == sum(row["requests"] for row in load["data"]) == 180
    hours = asked.json("/load?from=2026-11-20&to=2026-11-22&by=hour")["data"]
    assert ("2026-11-20T10:00:00Z", 60) == (hours[0]["begin"], hours[0]["requests"])
    assert 11 < hours[0]["p50_ms"] < 13
    assert 400 == asked.get("/load?from=2026-01-01&to=2026-11-22&by=hour").status_code
    gaps = asked.json("/gaps")["data"]
    assert [{"from": "2026-11-20T08:00:07Z", "to": "2026-11-20T08:01:07Z", "reason": "killed", "batches": 0}] == gaps
    assert {"days": [], "weeks": [], "months": []}.items() <= asked.json("/visitors").items()
    assert 0 == asked.json("/consent")["answers"]["shown"]
    assert {"page", "page_by_channel"} <= {row["name"] for row in asked.json("/breakdowns?period=today")["data"]}
    meta = asked.json("/meta")
    assert ("Example", 10, TODAY.isoformat()) == (meta["site"], meta["threshold"], meta["last"])


@pytest.mark.parametrize("path", PATHS)
def test_nobody_reads_without_a_token(asked: Program, path: str) -> None:
    """None, a wrong one, one in the address, a password and a session are refused, with a challenge and no figures."""
    address = f"{asked.desk.root}/api/v1{path}"
    wrong = ("", "Bearer", "Bearer ck_", "Bearer ck_" + "x" * 500, f"Basic {asked.token}", "Bearer \u00fc".encode())
    for header in wrong:
        response = asked.client.get(f"{address}?token={asked.token}", headers={"authorization": header})
        assert (401, "application/problem+json") == (response.status_code, response.headers["content-type"])
        assert 'Bearer realm="consentkit"' == response.headers["www-authenticate"]
        assert {"type", "title", "status", "detail"} == set(response.json())


def test_a_session_is_no_token_and_a_revoked_token_none_either(tmp_path: Path) -> None:
    """What a browser sends by itself opens nothing here, so that no other site can ask in a reader's name."""
    made = program(tmp_path)
    made.desk.sign_in()
    assert 401 == made.client.get("/api/v1/totals").status_code
    assert 200 == made.get("/totals").status_code
    made.desk.store.tokens.revoke("grafana")
    assert 401 == made.get("/totals").status_code


def test_other_sites_scripts_are_told_nothing(asked: Program) -> None:
    """No header lets another origin read an answer, and its question in advance is refused."""
    asked_ahead = {"origin": "https://evil.example", "access-control-request-method": "GET"}
    ahead = asked.client.options(f"{asked.desk.root}/api/v1/totals", headers=asked_ahead)
    answered = asked.get("/totals", origin="https://evil.example")
    for response in (ahead, answered):
        assert [] == [name for name in response.headers if name.startswith("access-control")]
        assert "same-origin" == response.headers["cross-origin-resource-policy"]
    assert (405, 200) == (ahead.status_code, answered.status_code)


@pytest.mark.parametrize(
    ("path", "parameter", "said"),
    [
        ("/totals?period=fortnight", "period", "allowed are today"),
        ("/totals?perod=7d", "perod", "no such parameter"),
        ("/totals?period=7d&period=28d", "period", "given twice"),
        ("/totals?from=2026-11-01", "to", "to is missing"),
        ("/totals?from=2026-11-01&to=2026-10-01", "to", "exchange the two"),
        ("/totals?from=1900-01-01&to=2026-10-01", "from", "from 2000-01-01 to"),
        ("/load?from=9999-12-31&to=9999-12-31", "from", "to 2999-12-31"),
        ("/gaps?from=2026-10-01&to=9999-12-31", "to", "to 2999-12-31"),
        ("/totals?from=2026-W48-1&to=2026-12-01", "from", "as 2026-11-23"),
        ("/totals?from=2026-02-30&to=2026-12-01", "from", "as 2026-11-23"),
        ("/totals?from=2001-01-01&to=2026-10-01", "to", "at most 800 days"),
        ("/totals?period=7d&from=2026-11-01&to=2026-11-02", "period", "either period"),
        ("/breakdowns/page?limit=0", "limit", "from 1 to 1000"),
        ("/breakdowns/page?limit=1001", "limit", "from 1 to 1000"),
        ("/breakdowns/page?offset=99999999999999999999", "offset", "from 0 to 1000000"),
        ("/breakdowns/page?offset=٣", "offset", "from 0 to 1000000"),
        ("/breakdowns/page?metric=bytes", "metric", "page is counted by views"),
        (f"/breakdowns/page?search={'x' * 101}", "search", "at most 100"),
        ("/breakdowns/page?search=a%00b", "search", "control character"),
        ("/breakdowns/page?where=channel:%00", "where", "as channel:search"),
        ("/breakdowns/page?where=channel", "where", "as channel:search"),
        ("/breakdowns/page?where=users:ann", "where", "there are page"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_named_with_what_can(asked: Program, path: str, parameter: str, said: str) -> None:
    """As problem details."""
    response = asked.get(path)
    assert (400, "application/problem+json") == (response.status_code, response.headers["content-type"])
    assert (parameter, "Bad Request", 400) == tuple(response.json()[name] for name in ("parameter", "title", "status"))
    assert said in response.json()["detail"]


def test_what_is_not_there_is_not_found(asked: Program) -> None:
    """Other addresses, breakdowns, methods; nothing of a long or hostile name is repeated whole."""
    for path in ("/nothing", "/breakdowns/users", "/breakdowns/page_by_page", f"/breakdowns/{'x' * 5000}", "/../v1"):
        response = asked.get(path)
        assert (404, "application/problem+json") == (response.status_code, response.headers["content-type"])
        assert len(response.text) < 2000
    posted = asked.client.post(f"{asked.desk.root}/api/v1/totals", headers={"authorization": f"Bearer {asked.token}"})
    assert (405, {"GET", "HEAD"}) == (posted.status_code, {*posted.headers["allow"].split(", ")})


@pytest.mark.parametrize("text", [HOSTILE, "%", "_", "\\", "' OR '1'='1"])
def test_values_are_never_part_of_a_question_to_the_database(asked: Program, text: str) -> None:
    """A search finds the very characters, and the tables are there afterwards."""
    found = asked.client.get(
        f"{asked.desk.root}/api/v1/breakdowns/campaign",
        params={"period": "today", "search": text},
        headers={"authorization": f"Bearer {asked.token}"},
    )
    assert 200 == found.status_code
    values = [row["value"] for row in found.json()["data"]]
    assert [value for value in values if text not in value] == []
    assert (HOSTILE in values) == (text in HOSTILE)
    assert 770 == asked.json("/totals?period=7d")["totals"]["views"]


def test_an_answer_that_is_held_is_not_sent_again(tmp_path: Path) -> None:
    """Until the sink changes, or the day does."""
    made = program(tmp_path)
    first = made.get("/totals?period=7d")
    held = first.headers["etag"]
    again = made.get("/totals?period=7d", **{"if-none-match": f'"other", W/{held}'})
    assert (304, b"", held) == (again.status_code, again.content, again.headers["etag"])
    assert ("private, no-cache", "Authorization") == (first.headers["cache-control"], first.headers["vary"])
    with sqlite3.connect(tmp_path / "stats.db") as sink:
        sink.execute("UPDATE changes SET number = number + 1")
    changed = made.get("/totals?period=7d", **{"if-none-match": held})
    assert (200, True) == (changed.status_code, changed.headers["etag"] != held)
    app = app_over(tmp_path, made.desk.store, now=NOW + 86_400)
    tomorrow = replace(made, desk=replace(made.desk, client=TestClient(app)))
    assert 200 == tomorrow.get("/totals?period=7d", **{"if-none-match": changed.headers["etag"]}).status_code
    nobody = made.get("/totals?period=7d", token="ck_wrong", **{"if-none-match": changed.headers["etag"]})
    assert 401 == nobody.status_code
    assert (200, b"") == _head(made, "/totals")


def _head(made: Program, path: str) -> tuple[int, bytes]:
    response = made.client.head(f"/api/v1{path}", headers={"authorization": f"Bearer {made.token}"})
    return response.status_code, response.content


def test_a_sink_that_cannot_be_read_is_a_problem_for_a_moment(tmp_path: Path) -> None:
    """503 with a time to come back; before there is a sink the answers are zeros."""
    made = program(tmp_path)
    (tmp_path / "stats.db").write_bytes(b"no database at all" * 100)
    response = made.get("/totals")
    assert (503, "30", "application/problem+json") == (
        response.status_code, response.headers["retry-after"], response.headers["content-type"]
    )  # fmt: skip
    assert "no database" not in response.text


def test_before_there_is_a_sink_every_answer_is_of_nothing(tmp_path: Path) -> None:
    """Zeros and empty lists."""
    made = program(tmp_path)
    (tmp_path / "stats.db").unlink()
    for path in PATHS:
        assert 200 == made.get(path).status_code, path
    assert (None, 0) == (made.json("/meta")["last"], made.json("/totals")["totals"]["views"])
