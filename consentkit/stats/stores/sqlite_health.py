"""How the workers of a site do, as they say it in the private store; read by who watches over them."""

from pathlib import Path

from consentkit.stats.stores.protocol import Health
from consentkit.stats.stores.sqlite_connections import Connections
from consentkit.stats.stores.sqlite_private_file import MIGRATIONS, SCHEMA_VERSION


class SqliteHealthReader:
    """A HealthReader of a private store in a file, which it opens for reading only."""

    def __init__(self, path: Path) -> None:
        self._connections = Connections(path, SCHEMA_VERSION, MIGRATIONS)

    def health(self) -> Health | None:
        """How they do; None before there is a store. StoreError and sqlite3.Error where it cannot be read."""
        with self._connections.lend() as connection:
            if connection is None:
                return None
            heard = connection.execute("SELECT seen FROM workers").fetchall()
            lease = connection.execute("SELECT until FROM lease").fetchone()
            (undelivered,) = connection.execute("SELECT count(*) FROM outbox").fetchone()
            happened = dict(connection.execute("SELECT name, count FROM health"))
        return Health(tuple(moment for (moment,) in heard), lease and lease[0], undelivered, happened)
