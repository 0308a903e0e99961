"""Store addresses as they stand in the configuration: `sqlite:///relative/file` and `sqlite:////absolute/file`."""

from collections.abc import Iterable
from pathlib import Path

from consentkit.stats.breakdowns import Crossing
from consentkit.stats.stores.protocol import HealthReader, PrivateStore, Sink, StoreError
from consentkit.stats.stores.reading import SinkReader
from consentkit.stats.stores.sqlite_health import SqliteHealthReader
from consentkit.stats.stores.sqlite_private import SqlitePrivateStore
from consentkit.stats.stores.sqlite_reader import SqliteSinkReader
from consentkit.stats.stores.sqlite_sink import SqliteSink

_PREFIX = "sqlite:///"


def open_private(url: str, base: Path) -> PrivateStore:
    """Open the private store for writing; a relative file lies under `base`.

    Raises StoreError for an address or file that is not ours, OSError and the database's errors when it cannot be used.
    """
    return SqlitePrivateStore(file_of(url, base))


def open_sink(url: str, base: Path, crossings: Iterable[Crossing] = ()) -> Sink:
    """Open the sink for writing, with a view for each of the crossings; errors as `open_private`."""
    return SqliteSink(file_of(url, base), crossings)


def open_reader(url: str, base: Path) -> SinkReader:
    """A reader of the sink, which need not exist yet; StoreError for an address that is not ours."""
    return SqliteSinkReader(file_of(url, base))


def open_health(url: str, base: Path) -> HealthReader:
    """A reader of how the workers do by a private store, which need not exist yet; StoreError as `open_reader`."""
    return SqliteHealthReader(file_of(url, base))


def file_of(url: str, base: Path) -> Path:
    """The file that an address names; StoreError, naming what is allowed, for anything else."""
    name = url.removeprefix(_PREFIX)
    if name == url or not name or name.endswith("/"):
        raise StoreError(
            f'{url!r} is no store; write "sqlite:///" and a file, as "sqlite:///var/stats.db" '
            '(beside the configuration) or "sqlite:////srv/stats.db" (absolute)'
        )
    return base / name
