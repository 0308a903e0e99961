"""Funnels on the first page."""

from pathlib import Path
from zoneinfo import ZoneInfo

from starlette.testclient import TestClient

from consentkit.assets import Assets
from consentkit.config_stats import Funnel
from consentkit.dashboard import Settings, create_dashboard, open_file, sign_in_link
from consentkit.dashboard.funnels import funnel_cards
from consentkit.dashboard.wording import Wording
from consentkit.stats.served import Step
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader
from tests.dashboard.markup import plain
from tests.dashboard.sinks import CHEAP, KEYS, NOW, OPENED, PASSWORD, VALUES, make_sink


def test_a_funnel_tells_views_and_moves_from_step_to_step(tmp_path: Path) -> None:
    """In the period, of the whole site: a filter takes it away rather than showing it unfiltered."""
    values = {**VALUES, "move": {"/ → /products": 40}, "funnel": {"order: 1": 50, "order: 2": 20}}
    make_sink(tmp_path / "stats.db", days=3, values=values)
    store = open_file(tmp_path / "dashboard.db", clock=lambda: NOW, hasher=CHEAP)
    store.users.add("ann", PASSWORD)
    funnels = (Funnel("order", ("/", "/products", "/order")),)
    app = create_dashboard(
        reader=SqliteSinkReader(tmp_path / "stats.db"),
        store=store,
        keys=KEYS,
        settings=Settings("Example", ZoneInfo("Europe/Amsterdam"), funnels, now=lambda: NOW),
        assets=Assets(),
    )
    client = TestClient(app, base_url="http://dash.example", headers={"accept-language": "en"})
    client.get(sign_in_link(KEYS, "ann", "http://dash.example", NOW), headers=OPENED)
    text = plain(client.get("/?from=2026-11-21&to=2026-11-22").text)
    assert (
        "Funnel order Page views moved on to it came so far / 120 50 100% /products 60 40 33% 20 40% "
        "/order under 10 under 10 under 10"
    ) in text
    assert "Funnel order" not in plain(client.get("/?only.page=%2F").text)


def test_nothing_is_a_share_of_nothing() -> None:
    """Moves that were released before the views they came from are at most all of them."""
    steps = (Step("/a", 0, None), Step("/b", 20, 12), Step("/c", 15, 30))
    card = funnel_cards([("x", steps)], Wording("en"), 10)[0]
    assert [("under 10", "", ""), ("20", "12", ""), ("15", "30", "100%")] == [
        (row.views, row.moved, row.share) for row in card.rows
    ]
