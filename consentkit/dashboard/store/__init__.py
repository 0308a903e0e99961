"""What the dashboard keeps for itself, apart from the figures: users, tokens, shares, annotations, the audit trail."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from consentkit.dashboard.store.annotations import Annotations
from consentkit.dashboard.store.database import Database
from consentkit.dashboard.store.sessions import Sessions
from consentkit.dashboard.store.shares import Shares
from consentkit.dashboard.store.tokens import Tokens
from consentkit.dashboard.store.trail import Trail
from consentkit.dashboard.store.users import Users

if TYPE_CHECKING:
    from argon2 import PasswordHasher

AUDIT_DAYS = 365


@dataclass(frozen=True, slots=True)
class Store:
    """The tables of one file."""

    users: Users
    sessions: Sessions
    tokens: Tokens
    shares: Shares
    annotations: Annotations
    trail: Trail


def open_file(
    path: Path,
    *,
    audit_days: int = AUDIT_DAYS,
    clock: Callable[[], float] = time.time,
    hasher: "PasswordHasher | None" = None,
) -> Store:
    """The tables of a file, which is made if it is not there. `clock` gives epoch seconds."""
    database = Database(path)
    return Store(
        users=Users(database, clock, hasher),
        sessions=Sessions(database, clock),
        tokens=Tokens(database, clock),
        shares=Shares(database, clock),
        annotations=Annotations(database),
        trail=Trail(database, clock, audit_days),
    )
