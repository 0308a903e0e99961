"""A site that begins to count by less, or by more, while it runs: nothing is lost, and the proof holds."""

from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

from consentkit.stats.breakdowns import BREAKDOWNS, DEFAULT_CROSSINGS, crossings_of
from consentkit.stats.enrich.place import Place
from consentkit.stats.facets import Facets
from consentkit.stats.facts import RequestFacts
from consentkit.stats.flusher import Flusher, Stores
from consentkit.stats.model import OTHER
from consentkit.stats.observer import Observer
from consentkit.stats.release import Rule
from consentkit.stats.site import SiteReader
from consentkit.stats.stores.sqlite_private import SqlitePrivateStore
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader
from consentkit.stats.stores.sqlite_sink import SqliteSink
from consentkit.stats.tally import Tally
from consentkit.stats.verify import verify
from tests.stats.page_requests import WHEN, a_page

RULE = Rule(threshold=5, patience_days=31, timezone=ZoneInfo("UTC"))
DAY = 86_400.0


class Site:
    """A site whose workers are started anew with other breakdowns."""

    def __init__(self, folder: Path) -> None:
        self._private, self._sink = folder / "private.db", folder / "stats.db"
        self._runs = 0

    def run(self, begin: float, breakdowns: Iterable[str], *requests: tuple[int, RequestFacts]) -> None:
        """Count so many of each request in one run of a worker, and release twice."""
        facets = Facets(breakdowns)
        observer = Observer(SiteReader(["www.example.com"], Place([], facets), facets=facets), RULE.timezone)
        pairs = [pair for pair in DEFAULT_CROSSINGS if facets.hold(pair[0]) and facets.hold(pair[1])]
        tally = Tally(observer.observe_all, crossings_of(pairs))
        self._runs += 1
        stores = Stores(lambda: SqlitePrivateStore(self._private), lambda: SqliteSink(self._sink), {})
        flusher = Flusher(tally, stores, RULE, f"run {self._runs}")
        flusher.tick(begin)
        for count, facts in requests:
            for _ in range(count):
                tally.add(facts._replace(when=begin))
        for seconds in (1, 61, 122):
            flusher.tick(begin + seconds)
        flusher.close(begin + 123)

    def views(self, breakdown: str) -> dict[str, int]:
        """Views by value in a breakdown, published and waiting; the proof has no finding."""
        private = SqlitePrivateStore(self._private)
        reader = SqliteSinkReader(self._sink)
        assert [] == verify(reader, private)
        found: dict[str, int] = {}
        for cell in reader.cells():
            if (cell.breakdown, cell.metric) == (breakdown, "views"):
                found[cell.value] = found.get(cell.value, 0) + cell.events
        for (name, value, metric), count in private.balance().cells.items():
            if (name, metric) == (breakdown, "views"):
                found[value] = found.get(value, 0) + count
        private.close()
        return found


def test_what_waits_of_a_breakdown_that_is_no_longer_counted_stays_under_the_rule(tmp_path: Path) -> None:
    """It ages to `(other)`, is nowhere lost, and counts again where the breakdown comes back."""
    site = Site(tmp_path)
    dutch, frisian = a_page(accept_language="nl"), a_page(accept_language="fy")
    site.run(WHEN, BREAKDOWNS, (20, dutch), (3, frisian))
    assert {"nl": 20, "fy": 3} == site.views("language")
    site.run(WHEN + DAY, ["page", "device"], (20, dutch), (3, frisian))
    assert {"nl": 20, "fy": 3} == site.views("language")
    assert {"/products": 46} == site.views("page")
    site.run(WHEN + 40 * DAY, ["page", "device"], (20, dutch))
    assert 23 == sum(site.views("language").values())
    assert 3 <= site.views("language")[OTHER]
    site.run(WHEN + 41 * DAY, BREAKDOWNS, (20, dutch), (6, frisian))
    assert (49, 6) == (sum(site.views("language").values()), site.views("language")["fy"])
    assert {"/products": 92} == site.views("page")
