"""Some days of the past that are counted together, by the minutes in which something came.

Minutes are numbers of UTC minutes since the epoch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from consentkit.stats.parts import Parts
from consentkit.stats.release import Rule, aged_before

MINUTES = 60
"""Seconds of a minute."""


class Turn(NamedTuple):
    """A day (ISO date) that begins. `moment` is the first minute whose end lies on it: the last of the day before.

    What came before the minute `aged` has waited too long on it.
    """

    moment: int
    day: str
    aged: int


def turn_of(day: date, rule: Rule) -> Turn:
    """The turn to a day of the site."""
    name = day.isoformat()
    before = date.fromisoformat(aged_before(name, rule.patience_days))
    return Turn(_begin(day, rule) - 1, name, _begin(before, rule))


def _begin(day: date, rule: Rule) -> int:
    return int(datetime.combine(day, time(), rule.timezone).timestamp()) // MINUTES


class Days:
    """The days on which something came, and those after them, in the order in which they began."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._turns: list[Turn] = []

    def turn_to(self, when: float) -> tuple[int, int]:
        """Begin the day of a moment (epoch seconds); returns its first second and that of the next."""
        today = date.fromisoformat(self._rule.day(when))
        for day in (today, today + timedelta(days=1)):
            if not self._turns or self._turns[-1].day < day.isoformat():
                self._turns.append(turn_of(day, self._rule))
        begin, end = [(turn.moment + 1) * MINUTES for turn in self._turns[-2:]]
        return begin, end

    def take(self, until: int) -> list[Turn]:
        """The days that have begun at the end of the minute before `until`, from the last of those taken before on."""
        turns, self._turns = self._turns, self._turns[-2:]
        return [turn for turn in turns if turn.moment < until]


@dataclass(frozen=True, slots=True)
class Batch:
    """What came in on some days, those minutes before `until` being over; `begin` is where the one before it ended.

    `turns` are its days, the first of them running at `begin`. The totals of `parts` that have no day
    are of the day on which they came.
    """

    begin: int
    until: int
    turns: Sequence[Turn]
    parts: Parts
