"""What is done where the sink or the dashboard's own file cannot be used: a page or answer 503, a line in the log."""

import logging
import sqlite3

from consentkit.dashboard.store.database import DatabaseError
from consentkit.errors import ConsentKitError, kind_of
from consentkit.stats.stores.protocol import StoreError

UNREADABLE: tuple[type[Exception], ...] = (sqlite3.Error, OSError, StoreError, DatabaseError)
"""What is raised there: locked for long, damaged, of another version, no room on the disk."""

_log = logging.getLogger("consentkit.dashboard")


def note_unreadable(error: Exception) -> None:
    """Log why. Errors of ours say how to mend it, and hold nothing of a visitor."""
    why = f": {error}" if isinstance(error, ConsentKitError) else ""
    _log.error("the dashboard cannot read the figures, or its own file: %s%s", kind_of(error), why)
