"""Readers of a dashboard."""

from pathlib import Path

import pytest

from tests.dashboard.sinks import RICH, Desk, desk, make_sink


@pytest.fixture(params=["", "/dashboard"], ids=["alone", "mounted"])
def reader(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    """Somebody who is signed in."""
    make_sink(tmp_path / "stats.db")
    front = desk(tmp_path, root=request.param)
    front.sign_in()
    return front


@pytest.fixture
def rich(tmp_path: Path) -> Desk:
    """Somebody who is signed in to a dashboard over a sink with the newer breakdowns."""
    make_sink(tmp_path / "stats.db", days=3, values=RICH)
    front = desk(tmp_path)
    front.sign_in()
    return front
