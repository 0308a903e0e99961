"""Links for partners: what each shows, until when, and the figures that were drawn for it."""

import datetime as dt
import json
import secrets
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from consentkit.dashboard.store.database import Database, hash_of
from consentkit.errors import ConsentKitError

LONGEST_TITLE = 80
LONGEST_TOKEN = 100
"""Characters; a token has 43."""
LONGEST_DAYS = 731
"""Days that a link may work for: two years."""

Draws = Mapping[str, Mapping[str, int]]
"""Figures by card and value."""

_COLUMNS = "id, title, cards, period, threshold, epsilon, budget, author, created, expires, revoked, last_opened"


class ShareError(ConsentKitError):
    """Raised when a link cannot be made as asked; the message says what is allowed."""


class BudgetUsedUp(ShareError):  # noqa: N818 -- what it says is the condition
    """Raised when figures would have to be drawn that the budget no longer allows."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What an editor asks a link to be.

    `period` is the name of one that moves on (`28d`) or two ISO dates with a slash; `expires` is the last day, in the
    site's time zone. `epsilon`, of each card and period, and `budget`, of all of them, are None without noise.
    """

    title: str
    cards: tuple[str, ...]
    period: str
    threshold: int
    expires: dt.date
    epsilon: float | None = None
    budget: float | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A link that was made. `last_opened` is a day in UTC."""

    id: int
    wish: Wish
    author: str
    created: dt.date
    revoked: bool
    last_opened: dt.date | None

    def works(self, today: dt.date) -> bool:
        """Whether it shows anything on a day of the site's time zone."""
        return not self.revoked and today <= self.wish.expires


class Shares:
    """The table of links. Only a hash of each link's secret is stored."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def add(self, wish: Wish, author: str) -> str:
        """Make a link and give its secret, this once; ShareError for a title that cannot be."""
        title = " ".join(wish.title.split())
        if not 1 <= len(title) <= LONGEST_TITLE:
            raise ShareError(f"the title has {len(title)} characters; it needs 1 to {LONGEST_TITLE}")
        secret = secrets.token_urlsafe(32)
        what = (json.dumps(wish.cards), wish.period, wish.threshold, wish.epsilon, wish.budget)
        row = (hash_of(secret), title, *what, author, self._today(), wish.expires.isoformat())
        with self._database.transaction() as connection:
            connection.execute("INSERT INTO shares VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, NULL)", row)
        return secret

    def open(self, secret: str, today: dt.date) -> Share | None:
        """The link of that secret if it works on a day, noted as opened; None for all others."""
        if not secret.isascii() or len(secret) > LONGEST_TOKEN:
            return None
        with self._database.reading() as connection:
            question = f"SELECT {_COLUMNS} FROM shares WHERE token_hash = ?"  # noqa: S608 -- a constant
            row = connection.execute(question, (hash_of(secret),)).fetchone()
        share = _share(row) if row else None
        if share is None or not share.works(today):
            return None
        if row[-1] != self._today():
            with self._database.transaction() as connection:
                connection.execute("UPDATE shares SET last_opened = ? WHERE id = ?", (self._today(), share.id))
        return share

    def all(self) -> tuple[Share, ...]:
        """Every link, the latest first."""
        with self._database.reading() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM shares ORDER BY id DESC").fetchall()  # noqa: S608 -- as above
        return tuple(_share(row) for row in rows)

    def revoke(self, id_: int) -> Share | None:
        """End a link for good; None when there is none of that id."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE shares SET revoked = 1 WHERE id = ?", (id_,))
        return next((share for share in self.all() if share.id == id_), None)

    def spent(self, id_: int) -> float:
        """The epsilon of all that was drawn for a link."""
        with self._database.reading() as connection:
            return _spent(connection, id_)

    def kept(self, share: Share, first: dt.date, last: dt.date) -> Draws | None:
        """The figures that were drawn for a link's cards of a period, None before."""
        with self._database.reading() as connection:
            return _kept(connection, share, first, last)

    def keep(self, share: Share, first: dt.date, last: dt.date, draws: Draws) -> Draws:
        """Keep figures that were drawn for a period, and give those that hold: the ones kept first.

        Both under one lock, so that no two readers see two draws. BudgetUsedUp when the budget does not do for them.
        """
        epsilon, budget = share.wish.epsilon or 0.0, share.wish.budget or 0.0
        with self._database.transaction() as connection:
            found = _kept(connection, share, first, last)
            if found is not None:
                return found
            if _spent(connection, share.id) + epsilon * len(draws) > budget * (1 + 1e-9):
                raise BudgetUsedUp(f"the budget of {budget:g} does not do for {len(draws)} more times {epsilon:g}")
            rows = [
                (share.id, card, first.isoformat(), last.isoformat(), epsilon, json.dumps(dict(figures)))
                for card, figures in draws.items()
            ]
            connection.executemany("INSERT INTO draws VALUES (?, ?, ?, ?, ?, ?)", rows)
        return draws

    def last_kept(self, share: Share) -> tuple[dt.date, dt.date] | None:
        """The latest period that was drawn for a link."""
        question = "SELECT first, last FROM draws WHERE share = ? ORDER BY last DESC, first DESC LIMIT 1"
        with self._database.reading() as connection:
            row = connection.execute(question, (share.id,)).fetchone()
        return (dt.date.fromisoformat(row[0]), dt.date.fromisoformat(row[1])) if row else None

    def _today(self) -> str:
        return dt.datetime.fromtimestamp(self._clock(), dt.UTC).date().isoformat()


def _kept(connection: sqlite3.Connection, share: Share, first: dt.date, last: dt.date) -> Draws | None:
    question = "SELECT card, figures FROM draws WHERE share = ? AND first = ? AND last = ?"
    rows = connection.execute(question, (share.id, first.isoformat(), last.isoformat())).fetchall()
    return {card: json.loads(figures) for card, figures in rows} or None


def _spent(connection: sqlite3.Connection, id_: int) -> float:
    return float(connection.execute("SELECT total(epsilon) FROM draws WHERE share = ?", (id_,)).fetchone()[0])


def _share(row: Sequence[object]) -> Share:
    id_, title, cards, period, threshold, epsilon, budget, author, created, expires, revoked, opened = row
    wish = Wish(
        title=str(title),
        cards=tuple(json.loads(str(cards))),
        period=str(period),
        threshold=int(str(threshold)),
        expires=dt.date.fromisoformat(str(expires)),
        epsilon=None if epsilon is None else float(str(epsilon)),
        budget=None if budget is None else float(str(budget)),
    )
    opened_on = dt.date.fromisoformat(str(opened)) if opened else None
    return Share(int(str(id_)), wish, str(author), dt.date.fromisoformat(str(created)), bool(revoked), opened_on)
