"""The recipes of the documentation, run as they stand in it, over a real sink."""

import datetime as dt
import json
import re
import shlex
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import duckdb
import openpyxl
import pytest
from starlette.testclient import TestClient

from consentkit.assets import Assets
from consentkit.config import load
from consentkit.dashboard import build_dashboard, open_store
from consentkit.stats.breakdowns import BREAKDOWNS
from consentkit.stats.model import BatchId
from consentkit.stats.stores.sqlite_sink import SqliteSink
from tests.dashboard.sinks import KEYS, VALUES, release_of
from tests.test_cli import run

PAGE = (Path(__file__).parents[1] / "docs" / "recipes.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+) (\w+)(?: (\w+))?\n(.*?)^```$", re.M | re.S)
DAYS = 40
API = "https://www.example.com/statistics/"


def recipes(kind: str) -> dict[str, str]:
    """The code of the page that is for one tool, by its name there."""
    return {name: code for _, tool, name, code in BLOCK.findall(PAGE) if tool == kind}


@dataclass(frozen=True)
class Site:
    """A folder with a sink, the files that the page's commands make of it, and the API over it."""

    folder: Path
    today: dt.date
    token: str
    client: TestClient

    def answer(self, address: str, more: dict[str, str] | None = None) -> Any:
        """What the API answers to an address of the page."""
        path = address.removeprefix(API).lstrip("/")
        assert path.startswith("api/v1/"), address
        headers = {"Authorization": f"Bearer {self.token}"}
        response = self.client.get(
            f"/{urlsplit(path).path}", params=more or dict(parse_qsl(urlsplit(path).query)), headers=headers
        )
        assert 200 == response.status_code, response.text
        return response.json()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Forty days up to today of 100 views, made into files by the page's own commands."""
    folder = tmp_path_factory.mktemp("recipes")
    config = folder / "consentkit.toml"
    assert 0 == run("init", "--config", str(config)).exit_code
    config.write_text(config.read_text().replace("sqlite:///var/stats.db", "sqlite:///stats.db"))
    today = dt.datetime.now(load(config).site.timezone).date()
    sink = SqliteSink(folder / "stats.db")
    values = {**VALUES, "channel": {"search": 60, "direct": 40}, "goal": {"contact": 12}}
    for ago in range(DAYS):
        sink.apply(BatchId("test", ago + 1), release_of(today - dt.timedelta(days=ago), values))
    sink.describe({"threshold": "10", "timezone": "Europe/Amsterdam"})
    sink.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        commands = [line for _, tool, _, code in BLOCK.findall(PAGE) if tool == "setup" for line in code.splitlines()]
        for command in commands:
            program, *arguments = shlex.split(command)
            assert "consentkit" == program
            assert 0 == run(*arguments).exit_code, command
        built = load(config)
        token = open_store(built).tokens.add("recipes")
        patch.setenv("TOKEN", token)
        yield Site(folder, today, token, TestClient(build_dashboard(built, KEYS, Assets())))


def duck(code: str) -> list[tuple[Any, ...]]:
    """What DuckDB answers."""
    with duckdb.connect() as database:
        return database.execute(code).fetchall()


def test_every_recipe_of_the_page_is_run_here() -> None:
    """One that is added is added here too, and every other block is a command that somebody types."""
    found = {
        tool: sorted(name for _, one, name, _ in BLOCK.findall(PAGE) if one == tool)
        for _, tool, _, _ in BLOCK.findall(PAGE)
    }
    assert {
        "setup": ["", ""],
        "duckdb": ["pages", "weeks"],
        "pandas": ["api", "countries", "days"],
        "excel": ["days", "pages"],
        "grafana": ["channels", "days", "load"],
        "infinity": ["days", "pages"],
        "metabase": ["bots", "conversions", "pages"],
    } == found
    assert PAGE.count("```") == 2 * len(BLOCK.findall(PAGE))


def test_duckdb(site: Site) -> None:
    """The pages of 28 days, and weeks that add up to all days."""
    assert [("/", 28 * 60), ("/products", 28 * 30), ("(other)", 28 * 10)] == duck(recipes("duckdb")["pages"])
    weeks = duck(recipes("duckdb")["weeks"])
    assert (DAYS * 100, DAYS * 50) == (sum(row[1] for row in weeks), sum(row[2] for row in weeks))
    assert {0} == {row[0].weekday() for row in weeks}


def test_pandas(site: Site) -> None:
    """From a file, from the sink and from the API the same figures."""
    results: dict[str, Any] = {}
    for name, code in recipes("pandas").items():
        names: dict[str, Any] = {"get": site.client.get}
        exec(compile(code, f"docs/recipes.md {name}", "exec"), names)
        results[name] = names["result"]
    assert {"views": DAYS * 100, "visits": DAYS * 50} == results["days"].sum().to_dict()
    assert {"NL": DAYS * 70, "DE": DAYS * 20, "(unknown)": DAYS * 10} == results["countries"].to_dict()
    assert 28 * 60 == results["api"].loc["/", "count"]


def test_excel(site: Site) -> None:
    """What the queries ask for is answered and has the columns that they name; the workbook has typed days."""
    for code in recipes("excel").values():
        (path,) = re.findall(r'RelativePath = "([^"]+)"', code)
        (query,) = re.findall(r"Query = \[([^\]]+)\]", code)
        data = site.answer(path, dict(re.findall(r'(\w+) = "([^"]+)"', query)))["data"]
        columns = re.findall(r'\{"(\w+)", ', code)
        assert data
        assert set(columns) <= set(data[0]), columns
        assert f'Web.Contents("{API.rstrip("/")}"' in code
    assert 0 == run("export", "--out", "figures.xlsx").exit_code
    book = openpyxl.load_workbook(site.folder / "figures.xlsx")
    assert ["about", "cells", "totals", "load", "gaps"] == book.sheetnames
    assert book["totals"]["A2"].is_date


def grafana(site: Site, code: str, days: int) -> list[tuple[Any, ...]]:
    """What the data source answers for the last days, with its variables put in as Grafana does."""
    midnight = dt.datetime.combine(site.today, dt.time(), dt.UTC)
    begin, end = midnight - dt.timedelta(days=days - 1), midnight + dt.timedelta(days=1, seconds=-1)
    for name, moment in (("$__from", begin), ("$__to", end)):
        code = code.replace(name, str(int(moment.timestamp() * 1000)))
    return sqlite(site, code)


def sqlite(site: Site, code: str) -> list[tuple[Any, ...]]:
    """What the sink answers, opened as other tools do."""
    sink = sqlite3.connect(f"file:{site.folder / 'stats.db'}?mode=ro", uri=True)
    try:
        return sink.execute(code).fetchall()
    finally:
        sink.close()


def test_grafana(site: Site) -> None:
    """Seven days of the time that is shown, as epoch seconds in order."""
    days = grafana(site, recipes("grafana")["days"], 7)
    assert [(100, 50)] * 7 == [row[1:] for row in days]
    first = dt.datetime.combine(site.today - dt.timedelta(days=6), dt.time(), dt.UTC)
    assert first.timestamp() == days[0][0]
    load = grafana(site, recipes("grafana")["load"], 7)
    assert [10, 11, 12, 13, 14] * 7 == [requests for _, requests in load]
    assert first.timestamp() + 10 * 3600 == load[0][0]
    assert [("search", 7 * 30), ("direct", 7 * 20)] == grafana(site, recipes("grafana")["channels"], 7)


def test_infinity(site: Site) -> None:
    """The selectors lead to what they say."""
    kinds: dict[str, Callable[[Any], bool]] = {
        "number": lambda value: isinstance(value, int | float),
        "string": lambda value: isinstance(value, str),
        "timestamp": lambda value: bool(dt.date.fromisoformat(value)),
    }
    for code in recipes("infinity").values():
        query = json.loads(code)
        rows = site.answer(query["url"])[query["root_selector"]]
        assert rows
        for column in query["columns"]:
            assert kinds[column["type"]](rows[0][column["selector"]]), column


def test_metabase(site: Site) -> None:
    """Views, entries and exits by page; classes; goals for each hundred visits; a table for each breakdown."""
    pages = sqlite(site, recipes("metabase")["pages"])
    assert ["/", "/products"] == [row[0] for row in pages]
    assert pages[0][1] // 60 in (28, 29)
    assert (pages[0][1] // 2, pages[0][1] - pages[0][1] // 2) == pages[0][2:]
    bots = sqlite(site, recipes("metabase")["bots"])
    assert ("person", 120) == bots[0][1:]
    assert [("contact", 6, 12.0)] == list({row[1:] for row in sqlite(site, recipes("metabase")["conversions"])})
    views = {row[0] for row in sqlite(site, "SELECT name FROM sqlite_master WHERE type = 'view'")}
    assert set(BREAKDOWNS) <= views
