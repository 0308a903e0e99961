"""The ledger's file: what is written, erased and found broken, by one process and by several."""

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from consentkit.consent.ledger.store import Ledger
from consentkit.stats.stores.protocol import StoreError
from tests.consent.ledger.ledgers import HTML, NOTICE, content, ledger_with

ROOT = Path(__file__).parents[3]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a ledger's file will be."""
    return tmp_path / "var" / "consent.db"


def cells(path: Path) -> list[tuple[str, str, int, Any]]:
    """(table, column, number of the row, value) of every cell of a file."""
    found = []
    with sqlite3.connect(path) as connection:
        for table in ("events", "notices", "counts", "head"):
            cursor = connection.execute(f"SELECT * FROM {table}")
            names = [entry[0] for entry in cursor.description]
            for number, row in enumerate(cursor.fetchall()):
                found += [(table, name, number, value) for name, value in zip(names, row, strict=True)]
    connection.close()
    return found


def flipped(value: Any) -> list[Any]:
    """The value with one bit changed: at its beginning, middle and end."""
    if isinstance(value, int):
        return [value ^ 64, value ^ 256, -value]
    raw = value.encode()
    changed = []
    for place in {0, len(raw) // 2, len(raw) - 1}:
        for bit in (0, 5, 7):
            new = bytearray(raw)
            new[place] ^= 1 << bit
            changed.append(bytes(new))
    return changed


def write(path: Path, table: str, column: str, number: int, value: Any) -> None:
    """Change one cell behind the ledger's back; bytes stay a text to SQLite, whatever they hold."""
    new = f"CAST(x'{value.hex()}' AS TEXT)" if isinstance(value, bytes) else str(value)
    key = {"events": "sequence", "notices": "hash", "counts": "(day || kind)", "head": "sequence"}[table]
    with sqlite3.connect(path, isolation_level=None) as connection:
        connection.execute("PRAGMA ignore_check_constraints=ON")
        connection.execute(
            f"UPDATE {table} SET {column} = {new} "
            f"WHERE {key} = (SELECT {key} FROM {table} ORDER BY {key} LIMIT 1 OFFSET {number})"
        )
    connection.close()


def test_every_flipped_byte_of_every_column_is_found(path: Path) -> None:
    """Every cell of every table; put back, all is well again."""
    ledger_with(path, "anna", "bert", "anna").close()
    whole = path.read_bytes()
    checked = 0
    for table, column, number, value in cells(path):
        if (table, column) == ("head", "id"):
            continue  # it says nothing: there is one row
        for changed in flipped(value):
            write(path, table, column, number, changed)
            ledger = Ledger(path)
            assert ledger.verify(), (table, column, number, changed)
            ledger.close()
            path.write_bytes(whole)
            checked += 1
    assert checked > 150
    assert [] == Ledger(path).verify()


@pytest.mark.parametrize("table", ["events", "notices", "head"])
def test_dropped_row_is_found(path: Path, table: str) -> None:
    """Deleting with SQL what the ledger wrote, its last event included."""
    ledger_with(path, "anna", "bert").close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"DELETE FROM {table} WHERE rowid = (SELECT max(rowid) FROM {table})" if table != "notices" else "DELETE FROM notices")  # fmt: skip # noqa: E501
    connection.close()
    assert Ledger(path).verify()


def test_file_that_is_no_database_is_a_finding(path: Path) -> None:
    """Damage to the file itself is reported, not raised."""
    ledger_with(path, "anna").close()
    raw = bytearray(path.read_bytes())
    raw[4096:4200] = b"\xff" * 104
    path.write_bytes(raw)
    assert Ledger(path).verify()


def test_erasure_leaves_the_hash_and_nothing_of_the_content(path: Path) -> None:
    """Not in the tables and not in the bytes of any file; the rows of others stay."""
    ledger = ledger_with(path, "anna-secret", "bert", "anna-secret")
    hashes = [row.hash for row in ledger.rows()]
    assert 2 == ledger.erase("anna-secret", time=3_000, day="2026-11-24", counted="withdrawn")
    assert ([], 1) == (ledger.of_subject("anna-secret"), len(ledger.of_subject("bert")))
    assert hashes == [row.hash for row in ledger.rows()][:3]
    assert [] == ledger.verify()
    assert 1 == ledger.counts()["2026-11-24", "withdrawn"]
    held = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"anna-secret" not in held
    assert b"bert" in held
    assert 0 == ledger.erase("anna-secret", time=3_000, day="2026-11-24", counted="withdrawn")
    ledger.close()


def test_notice_is_kept_once(path: Path) -> None:
    """However many choices answered it."""
    ledger = ledger_with(path, "anna", "bert", "carl")
    assert ([NOTICE], HTML) == (ledger.notices(), ledger.notice(NOTICE[0]))
    ledger.close()


def test_file_is_for_its_owner_alone(path: Path) -> None:
    """The ledger holds personal data."""
    ledger = ledger_with(path, "anna")
    assert {0o600} == {file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    ledger.close()


def test_file_of_another_version_is_left_alone(path: Path) -> None:
    """The error names the versions."""
    ledger_with(path, "anna").close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(StoreError, match="99"):
        Ledger(path).verify()


def test_ledger_recovers_once_the_file_can_be_used(path: Path) -> None:
    """A folder in its place is an error at each call, and no longer one when it is gone."""
    path.mkdir(parents=True)
    ledger = Ledger(path)
    for _ in range(2):
        with pytest.raises(OSError, match=r"consent\.db"):
            ledger.append(time=1, day="2026-11-23", kind="refused")
    path.rmdir()
    ledger.append(time=1, day="2026-11-23", kind="refused")
    assert {("2026-11-23", "refused"): 1} == ledger.counts()
    ledger.close()


WRITER = """
import sys
from pathlib import Path
from consentkit.consent.ledger.store import Ledger
from tests.consent.ledger.ledgers import NOTICE, content
ledger = Ledger(Path(sys.argv[1]))
for number in range(100):
    subject = f"{sys.argv[2]}-{number}"
    text = content(subject)
    ledger.append(time=number, day="2026-11-23", kind="accepted", subject=subject, content=text, notice=NOTICE)
"""


def test_several_processes_write_one_chain(path: Path) -> None:
    """Four writers at once, the file not there before: every event is in it, and the chain holds."""
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), f"writer{number}"], cwd=ROOT) for number in range(4)
    ]
    assert [0] * 4 == [writer.wait(timeout=60) for writer in writers]
    ledger = Ledger(path)
    assert ([], 400) == (ledger.verify(), sum(1 for _ in ledger.rows()))
    assert {("2026-11-23", "accepted"): 400} == ledger.counts()
    assert content("writer3-99") == ledger.of_subject("writer3-99")[0].content
    ledger.close()
