"""A table as a value: typed columns, and rows that come one after the other."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

CELLS, TOTALS, LOAD, GAPS = "cells", "totals", "load", "gaps"
TABLES = (CELLS, TOTALS, LOAD, GAPS)
"""The names of the sink's tables that can be written."""
ABOUT = "about"
"""The name of a table that tells what the others are of."""

Value = str | int | float | bool | date | datetime | None
"""What stands in a cell: a text, a number, yes or no, a day, a moment (with its time zone), or nothing."""


class Kind(Enum):
    """What a column holds, so that each format writes it as what it is."""

    TEXT = "text"
    COUNT = "whole number"
    NUMBER = "number"
    FLAG = "true or false"
    DAY = "day"
    MOMENT = "moment in UTC"


@dataclass(frozen=True, slots=True)
class Column:
    """One column by its name."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Table:
    """A table by its name. `rows` is read once; each row has a value for each column, in their order."""

    name: str
    columns: tuple[Column, ...]
    rows: Iterable[tuple[Value, ...]]

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)


def columns(**kinds: Kind) -> tuple[Column, ...]:
    """Columns by their names."""
    return tuple(Column(name, kind) for name, kind in kinds.items())


def facts(name: str, rows: Iterable[tuple[str, str]]) -> Table:
    """A table that tells what other tables are of, a fact in each row."""
    return Table(name, columns(fact=Kind.TEXT, value=Kind.TEXT), tuple(rows))
