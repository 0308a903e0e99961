"""`consentkit audit`: its help, its errors, its exit status."""

import builtins
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from consentkit.cli import main

URL = "http://127.0.0.1:9/"


def run(*arguments: str) -> Result:
    """Run the command as the shell would."""
    return CliRunner().invoke(main, ["audit", *arguments])


def test_help_names_the_states_and_the_exit_status() -> None:
    """What it does, in the first lines."""
    result = run("--help")
    assert 0 == result.exit_code
    assert "before_choice,refused,accepted,withdrawn" in result.output
    assert "Exit status 1" in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing argument 'URL'"),
        (["www.example.com"], "is no address of a site; write it as https://www.example.com/"),
        (["ftp://www.example.com/"], "is no address of a site"),
        ([URL, "--states", "before,after"], "write some of before_choice,refused,accepted,withdrawn"),
        ([URL, "--path", "//elsewhere.example/"], "leads to another site"),
        ([URL, "--path", "/a", "--crawl", "3"], "use one of the two"),
        ([URL, "--crawl", "0"], "0 is not in the range"),
        ([URL, "--wait", "-1"], "is not in the range"),
        ([URL, "--paths", "/nowhere/paths.txt"], "does not exist"),
        ([URL, "--declaration", "a.json", "--config", "b.toml"], "use one of the two"),
        ([URL, "--declaration", "/nowhere/declaration.json"], "No such file"),
        ([URL, "--config", "/nowhere/consentkit.toml"], "there is no such file"),
        ([URL, "--json", "/dev/null/audit.json"], "--json /dev/null/audit.json: there is no such folder"),
        ([URL, "--browser", "/nowhere/chrome"], "--browser /nowhere/chrome is no program that can be started"),
    ],
)
def test_wrong_use_is_said_and_is_2(arguments: list[str], message: str) -> None:
    """Before any browser starts."""
    result = run(*arguments)
    assert 2 == result.exit_code
    assert message in " ".join(result.output.split())


def test_a_declaration_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """With its place."""
    path = tmp_path / "declaration.json"
    path.write_text(json.dumps({"purposes": [{"id": "necessary", "services": [{}]}]}))
    result = run(URL, "--declaration", str(path))
    assert 2 == result.exit_code
    assert f"{path}: purposes[0].services[0].id is None" in result.output
    path.write_bytes(b"\xff\xfe")
    for option in ("--declaration", "--paths"):
        result = run(URL, option, str(path))
        assert (2, True) == (result.exit_code, f"{option} {path}: this is no text in UTF-8" in result.output)


def test_a_machine_without_a_browser_is_told_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is found on an empty path."""
    monkeypatch.setattr("shutil.which", lambda name: None)
    result = run(URL)
    assert 2 == result.exit_code
    assert "apt-get install chromium" in result.output
    assert "--browser" in result.output


def test_without_playwright_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A site that only runs consentkit need not have it."""
    real = builtins.__import__

    def without(name: str, *more: Any, **named: Any) -> Any:
        if name.startswith(("playwright", "consentkit.audit.run")):
            raise ModuleNotFoundError("No module named 'playwright'", name="playwright")
        return real(name, *more, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    result = run(URL)
    assert 2 == result.exit_code
    assert "pip install 'consentkit[audit]'" in result.output
