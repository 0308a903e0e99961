"""What went wrong with a file, as a person at a terminal needs it: which file, why, and what to do."""

import sqlite3
from pathlib import Path

_OF_SQLITE = {
    "file is not a database": "move it away, or name another file in the configuration",
    "database disk image is malformed": "it is damaged: put a copy in its place, or move it away",
    "database is locked": "another process is writing to it: try again in a moment",
    "attempt to write a readonly database": "run this as the user that the site runs as",
    "unable to open database file": "run this as the user that the site runs as; its folder must be writable too",
}
"""What to do about what SQLite says, by the beginning of its message."""


def told(problem: Exception) -> str:
    """An error in words: of the system and of SQLite with the file concerned, any other as it is."""
    if isinstance(problem, sqlite3.Error):
        return _of_sqlite(problem)
    if isinstance(problem, OSError) and problem.strerror:
        return (
            problem.strerror
            if problem.filename is None
            else f"{problem.filename}: {problem.strerror}{_mended(problem)}"
        )
    return str(problem)


def _of_sqlite(problem: sqlite3.Error) -> str:
    path = "".join(f"{note}: " for note in getattr(problem, "__notes__", ())[:1])
    what = next((f"; {advice}" for said, advice in _OF_SQLITE.items() if str(problem).startswith(said)), "")
    return f"{path}{problem}{what}"


def _mended(problem: OSError) -> str:
    if isinstance(problem, PermissionError):
        return "; run this as the user that the site runs as, or let this user have the file"
    folder = Path(str(problem.filename)).parent
    if isinstance(problem, FileNotFoundError) and not folder.is_dir():
        return f"; there is no folder {folder}, make it first"
    return ""
