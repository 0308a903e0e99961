"""The country of an address. The one module that knows geoip2 and maxminddb.

An address is looked up and forgotten: it is no key of any cache, and no error text of the libraries is passed on,
because theirs quote it.
"""

import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import maxminddb
from geoip2.models import Country

from consentkit.stats.facts import UNKNOWN

log = logging.getLogger("consentkit.stats")

CHECK_SECONDS = 60.0

Version = tuple[int, int, int]


class Place:
    """Names countries by the databases in `paths` (.mmdb); of several, the first that knows an address answers.

    Reads MaxMind's schema (`country.iso_code`) and the flat one (`country_code`). A file that is missing or broken is
    reported once and does no harm; one that is replaced is read again within a minute of `clock` (seconds).
    """

    def __init__(self, paths: Iterable[Path], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._databases = [_Database(path) for path in paths]
        self._clock = clock
        self._checked = float("-inf")

    def country(self, address: str | None) -> str:
        """The ISO 3166-1 code of the country, or `(unknown)`; never raises and never remembers the address."""
        if not address or not self._databases:
            return UNKNOWN
        now = self._clock()
        if now - self._checked >= CHECK_SECONDS:
            self._checked = now
            for database in self._databases:
                database.refresh()
        for database in self._databases:
            code = database.country(address)
            if code is not None:
                return code
        return UNKNOWN


class _Database:
    """One file, and what was last found at its path."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reader: Any = None
        self._version: Version | None = (-1, -1, -1)
        self._reported = False

    def refresh(self) -> None:
        """Read the file if it is another than at the last look."""
        version = self._look()
        if version == self._version:
            return
        self._version = version
        try:
            self._reader = _opened(self._path)
            self._reported = False
        except (OSError, ValueError, maxminddb.InvalidDatabaseError) as problem:
            # While a file is being replaced it may be unreadable: the copy read before goes on answering.
            self._report(problem)

    def country(self, address: str) -> str | None:
        if self._reader is None:
            return None
        try:
            return _code(self._reader.get(address))
        except ValueError:
            return None  # The server's peer has no address: a Unix socket, or a test client's name.
        except Exception as problem:
            # The parts of a damaged file are met one by one, as addresses lead to them.
            self._report(problem)
            return None

    def _look(self) -> Version | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _report(self, problem: Exception) -> None:
        if self._reported:
            return
        self._reported = True
        log.warning(
            "stats.geoip: %s cannot be used as a database of countries (%s); its visitors count as %s. "
            "Put a readable .mmdb file there, or take it out of geoip in [stats].",
            self._path.name,
            type(problem).__name__,
            UNKNOWN,
        )


def _opened(path: Path) -> Any:
    """A reader over a copy that nobody else can touch.

    A file that shrinks while it is mapped into memory ends the process (SIGBUS), and `cp` over a database does that.
    The copy has no name left once it is open. Its reader takes 2 µs for an address; one over bytes takes 38 µs.
    """
    if os.name == "nt":
        # There a mapped file can be neither shortened nor unlinked.
        return maxminddb.open_database(path, maxminddb.MODE_AUTO)
    with tempfile.NamedTemporaryFile(prefix="consentkit-", suffix=".mmdb") as copy:
        copy.write(path.read_bytes())
        copy.flush()
        return maxminddb.open_database(copy.name, maxminddb.MODE_AUTO)


def _code(record: object) -> str | None:
    if not isinstance(record, dict):
        return None
    nested = isinstance(record.get("country"), dict)
    code = Country(("en",), country=record["country"]).country.iso_code if nested else record.get("country_code")
    known = isinstance(code, str) and len(code) == 2 and code.isascii() and code.isalpha()
    return str(code).upper() if known else None
