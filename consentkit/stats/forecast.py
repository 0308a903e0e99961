"""The next four weeks of a daily count, from weekday and trend, with the error that the same method made before."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WEEK = 7
AHEAD = 28
"""Days that are forecast."""
USED = 13 * WEEK
"""Days that a forecast is made from: a quarter, so that a year's seasons do not pass for a trend."""
LEAST = 6 * WEEK
"""Days without which there is no forecast: two weeks to learn from, and four to be judged by."""
LEARNED = 2 * WEEK
DAMPING = 0.9
"""Of a week's trend that is left in the next: growth seldom goes on as it was."""
COVERED = 0.9
"""Of the back-test's errors that the interval holds."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a forecast: `value` with `low` and `high`, between which nine of ten were in the back-test."""

    day: date
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """`days` ahead, and `error`: by how much the back-test was off, as a share of what came (sum of absolute errors
    by the sum of counts), over the last `tested` days that were forecast from what was known before."""

    days: tuple[Day, ...]
    error: float
    tested: int


def forecast(counts: Sequence[int], last: date) -> Forecast | None:
    """The forecast from the counts of consecutive days up to `last`; None from fewer than six weeks.

    Of a level that stays and one that follows a damped trend, the one that did better in the back-test is taken.
    """
    known = counts[-(USED + AHEAD) :]
    if len(known) < LEAST or not any(known):
        return None
    method, misses = min(
        ((method, _misses(known, method)) for method in (_staying, _trending)),
        key=lambda tried: sum(abs(miss) for miss, _ in tried[1]),
    )
    total = sum(count for _, count in misses)
    ratios = sorted(abs(miss) / max(count - miss, 1.0) for miss, count in misses)
    spread = ratios[min(len(ratios) - 1, int(COVERED * len(ratios)))]
    values = method(known[-USED:], AHEAD)
    return Forecast(
        days=tuple(
            Day(last + timedelta(days=ahead), value, max(0.0, value * (1 - spread)), value * (1 + spread))
            for ahead, value in enumerate(values, 1)
        ),
        error=sum(abs(miss) for miss, _ in misses) / max(total, 1),
        tested=len(misses),
    )


Method = Callable[[Sequence[int], int], list[float]]
"""From counts of consecutive days, the values of so many days after them."""


def _misses(counts: Sequence[int], method: Method) -> list[tuple[float, int]]:
    """What came less what was forecast, and what came, of forecasts made a week apart in the last eight weeks."""
    found = []
    for origin in range(len(counts) - WEEK, max(LEARNED, len(counts) - 8 * WEEK) - 1, -WEEK):
        came = counts[origin : origin + AHEAD]
        told = method(counts[max(0, origin - USED) : origin], len(came))
        found += [(count - value, count) for count, value in zip(came, told, strict=True)]
    return found


def _staying(counts: Sequence[int], ahead: int) -> list[float]:
    """The mean of the last four weeks, shared out over the weekdays."""
    level = statistics.fmean(counts[-4 * WEEK :])
    return _by_weekday(counts, [level] * ahead)


def _trending(counts: Sequence[int], ahead: int) -> list[float]:
    """The level of the last weeks moved on by the median change from week to week, which fades."""
    weeks = [statistics.fmean(counts[end - WEEK : end]) for end in range(len(counts), WEEK - 1, -WEEK)][::-1]
    slopes = [
        (weeks[later] - weeks[earlier]) / (later - earlier)
        for earlier in range(len(weeks))
        for later in range(earlier + 1, len(weeks))
    ]
    slope = statistics.median(slopes) if slopes else 0.0
    level = statistics.median(week + slope * (len(weeks) - 1 - number) for number, week in enumerate(weeks))
    # The median line stands in the middle of its last week, half a week before the first day ahead.
    levels = [
        max(0.0, level + slope * DAMPING * (1 - DAMPING ** ((day + WEEK / 2) / WEEK)) / (1 - DAMPING))
        for day in range(1, ahead + 1)
    ]
    return _by_weekday(counts, levels)


def _by_weekday(counts: Sequence[int], levels: Sequence[float]) -> list[float]:
    """Levels times the weekday's usual share of its week; `levels` begin on the day after `counts` end."""
    shares: list[list[float]] = [[] for _ in range(WEEK)]
    for end in range(len(counts), WEEK - 1, -WEEK):
        week = counts[end - WEEK : end]
        mean = statistics.fmean(week)
        for place, count in enumerate(week):
            if mean:
                shares[place].append(count / mean)
    usual = [statistics.median(found) if found else 1.0 for found in shares]
    scale = sum(usual) / WEEK or 1.0
    return [level * usual[day % WEEK] / scale for day, level in enumerate(levels)]
