"""What the company knows of its days: a campaign, a launch, an outage."""

import datetime as dt
from dataclasses import dataclass

from consentkit.dashboard.store.database import Database
from consentkit.errors import ConsentKitError

LONGEST_TEXT = 200
"""Characters; a line or two beside a chart."""


class AnnotationError(ConsentKitError):
    """Raised when an annotation cannot be kept; the message says what is allowed."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """A text at the days from `first` to `last`, both included."""

    id: int
    first: dt.date
    last: dt.date
    text: str
    author: str


class Annotations:
    """The table of annotations."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def between(self, first: dt.date, last: dt.date) -> tuple[Annotation, ...]:
        """The annotations that touch a period, by day."""
        question = "SELECT * FROM annotations WHERE first <= ? AND last >= ? ORDER BY first, id"
        with self._database.reading() as connection:
            rows = connection.execute(question, (last.isoformat(), first.isoformat())).fetchall()
        return tuple(_read(row) for row in rows)

    def add(self, first: dt.date, last: dt.date, text: str, author: str) -> int:
        """Keep an annotation and give its id; AnnotationError for a text or days that cannot be."""
        row = (*_checked(first, last, text), author)
        with self._database.transaction() as connection:
            added = connection.execute("INSERT INTO annotations VALUES (NULL, ?, ?, ?, ?)", row)
            return int(added.lastrowid or 0)

    def change(self, id_: int, first: dt.date, last: dt.date, text: str, author: str) -> bool:
        """Change an annotation, which is then its changer's word; False when there is none of that id.

        AnnotationError as `add`.
        """
        statement = "UPDATE annotations SET first = ?, last = ?, text = ?, author = ? WHERE id = ?"
        with self._database.transaction() as connection:
            return connection.execute(statement, (*_checked(first, last, text), author, id_)).rowcount == 1

    def remove(self, id_: int) -> Annotation | None:
        """Take an annotation away, and give it; None when there was none of that id."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT * FROM annotations WHERE id = ?", (id_,)).fetchone()
            connection.execute("DELETE FROM annotations WHERE id = ?", (id_,))
        return _read(row) if row else None


def _read(row: tuple[int, str, str, str, str]) -> Annotation:
    id_, first, last, text, author = row
    return Annotation(id_, dt.date.fromisoformat(first), dt.date.fromisoformat(last), text, author)


def _checked(first: dt.date, last: dt.date, text: str) -> tuple[str, str, str]:
    if last < first:
        raise AnnotationError(f"the annotation ends on {last}, before it begins on {first}; exchange the two")
    line = " ".join(text.split())
    if not 1 <= len(line) <= LONGEST_TEXT:
        raise AnnotationError(f"the text has {len(line)} characters; it needs 1 to {LONGEST_TEXT}")
    return first.isoformat(), last.isoformat(), line
