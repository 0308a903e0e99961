"""A sink with figures for the dashboard's tests, and a dashboard over it."""

import datetime as dt
import json
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from consentkit.assets import Assets
from consentkit.dashboard import Role, Settings, Store, Users, create_dashboard, open_file, sign_in_link
from consentkit.dashboard.company import Company
from consentkit.stats.breakdowns import metrics_of
from consentkit.stats.load import TOOK, LoadSeries, bucket_of
from consentkit.stats.model import BatchId, Cell, Proof, Published, Release
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader
from consentkit.stats.stores.sqlite_sink import SqliteSink
from tests.support.parts import by_series

TODAY = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 23, 14, 30, tzinfo=dt.UTC).timestamp()
KEYS = ["a secret for tests only with 40 characters"]
PASSWORD = "correct horse battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
"""Real argon2, only fast."""
OPENED = {"sec-fetch-site": "none"}
"""What a browser sends of an address that its reader opened."""

VALUES = {
    "page": {"/": 60, "/products": 30, "(other)": 10},
    "referrer": {"(internal)": 60, "(direct)": 20, "example.org": 20},
    "country": {"NL": 70, "DE": 20, "(unknown)": 10},
    "browser": {"Firefox": 60, "Chrome": 40},
    "os": {"Linux": 100},
    "device": {"desktop": 60, "mobile": 40},
    "language": {"nl": 80, "en": 20},
    "host": {"www.example.com": 100},
}
"""Views of one day by value; each breakdown adds up to 100."""
RICH = {
    **VALUES,
    "channel": {"internal": 60, "search": 30, "direct": 10},
    "campaign": {"(none)": 90, "autumn": 10},
    "region": {"NL-NH": 60, "(unknown)": 40},
    "network": {"(unknown)": 100},
    "browser_version": {"Firefox 145": 60, "Chrome 142": 40},
    "move": {"/ → /products": 30},
    "missing": {"/old": 12, "/\u202elong" + "x" * 300: 11},
    "search": {"<b>fibre": 10},
}
"""What the newer breakdowns hold; of networks nothing is known."""


def release_of(day: dt.date, values: dict[str, dict[str, int]], *, views: int = 100) -> Release:
    """One day's release: `views` views, half as many visits, none of them begun within the site, and 200 requests of
    which 50 are bots'."""
    counts = {
        Cell(name, value, metric): count if metric == "views" else count // 2
        for name, by_value in values.items()
        for value, count in by_value.items()
        for metric in metrics_of(name)
        if metric == "views" or value not in ("internal", "(internal)")
    }
    counts[Cell("status", "200", "requests")] = 180
    counts[Cell("status", "404", "requests")] = 20
    text = day.isoformat()
    totals = {"views": views, "visits": views // 2, "requests": 200, "bytes": 10_000}
    goals = {f"goal:{goal}": count // 2 for goal, count in values.get("goal", {}).items()}
    classes = {"class:person": 120, "class:crawler": 30, "class:ai_crawler": 20, "class:asset": 30}
    return Release(
        day=text,
        counts=by_series({cell: Published(count, 1, count) for cell, count in counts.items()}),
        proofs={("views", 10): Proof(1, views, views)},
        totals=Counter({(text, metric): count for metric, count in {**totals, **goals, **classes}.items()}),
        load=load_of_day(text),
    )


def load_of_day(text: str) -> LoadSeries:
    """Five minutes of 10 to 14 requests; of 100 answers 90 took 12 ms, 7 took 200 ms and 3 took two seconds."""
    load: LoadSeries = {("", "requests"): {f"{text}T10:0{minute}Z": 10 + minute for minute in range(5)}}
    for seconds, count in ((0.012, 90), (0.2, 7), (2.0, 3)):
        load["", f"{TOOK}{bucket_of(seconds)}"] = {f"{text}T10Z": count}
    return load


def make_sink(path: Path, days: int = 60, values: dict[str, dict[str, int]] | None = None, **facts: str) -> None:
    """A sink whose last day with figures is TODAY; views grow by ten in the last 28 days."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_made(days, json.dumps(values or VALUES), tuple(facts.items())))


@lru_cache(maxsize=32)
def _made(days: int, values: str, facts: tuple[tuple[str, str], ...]) -> bytes:
    """The file of such a sink, made once: 60 releases take 0.7 s. It is one file when nobody has it open."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "stats.db"
        with closing(SqliteSink(path)) as sink:
            for ago in range(days):
                views = 110 if 1 <= ago <= 28 else 100
                release = release_of(TODAY - dt.timedelta(days=ago), json.loads(values), views=views)
                sink.apply(BatchId("test", ago + 1), release)
            sink.describe({"site": "Example", "timezone": "Europe/Amsterdam", "threshold": "10", **dict(facts)})
        return path.read_bytes()


@dataclass
class Desk:
    """A dashboard, what it keeps for itself and a browser in front of it."""

    store: Store
    app: ASGIApp
    client: TestClient
    root: str

    @property
    def users(self) -> Users:
        """The table of users."""
        return self.store.users

    def get(self, path: str = "/", **headers: str) -> str:
        """The text of a page."""
        return self.client.get(self.root + path, headers=headers).text

    def sign_in(self) -> None:
        """Follow a sign-in link, as a person does from a terminal."""
        link = sign_in_link(KEYS, "ann", f"{self.client.base_url}{self.root}", NOW)
        assert self.client.get(link, headers=OPENED).status_code == 200


def app_over(
    folder: Path, store: Store, *, now: float = NOW, company: Company | None = None, root: str = ""
) -> ASGIApp:
    """A dashboard over `folder`/stats.db, at some time, mounted at `root` if there is one."""
    app = create_dashboard(
        reader=SqliteSinkReader(folder / "stats.db"),
        store=store,
        keys=KEYS,
        settings=Settings(site="Example", timezone=ZoneInfo("Europe/Amsterdam"), now=lambda: now),
        assets=Assets(),
        company=company,
    )
    return Starlette(routes=[Mount(root, app=app)]) if root else app


def desk(folder: Path, *, root: str = "", scheme: str = "http", now: float = NOW, role: Role = Role.READER) -> Desk:
    """A dashboard over `folder`/stats.db with one user, ann."""
    store = open_file(folder / "dashboard.db", clock=lambda: now, hasher=CHEAP)
    store.users.add("ann", PASSWORD, role)
    mounted = app_over(folder, store, now=now, root=root)
    client = TestClient(mounted, base_url=f"{scheme}://dash.example", raise_server_exceptions=False)
    client.headers["accept-language"] = "en"
    return Desk(store, mounted, client, root)
