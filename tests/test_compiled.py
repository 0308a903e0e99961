"""The compiled build does what the sources do: the tests of what is compiled, run once more against it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.compiled import NoCompilerError, environment, modules, tree

HELD = (
    *("test_middleware.py", "test_exchange.py", "test_messages.py", "test_engine.py", "test_incoming.py"),
    *("test_outgoing.py", "test_traits.py", "test_websocket.py", "test_mounting.py", "test_own_visit.py"),
    *("test_canary.py", "test_live_server.py", "test_workers.py", "test_observing.py", "test_edge_cache.py"),
    *(f"consent/test_{name}.py" for name in ("ahead", "gate", "cookies", "consent", "seal", "caching", "choosing")),
    *(f"stats/test_{name}.py" for name in ("tally", "observer", "facts", "classes", "visits", "pages", "load")),
    *(f"stats/enrich/test_{name}.py" for name in ("address_tree", "place", "referrer")),
    *("stats/test_counting.py", "stats/test_recorder.py", "stats/test_goals.py", "stats/visitor/test_carrying.py"),
)
"""Below tests/."""


@pytest.fixture(scope="module")
def folder() -> Path:
    """The compiled build with the tests beside it."""
    try:
        return tree(level="0")
    except NoCompilerError as problem:
        if os.environ.get("CI") == "true":
            pytest.fail(str(problem))
        pytest.skip(str(problem))


def test_what_is_to_be_compiled_runs_compiled(folder: Path) -> None:
    """Every module of the list is an extension, and `consentkit --version` says so."""
    code = "import importlib, sys\nfor name in sys.argv[1:]: print(importlib.import_module(name).__file__)"
    command = [sys.executable, "-W", "error", "-c", code, *modules()]
    ran = subprocess.run(command, cwd=folder, env=environment(folder), capture_output=True, text=True, check=True)
    files = ran.stdout.split()
    assert len(modules()) == len(files)
    assert [] == [file for file in files if not file.startswith(str(folder)) or file.endswith(".py")]
    version = [sys.executable, "-c", "from consentkit.cli import main; main()", "--version"]
    said = subprocess.run(version, cwd=folder, env=environment(folder), capture_output=True, text=True, check=True)
    assert "(compiled)" in said.stdout


def test_it_behaves_as_the_sources_do(folder: Path) -> None:
    """The same tests pass: hostile headers, errors, forks, threads, real servers and the canary among them."""
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider"]
    tests = [f"tests/{name}" for name in HELD]
    ran = subprocess.run(
        [*command, *tests], cwd=folder, env=environment(folder), capture_output=True, text=True, check=False
    )
    assert 0 == ran.returncode, ran.stdout[-6000:] + ran.stderr[-2000:]
