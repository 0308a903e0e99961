"""A sink and a private store that are not of the same run, and thresholds that were changed, are judged as such."""

from datetime import date, timedelta

import pytest

from consentkit.stats.load import SERVED, LoadCell
from consentkit.stats.model import REPLACED, RESTORED, BatchId, Gap
from consentkit.stats.stores import drain, renew
from consentkit.stats.stores.reading import ReleaseRow
from consentkit.stats.stores.sqlite_private import SqlitePrivateStore
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader
from consentkit.stats.stores.sqlite_sink import SqliteSink
from consentkit.stats.verify import verify
from consentkit.stats.verify_rows import Thresholds, load_findings
from tests.stats.observations import DAY, LATER, a_view, increments_of

RARE = ("/a", "/b", "/c", "/d")


class Run:
    """A site's private store, and the sink that it brings its releases to."""

    def __init__(self, folder):
        self.folder = folder
        self.private, self.sink = SqlitePrivateStore(folder / "private.db"), SqliteSink(folder / "stats.db")
        self._batches = 0

    def release(self, day=DAY, threshold=5):
        """Count many views of one page, and a few of others, so that parts wait; release, and bring it to the sink."""
        self._batches += 1
        views = [a_view("/")] * 40 + [a_view(page) for page in RARE]
        self.private.apply(BatchId("w", self._batches), increments_of(*views), day)
        self.private.release(threshold=threshold, patience_days=31, today=day, running=LATER)
        drain(self.private, self.sink)

    def replace_sink(self):
        """Delete it, and begin another."""
        self.sink.close()
        for file in self.folder.glob("stats.db*"):
            file.unlink()
        self.sink = SqliteSink(self.folder / "stats.db")

    def findings(self):
        """What `stats verify` tells."""
        return verify(SqliteSinkReader(self.folder / "stats.db"), self.private)

    def gaps(self) -> list[Gap]:
        """The gaps that a report tells."""
        return SqliteSinkReader(self.folder / "stats.db").gaps(date(2026, 1, 1), date(2100, 1, 1))

    def close(self):
        """Give the connections back."""
        self.private.close()
        self.sink.close()


@pytest.fixture
def run(tmp_path):
    """A site that has released twice."""
    run = Run(tmp_path)
    run.release()
    run.release()
    yield run
    run.close()


def test_a_sink_that_is_another_one_is_said_once(run):
    """And not of every breakdown that something of it is missing."""
    run.replace_sink()
    [finding] = run.findings()
    assert "apart" == finding.rule
    assert "the private store has brought 2 releases to its sink, of which this one has 0" == finding.what
    assert "put back the right one" in finding.mend


def test_a_private_store_that_was_put_back_is_said_once(tmp_path, run):
    """The sink has what the store does not know to have released."""
    run.private.close()
    backup = (tmp_path / "private.db").read_bytes()
    run.private = SqlitePrivateStore(tmp_path / "private.db")
    run.release()
    run.private.close()
    (tmp_path / "private.db").write_bytes(backup)
    run.private = SqlitePrivateStore(tmp_path / "private.db")
    [finding] = run.findings()
    assert "the sink has 3 releases of the private store, which has made 2 itself" == finding.what


def test_a_sink_that_was_deleted_leaves_a_named_gap(run):
    """From the first release that it had been brought until it was missed; then all is in order again."""
    run.replace_sink()
    renew(run.private, run.sink)
    renew(run.private, run.sink)
    run.release()
    [gap] = run.gaps()
    assert (REPLACED, 0) == (gap.reason, gap.batches)
    assert gap.begin <= gap.until
    assert [] == run.findings()
    for day in ("2026-11-24", "2026-11-25", "2026-11-26"):
        run.release(day)
        assert [] == run.findings()
    assert [gap] == run.gaps()


def test_what_another_worker_has_begun_anew_is_not_begun_again(run):
    """Both may have missed the sink at once."""
    run.private.begin_anew(REPLACED)
    name = run.private.source()
    run.private.begin_anew(REPLACED)
    assert name == run.private.source()
    run.release()
    assert 1 == len(run.gaps())


def test_nothing_is_missed_where_the_sink_has_what_it_was_brought(run):
    """Nor of a private store whose first release is still to come."""
    renew(run.private, run.sink)
    run.release()
    assert [] == run.gaps()
    assert 3 == run.private.brought()


def test_a_sink_with_a_gap_of_another_kind_is_held_to_every_rule(run):
    """A part of a total that is more than the total is found, but for sinks that were replaced."""
    change = "UPDATE totals SET count = 1 WHERE metric = 'views'"
    insert = "INSERT INTO gaps VALUES ('2026-11-23T10:00:00Z', '2026-11-23T11:00:00Z', '{}', 0)"
    run.sink._connection.execute(change)
    run.sink._connection.execute(insert.format(RESTORED))
    assert "breakdown-sum" in {finding.rule for finding in run.findings()}
    run.sink._connection.execute(insert.format(REPLACED))
    assert {"delivered-sum", "balance"} >= {finding.rule for finding in run.findings()} != set()


def test_what_waits_is_judged_by_the_threshold_under_which_it_was_kept_back(run, monkeypatch):
    """A threshold that was lower long ago excuses no release of today."""
    tomorrow = (date.fromisoformat(DAY) + timedelta(days=1)).isoformat()
    run.release(tomorrow, threshold=10)
    assert [] == run.findings()
    monkeypatch.setattr("consentkit.stats.release.kept_back", lambda leaving, waiting, *, threshold: {})
    run.release(tomorrow, threshold=10)
    found = {finding.where: finding.what for finding in run.findings()}
    assert "fewer than 10" in found["views by country"]


def test_the_least_threshold_of_a_day_and_of_the_days_since():
    """Of a month that is kept as such, its last day counts."""
    rows = [("2026-09", 5), ("2026-11-02", 20), ("2026-11-02", 30), ("2026-11-04", 10)]
    thresholds = Thresholds([ReleaseRow(day, "views", k, 1, 99, 99) for day, k in rows])
    released = ("2026-09", "2026-11-02", "2026-11-04", "2026-11-05")
    assert [5, 20, 10, 1] == [thresholds.on(day, "views") for day in released]
    days = ("2026-08-01", "2026-09-30", "2026-10-01", "2026-11-03", "2026-11-05")
    assert [5, 5, 10, 10, 1] == [thresholds.since(day) for day in days]
    assert 30 == thresholds.highest


def test_load_is_judged_by_the_thresholds_since_it_was_served():
    """Seven requests are enough where the threshold was five, or became five while they waited, and not before."""
    rows = [("2026-10-01", 5), ("2026-11-02", 10)]
    thresholds = Thresholds([ReleaseRow(day, "requests", k, 1, 99, 99) for day, k in rows])
    found = {}
    for begin in ("2026-10-01T12:00Z", "2026-10-02T12:00Z", "2026-11-02T12:00Z"):
        load = {LoadCell(begin, "", metric): 7 for metric in (SERVED, "status_2xx")}
        found[begin] = {finding.rule for finding in load_findings(load, thresholds)}
    assert {"2026-10-01T12:00Z": set(), "2026-10-02T12:00Z": set(), "2026-11-02T12:00Z": {"load-size"}} == found
