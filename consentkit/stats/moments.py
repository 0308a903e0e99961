"""The release rule over a stretch of time: all its moments of release at once, instead of minute after minute.

The same as asking `decide` at the end of every minute, which a test holds beside it. Minutes are numbers of UTC minutes
since the epoch. Pure functions over values.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple


class Departures(NamedTuple):
    """When events of a cell leave: at which of a metric's moments (numbers from 0), how many at each, how many stay.

    Of `rest` only what came in the stretch is counted.
    """

    numbers: list[int]
    counts: list[int]
    rest: int


def moments_of(
    arrivals: Sequence[int], fresh: int, *, threshold: int, begin: int, until: int
) -> tuple[dict[int, int], int]:
    """When a metric is released: at the ends of which minutes, with how many fresh events, and how many stay fresh.

    `arrivals` are the minutes of its events, in order; `fresh` is how many came before. Minutes from `until` on are not
    over yet. The threshold may have been reached before, in the minute `begin`, which was not over then.
    """
    found: dict[int, int] = {}
    taken, count = 0, len(arrivals)
    while True:
        missing = threshold - fresh
        if missing > count - taken:
            break
        minute = arrivals[taken + missing - 1] if missing > 0 else begin
        if minute >= until:
            break
        end = bisect_right(arrivals, minute, taken)
        found[minute] = fresh + end - taken
        taken, fresh = end, 0
    return found, fresh + count - taken


def departures(arrivals: Sequence[int], waiting: int, moments: Sequence[int], *, threshold: int) -> Departures:
    """When events of a cell leave that came at `arrivals`, in order; `waiting` of it waited before, and leave first."""
    numbers: list[int] = []
    counts: list[int] = []
    taken, number, count, last = 0, 0, len(arrivals), len(moments)
    enough = threshold - waiting - 1  # the arrival with which enough wait
    while enough < count:
        if enough >= 0:
            number = bisect_left(moments, arrivals[enough], number)
        if number == last:
            break
        end = bisect_right(arrivals, moments[number], taken)
        numbers.append(number)
        counts.append(waiting + end - taken)
        taken, waiting = end, 0
        enough = taken + threshold - 1
        number += 1
    return Departures(numbers, counts, count - taken)
