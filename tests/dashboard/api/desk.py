"""A program in front of the API, with a token."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from consentkit.stats.breakdowns import crossings_of
from consentkit.stats.model import BatchId, Cell, Gap, Proof, Published, Release
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader
from consentkit.stats.stores.sqlite_sink import SqliteSink
from tests.dashboard.sinks import NOW, TODAY, Desk, desk, make_sink
from tests.support.parts import by_series

HOSTILE = "'; DROP TABLE counts; -- <script>"


@dataclass
class Program:
    """Asks with a token."""

    desk: Desk
    token: str
    reader: SqliteSinkReader

    @property
    def client(self) -> TestClient:
        """What sends the requests."""
        return self.desk.client

    def get(self, path: str, token: str | None = None, **headers: str) -> Any:
        """The response to a question under /api/v1."""
        secret = self.token if token is None else token
        return self.client.get(
            f"{self.desk.root}/api/v1{path}", headers={"authorization": f"Bearer {secret}", **headers}
        )

    def json(self, path: str) -> Any:
        """The answer to a question."""
        response = self.get(path)
        assert 200 == response.status_code, response.text
        return response.json()


def program(folder: Path, *, root: str = "", now: float = NOW) -> Program:
    """Over a sink with sixty days, a crossing, a goal, a gap, routes and a hostile value."""
    make_sink(folder / "stats.db", sample="2026-09-01/2026-10-01")
    sink = SqliteSink(folder / "stats.db", crossings_of([("page", "channel")]))
    day = TODAY.isoformat()
    crossed = {"/ × search": 30, "/products × search": 12, "/ × social": 11}
    cells = {Cell("page_by_channel", value, "views"): count for value, count in crossed.items()}
    cells |= {Cell("channel", "search", "views"): 42, Cell("channel", "social", "views"): 11}
    cells |= {Cell("campaign", f"autumn-{number:03}", "views"): 10 + number for number in range(120)}
    cells[Cell("campaign", HOSTILE, "views")] = 10
    gap = Gap("2026-11-20T08:00:07Z", "2026-11-20T08:01:07Z", "killed", 0)
    release = Release(
        day,
        by_series({cell: Published(count, 1, count) for cell, count in cells.items()}),
        {("views", 10): Proof(1, 100, 100)},
        gaps=[gap],
    )
    sink.apply(BatchId("more", 1), release)
    sink.close()
    made = desk(folder, root=root, now=now)
    return Program(made, made.store.tokens.add("grafana"), SqliteSinkReader(folder / "stats.db"))
