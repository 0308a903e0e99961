"""Country, region, kind of network and organisation of an address. The one module that knows geoip2 and maxminddb.

An address is looked up and forgotten: it is no key of any cache, and no error text of the libraries is passed on,
because theirs quote it.
"""

import logging
import mmap
import os
import re
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from consentkit.stats.breakdowns import BETWEEN, PLACES
from consentkit.stats.enrich.address_tree import AddressTree, number_of
from consentkit.stats.enrich.network import network_of
from consentkit.stats.facets import EVERYTHING, Facets
from consentkit.stats.model import OTHER, UNKNOWN, Facet

log = logging.getLogger("consentkit.stats")

REMEMBERED = 4096
MAX_NAME = 100

OPERATORS = ("organization", "isp", "autonomous_system_organization", "as_name", "org")
TEXTS = (
    *("country_code", "user_type", "type", "connection_type", "domain", "as_domain", "is_hosting_provider"),
    *OPERATORS,
)

REGION = re.compile(r"[A-Z0-9]{1,3}")
DOMAIN = re.compile(r"(?=.{3,100}\Z)[a-z0-9-]+(?:\.[a-z0-9-]+)+")

Version = tuple[int, int, int]
Record = Mapping[str, Any]
Where = tuple[str, str, str, str]
"""Country, region, network, organisation."""

Numbers = int | tuple[int | None, ...] | None
"""That of an address's record, or those of several files; many addresses share them."""

Raw = tuple[object, ...]
"""What a record says, as it stands there; many addresses share it."""


class Place:
    """Places addresses by the databases in `paths` (.mmdb); of several that know a value, the first answers.

    Reads MaxMind's Country, City, Enterprise, ASN, ISP, Domain, Connection-Type and Anonymous-IP, and the flat records
    of other makers. Until `refresh` has read the files every place is `(unknown)`; it is to be called now and then, so
    that a replaced file is read anew. A file that is missing or broken is reported once and does no harm. What it finds
    is one of `facets`; where these hold no place, it reads no file. `nowhere` is the place of what is in none.
    """

    def __init__(self, paths: Iterable[Path], facets: Facets = EVERYTHING) -> None:
        self.nowhere = facets.shared(**dict.fromkeys(PLACES, UNKNOWN))
        self._shared = facets.shared
        self._databases = [_Database(path) for path in paths] if facets.hold(*PLACES) else []
        self._facets: dict[Raw, Facet] = {}
        self._refreshing = threading.Lock()
        self._reading = _Reading(())

    def refresh(self) -> None:
        """Read the files that are others than at the last look; takes about 0.3 s for 70 MB."""
        with self._refreshing:
            changed = [database for database in self._databases if database.refresh()]
            if changed:
                self._reading = _Reading(tuple(database.copy for database in self._databases if database.copy))

    @property
    def has_databases(self) -> bool:
        """Whether any database is to be read."""
        return bool(self._databases)

    def facet(self, address: str | None) -> Facet:
        """Where an address is; never raises and never remembers the address."""
        reading = self._reading
        trees = reading.trees
        if not address or not trees:
            return self.nowhere
        try:
            number, bits = number_of(address)
        except ValueError:
            return self.nowhere  # The server's peer has no address: a Unix socket, or a test client's name.
        if len(trees) == 1:
            numbers: Numbers = trees[0].find(number, bits)
        else:
            numbers = tuple([tree.find(number, bits) for tree in trees])
        return reading.facets.get(numbers) or self._read(reading, numbers, address)

    def _read(self, reading: "_Reading", numbers: Numbers, address: str) -> Facet:
        records = [record for copy in reading.copies if (record := copy.record(address)) is not None]
        facet = self._known(records) if records else self.nowhere
        if len(reading.facets) >= REMEMBERED:
            reading.facets.clear()
        reading.facets[numbers] = facet
        return facet

    def _known(self, records: list[Record]) -> Facet:
        """The facet of records; the same one for all that say the same, so that they are counted together."""
        raw = tuple(value for record in records for value in _raw(record))
        facet = self._facets.get(raw)
        if facet is None:
            if len(self._facets) >= REMEMBERED:
                self._facets.clear()
            country, region, network, organisation = _where(records)
            facet = self._shared(country=country, region=region, network=network, organisation=organisation)
            self._facets[raw] = facet
        return facet


class _Copy:
    """A file as it was when it was read."""

    def __init__(self, reader: Any, tree: AddressTree, report: Callable[[Exception], None]) -> None:
        self.tree = tree
        self._reader = reader
        self._report = report

    def record(self, address: str) -> Record | None:
        try:
            record = self._reader.get(address)
        except Exception as problem:
            # The parts of a damaged file are met one by one, as addresses lead to them.
            self._report(problem)
            return None
        return record if isinstance(record, dict) else None


class _Reading:
    """Files as they were read at one time, and the places of the records in them."""

    def __init__(self, copies: tuple[_Copy, ...]) -> None:
        self.copies = copies
        self.trees = tuple([copy.tree for copy in copies])
        self.facets: dict[Numbers, Facet] = {}


class _Database:
    """One file, and what was last found at its path."""

    def __init__(self, path: Path) -> None:
        self.copy: _Copy | None = None
        self._path = path
        self._version: Version | None = (-1, -1, -1)
        self._reported = False

    def refresh(self) -> bool:
        """Read the file if it is another one; whether it was."""
        version = self._look()
        if version == self._version:
            return False
        self._version = version
        import maxminddb  # noqa: PLC0415 -- 20 ms that sites without a database need not wait

        try:
            self.copy = _Copy(*_opened(self._path), self._report)
            self._reported = False
            return True
        except (OSError, ValueError, maxminddb.InvalidDatabaseError) as problem:
            # While a file is being replaced it may be unreadable: the copy read before goes on answering.
            self._report(problem)
            return False

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
            "stats.geoip: %s cannot be used as a database of places (%s); what it would tell counts as %s. "
            "Put a readable .mmdb file there, or take it out of geoip in [stats].",
            self._path.name,
            type(problem).__name__,
            UNKNOWN,
        )


def _opened(path: Path) -> tuple[Any, AddressTree]:
    """A reader of records and the search tree of a copy that nobody else can touch.

    A file that shrinks while it is mapped into memory ends the process (SIGBUS), and `cp` over a database does that.
    The copy has no name left once it is open. Mapped, so that the workers of a host share its memory.
    """
    if os.name == "nt":
        # There a mapped file can be neither shortened nor unlinked.
        return _mapped(path)
    with tempfile.NamedTemporaryFile(prefix="consentkit-", suffix=".mmdb") as copy:
        copy.write(path.read_bytes())
        copy.flush()
        return _mapped(Path(copy.name))


def _mapped(path: Path) -> tuple[Any, AddressTree]:
    import maxminddb  # noqa: PLC0415

    reader = maxminddb.open_database(path, maxminddb.MODE_AUTO)
    told = reader.metadata()
    with path.open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return reader, AddressTree(data, told.node_count, told.record_size, told.ip_version)


def _raw(record: Record) -> Raw:
    """Every text of a record that `_where` reads."""
    country, parts, traits = record.get("country"), record.get("subdivisions"), record.get("traits")
    found: list[object] = [country.get("iso_code") if isinstance(country, dict) else country]
    if isinstance(parts, list) and parts and isinstance(parts[0], dict):
        found.append(parts[0].get("iso_code"))
    for values in (record, traits) if isinstance(traits, dict) else (record,):
        found += [part for name in TEXTS if (value := values.get(name)) is not None for part in (name, value)]
    return tuple(one if isinstance(one, str | bool) else None for one in found)


def _where(records: list[Record]) -> Where:
    country = _first(_country(record) for record in records)
    region = _first(_region(record) for record in records)
    domain = _first(_domain(record) for record in records)
    operator = _first(_operator(record) for record in records)
    network = network_of(
        _first(_text(_traits(record).get("user_type") or record.get("type")).lower() for record in records),
        _first(_text(_traits(record).get("connection_type")).lower() for record in records),
        domain,
        operator,
        any(record.get("is_hosting_provider") is True for record in records),
    )
    named = f"{country}-{region}" if country and region else ""
    return country or UNKNOWN, named or UNKNOWN, network, domain or _shown(operator)


def _first(texts: Iterable[str]) -> str:
    return next(filter(None, texts), "")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _traits(record: Record) -> Record:
    """Where GeoIP2's larger databases keep what the smaller ones have at the top."""
    traits = record.get("traits")
    return {**record, **traits} if isinstance(traits, dict) else record


def _country(record: Record) -> str:
    from geoip2.models import Country  # noqa: PLC0415

    found = record.get("country")
    # The library says that this is a text or nothing, and passes on whatever stands in the file.
    told: Any = Country(("en",), country=found).country if isinstance(found, dict) else None
    code: object = (told and told.iso_code) or record.get("country_code") or found
    known = isinstance(code, str) and len(code) == 2 and code.isascii() and code.isalpha()
    return str(code).upper() if known else ""


def _region(record: Record) -> str:
    """The second part of ISO 3166-2, where the database has it."""
    parts = record.get("subdivisions")
    code = parts[0].get("iso_code") if isinstance(parts, list) and parts and isinstance(parts[0], dict) else None
    return code if isinstance(code, str) and REGION.fullmatch(code) else ""


def _domain(record: Record) -> str:
    text = _text(_traits(record).get("domain") or record.get("as_domain")).lower()
    return text if DOMAIN.fullmatch(text) else ""


def _operator(record: Record) -> str:
    traits = _traits(record)
    return _first(_text(traits.get(name)) for name in OPERATORS)


def _shown(operator: str) -> str:
    if not operator:
        return UNKNOWN
    is_name = len(operator) <= MAX_NAME and operator.isprintable() and BETWEEN not in operator
    return operator if is_name else OTHER
