"""Dashboards with an editor in front of them."""

from pathlib import Path

import pytest

from consentkit.dashboard import Role
from tests.dashboard.sinks import Desk, desk, make_sink


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a sink."""
    make_sink(tmp_path / "stats.db")
    return tmp_path


@pytest.fixture(params=["", "/dashboard"], ids=["alone", "mounted"])
def front(request: pytest.FixtureRequest, folder: Path) -> Desk:
    """A dashboard with an editor signed in."""
    front = desk(folder, root=request.param, role=Role.EDITOR)
    front.sign_in()
    return front


@pytest.fixture
def alone(folder: Path) -> Desk:
    """A dashboard by itself, with an editor signed in."""
    front = desk(folder, role=Role.EDITOR)
    front.sign_in()
    return front
