"""The simulated year is a sink as a site would have left it."""

from datetime import timedelta

from consentkit.stats.breakdowns import DEFAULT_CROSSINGS
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader
from consentkit.stats.verify import verify
from tests.simulate.year import LAST, make_year


def test_its_figures_obey_the_release_rule_and_add_up(tmp_path):
    """A few days of a smaller site are made in the same way."""
    path, days = tmp_path / "stats.db", []
    make_year(path, days=4, views=20_000, on_day=lambda: days.append(1))
    reader = SqliteSinkReader(path)
    assert len(days) == 4
    assert reader.span() == (LAST - timedelta(days=3), LAST)
    shown = reader.shown(*reader.span())
    assert len({breakdown for breakdown, _ in shown}) > 12 + len(DEFAULT_CROSSINGS)
    assert {f"{first}_by_{second}" for first, second in DEFAULT_CROSSINGS} <= {breakdown for breakdown, _ in shown}
    assert verify(reader) == []


def test_it_is_the_same_every_time(tmp_path):
    """So that two machines measure the same."""
    for name in ("a.db", "b.db"):
        make_year(tmp_path / name, days=1, views=5_000)
    first, second = (SqliteSinkReader(tmp_path / name) for name in ("a.db", "b.db"))
    assert first.cells() == second.cells() != []
