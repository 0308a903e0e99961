"""`consentkit backup`, as an administrator runs it beside a site that runs."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from consentkit.cli import main
from consentkit.cli_backup import files_of
from consentkit.config import load
from consentkit.consent.ledger.store import ledger_of
from consentkit.dashboard import Role, open_store
from consentkit.stats.counting import private_of, sink_of

ROOT = Path(__file__).parents[1]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The file that `consentkit init` writes."""
    path = tmp_path / "site" / "consentkit.toml"
    path.parent.mkdir()
    path.write_text((ROOT / "consentkit" / "starter.toml").read_text("utf-8"), "utf-8")
    return path


def backup(config: Path, folder: Path) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["backup", str(folder), "--config", str(config)])


def tables(file: Path) -> set[str]:
    """The tables of a SQLite file."""
    with closing(sqlite3.connect(file)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_a_site_is_copied_while_others_write(config: Path, tmp_path: Path) -> None:
    """What is committed is in the copy, what is being written is not; nobody else may read it, and it stands alone."""
    site, folder = load(config), tmp_path / "new" / "backup"
    ledger = ledger_of(site)
    ledger.append(time=1, day="2026-11-23", kind="accepted", subject="a", content="{}", notice=("h", "<p>"))
    sink, private = sink_of(site), private_of(site)
    users = open_store(site).users
    users.add("maria", "a long password", Role.READER)
    writing = sqlite3.connect(files_of(site)["dashboard.db"], isolation_level=None)
    writing.execute("BEGIN IMMEDIATE")
    writing.execute("DELETE FROM users")
    result = backup(config, folder)
    assert 0 == result.exit_code, result.output
    assert {"consent.db", "stats.db", "dashboard.db"} == {file.name for file in folder.iterdir()}
    assert {0o600} == {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    assert "events" in tables(folder / "consent.db")
    assert "counts" in tables(folder / "stats.db")
    with closing(sqlite3.connect(folder / "dashboard.db")) as copied:
        assert [("maria",)] == copied.execute("SELECT name FROM users").fetchall()
    assert "What waits to be published is left out" in result.output
    for opened in (writing, ledger, sink, private):
        opened.close()
    assert 0 == backup(config, folder).exit_code


def test_what_was_written_into_the_last_copy_does_not_get_into_the_next(config: Path, tmp_path: Path) -> None:
    """Who tried it out and was killed left a log beside it, which SQLite would play back into a new file."""
    open_store(load(config)).users.add("maria", "a long password", Role.READER)
    backup(config, tmp_path)
    copy, log = tmp_path / "dashboard.db", tmp_path / "dashboard.db-wal"
    with closing(sqlite3.connect(copy, isolation_level=None)) as used:
        used.execute("PRAGMA journal_mode=WAL")
        used.execute("UPDATE users SET name = 'mallory'")
        left = log.read_bytes()
    log.write_bytes(left)
    assert 0 == backup(config, tmp_path).exit_code
    with closing(sqlite3.connect(copy)) as copied:
        assert [("maria",)] == copied.execute("SELECT name FROM users").fetchall()


def test_what_is_not_there_yet_is_said(config: Path, tmp_path: Path) -> None:
    """A site that nobody has visited has nothing to lose."""
    result = backup(config, tmp_path / "backup")
    assert (0, 3) == (result.exit_code, result.output.count("is not there yet"))


def test_a_site_is_not_copied_onto_itself(config: Path) -> None:
    """Its own folder is refused before anything is written."""
    site = load(config)
    open_store(site).users.add("maria", "a long password", Role.READER)
    result = backup(config, files_of(site)["dashboard.db"].parent)
    assert 2 == result.exit_code
    assert "is the file of the running site; name another folder" in result.output
    assert open_store(site).users.check("maria", "a long password")


def test_a_copy_that_cannot_be_made_leaves_the_last_one(config: Path, tmp_path: Path) -> None:
    """What is no database is an error, and neither replaces yesterday's copy nor leaves half of one."""
    sink = files_of(load(config))["stats.db"]
    sink.parent.mkdir()
    sink.write_bytes(b"no database at all, " * 300)
    (folder := tmp_path / "backup").mkdir()
    (folder / "stats.db").write_text("yesterday's")
    result = backup(config, folder)
    assert 2 == result.exit_code
    assert "file is not a database" in result.output
    assert {"stats.db": "yesterday's"} == {file.name: file.read_text() for file in folder.iterdir()}
