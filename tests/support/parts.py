"""What waits, told part by part, as it is easiest to write down in a test."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple, TypeVar

from consentkit.stats.model import Cell, Held

T = TypeVar("T")


class Waiting(NamedTuple):
    """A part of a cell's waiting events: those that came in on `day` (ISO date)."""

    cell: Cell
    day: str


def held_of(parts: Mapping[Waiting, int]) -> Held:
    """Parts as stores hold them."""
    held: Held = {}
    for ((breakdown, value, metric), day), count in parts.items():
        held.setdefault((breakdown, metric), {}).setdefault(day, {})[value] = count
    return held


def parts_of(held: Held) -> Counter[Waiting]:
    """What is held by parts."""
    return Counter(
        {
            Waiting(Cell(breakdown, value, metric), day): count
            for (breakdown, metric), days in held.items()
            for day, sums in days.items()
            for value, count in sums.items()
        }
    )


def by_series(cells: Mapping[Cell, T]) -> dict[tuple[str, str], dict[str, T]]:
    """What is told by cells by breakdown and metric, then by value."""
    found: dict[tuple[str, str], dict[str, T]] = {}
    for (breakdown, value, metric), one in cells.items():
        found.setdefault((breakdown, metric), {})[value] = one
    return found
