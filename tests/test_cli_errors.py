"""Errors at a terminal: one line that names the file, why, and what to do; no traceback, and exit status 2."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from consentkit.cli import main
from consentkit.cli_errors import told

SECRET = {"CONSENTKIT_SECRET": "a secret for tests only with 40 characters"}


def run(*arguments: str) -> Result:
    """Run a command as the shell would."""
    return CliRunner(env=SECRET).invoke(main, list(arguments))


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration file that `init` wrote."""
    path = tmp_path_factory.mktemp("site") / "consentkit.toml"
    assert 0 == run("init", "--config", str(path)).exit_code
    return path


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (
            PermissionError(13, "Permission denied", "/srv/var/private.db"),
            "/srv/var/private.db: Permission denied; run this as the user that the site runs as, "
            "or let this user have the file",
        ),
        (
            FileNotFoundError(2, "No such file or directory", "/none/x.csv"),
            "/none/x.csv: No such file or directory; there is no folder /none, make it first",
        ),
        (FileNotFoundError(2, "No such file or directory", "/none.csv"), "/none.csv: No such file or directory"),
        (OSError("the server went away"), "the server went away"),
        (OSError(28, "No space left on device"), "No space left on device"),
        (ValueError("what is wrong"), "what is wrong"),
        (sqlite3.OperationalError("no such table: x"), "no such table: x"),
        (
            sqlite3.OperationalError("database is locked"),
            "database is locked; another process is writing to it: try again in a moment",
        ),
    ],
)
def test_a_problem_is_told_with_its_file_and_what_to_do(problem: Exception, text: str) -> None:
    """Not by the number that the system gives it."""
    assert text == told(problem)


FILES = {
    "stats.db": [["report"], ["export", "--out", "-", "--format", "csv"], ["stats", "verify"]],
    "private.db": [["stats", "release"], ["stats", "verify"]],
    "dashboard.db": [["user", "list"], ["token", "list"]],
    "observed.db": [["observed"]],
    "consent.db": [["ledger", "export"]],
}


@pytest.mark.parametrize(("name", "command"), [(name, command) for name, some in FILES.items() for command in some])
@pytest.mark.parametrize("kind", ["text", "other version"])
def test_a_file_that_cannot_be_used_is_named(config: Path, kind: str, name: str, command: list[str]) -> None:
    """Whatever lies there: SQLite's own messages name no file."""
    path = config.parent / "var" / name
    path.parent.mkdir(exist_ok=True)
    if kind == "text":
        path.write_bytes(b"This is a letter, and no database of anybody. " * 100)
    else:
        with sqlite3.connect(path) as connection:
            connection.executescript("CREATE TABLE letters (text); PRAGMA user_version = 99")
        connection.close()
    try:
        result = run(*command, "--config", str(config))
    finally:
        for file in path.parent.iterdir():
            file.unlink()
    assert (2, 1) == (result.exit_code, result.output.count("\n"))
    assert result.output.startswith(f"consentkit: {path}")
    assert "move" in result.output


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe", "file: is not UTF-8, as TOML is"),
        (b"x = [", "file: cannot be read as TOML: Invalid value (at end of document)"),
        (None, "file: cannot be read: Is a directory"),
    ],
)
def test_a_configuration_that_is_none_is_told(tmp_path: Path, content: bytes | None, message: str) -> None:
    """By the command that looks at it, and by those that need it."""
    path = tmp_path / "consentkit.toml"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    for command in (["check"], ["report"], ["observed"]):
        result = run(*command, "--config", str(path))
        assert (2, True) == (result.exit_code, message in result.output), command


def test_who_stops_reading_is_told_nothing(config: Path) -> None:
    """As `head` does."""
    ours, theirs = os.pipe()
    os.close(ours)
    command = [sys.executable, "-c", "from consentkit.cli import main; main()", "declaration", "--config", str(config)]
    ran = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, timeout=30, check=False)
    os.close(theirs)
    assert (b"", 1) == (ran.stderr, ran.returncode)


def test_a_mistyped_command_finds_its_name() -> None:
    """And nonsense finds none."""
    assert "there is no command 'chekc'; did you mean 'check'?" in run("chekc").output
    assert "there is no command 'lsit'; did you mean 'list'?" in run("user", "lsit").output
    assert run("zzz").output.endswith("Error: there is no command 'zzz'\n")
    assert 2 == run("zzz").exit_code


@pytest.mark.parametrize("wrong", ["2026-13-01", "tomorrow", "1/11/2026"])
def test_a_day_is_asked_for_by_example(wrong: str) -> None:
    """Not by a pattern of the C library."""
    result = run("report", "--from", wrong)
    assert (2, True) == (result.exit_code, f"'{wrong}' is no day; write it as 2026-11-01" in result.output)
    assert "--from DAY" in run("report", "--help").output


def test_what_is_no_receipt_and_no_key_is_told_apart(tmp_path: Path) -> None:
    """Each by its file, with where the right one is found."""
    letter, receipt = tmp_path / "letter.json", tmp_path / "receipt.txt"
    letter.write_text("{dear}", "utf-8")
    receipt.write_text("a.b.c", "utf-8")
    assert f"{letter} is no record or receipt" in run("ledger", "verify-receipt", str(letter)).output
    assert f"{letter} is no key file" in run("ledger", "verify-receipt", str(receipt), "--key", str(letter)).output


def test_a_dashboard_says_that_its_port_is_taken(config: Path) -> None:
    """In place of where it is."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("dashboard", "--port", str(port), "--config", str(config))
    text = f"consentkit: 127.0.0.1:{port} cannot be used (Address already in use); name others with --host and --port\n"
    assert (2, True) == (result.exit_code, result.output.endswith(text))
    assert "99999 is not in the range" in run("dashboard", "--port", "99999", "--config", str(config)).output


def test_a_dashboard_serves_where_it_says_until_it_is_stopped(config: Path) -> None:
    """As its user runs it; Ctrl-C is no error."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        str(Path(sys.executable).with_name("consentkit")),
        "dashboard",
        "--port",
        str(port),
        "--config",
        str(config),
    ]
    with subprocess.Popen(command, env={**os.environ, **SECRET}, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("Nobody may sign in yet")
            assert process.stdout.readline() == f"The dashboard is at http://127.0.0.1:{port}/\n"
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=30) as answer:
                assert 200 == answer.status
            process.send_signal(signal.SIGINT)
            assert 0 == process.wait(timeout=30)
        finally:
            process.kill()
