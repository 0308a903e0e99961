"""Whether a count changed by more than its days usually differ: an interval for the ratio of two periods.

Days differ for three reasons that are no news: chance, the rhythm of the week, and moods that last some days. Each has
its place below: an overdispersed Poisson model (McCullagh and Nelder, Generalized Linear Models, 2nd ed. 1989, §4.5.2
and §6.2.3) with a level for each period and a share for each weekday; and the correlation of a day with the one before,
which leaves fewer independent days than the calendar has (Bartlett 1946, J. R. Stat. Soc. Suppl. 8, 27-41, for a
first-order autoregression).
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from operator import mul
from statistics import NormalDist, fmean

WEEK = 7
CONFIDENCE = 0.95
HISTORY = 56
"""Days before both periods that tell how days differ, where the periods themselves are too short to."""
LEVEL_DAYS = 28
"""Days of the history that share a level."""
ENOUGH = 42
"""Days of both periods from which no history is needed."""
LEAST_FREEDOM = 6
LEAST_DAYS_OF_RATIO = 7
"""Days of each period without which a ratio's own variation cannot be told."""
ROUNDS = 30
"""Of the fit; it stands still to six digits after about ten."""
HALF = 0.5
"""Added to each count, so that a period of zero has a ratio too (Haldane 1956, Anscombe 1956)."""
WIDEST = 100.0
"""Half the width of an interval, as a logarithm; wider ones say no less."""
STRONGEST = 0.9
"""Correlation of a day with the one before; beyond this a period would say nothing at all."""


@dataclass(frozen=True, slots=True)
class Run:
    """Counts of consecutive days from `first` on."""

    first: date
    counts: Sequence[int]

    def weekday(self, place: int) -> int:
        """The weekday of a place, 0 for Monday."""
        return (self.first.weekday() + place) % WEEK

    def of(self, weekday: int, values: Sequence[int]) -> int:
        """The sum of such of the days' values as are of a weekday."""
        return sum(values[(weekday - self.first.weekday()) % WEEK :: WEEK])


@dataclass(frozen=True, slots=True)
class Change:
    """By what factor a figure changed, weekdays allowed for: 1.1 is 10 % more; 19 of 20 intervals from `low` to `high`
    hold 1 where nothing changed."""

    ratio: float
    low: float
    high: float

    @property
    def real(self) -> bool:
        """Whether the change is more than the days usually differ."""
        return not self.low <= 1 <= self.high


def change_of_counts(now: Run, before: Run, history: Run | None = None) -> Change | None:
    """The change of a daily count between two periods; None where too few days are known to say.

    `history` are days before both; they only tell how days differ from each other, and are used where the periods have
    fewer than ENOUGH days.
    """
    short = len(now.counts) + len(before.counts) < ENOUGH
    runs = [now, before, *(_levels(history) if history and short else ())]
    if not now.counts or not before.counts or not sum(now.counts) + sum(before.counts):
        return None
    shares = _weekday_shares(runs)
    freedom = sum(len(run.counts) for run in runs) - len(runs) - (WEEK - 1)
    if freedom < LEAST_FREEDOM:
        return None
    rests = [_residuals(run, shares) for run in runs]
    lasting = _lasting(rests)
    taken = sum(_fewer(len(run.counts), lasting) for run in runs) + WEEK - 1
    days = sum(len(run.counts) for run in runs)
    spread = max(1.0, sum(rest * rest for run in rests for rest in run) / max(days - taken, days / 4))
    totals = [sum(run.counts) + HALF for run in (now, before)]
    variance = sum(
        spread * _fewer(len(run.counts), lasting) / total for run, total in zip((now, before), totals, strict=True)
    )
    variance += spread * _of_shares(now, before, runs)
    expected = [sum(shares[run.weekday(place)] for place in range(len(run.counts))) for run in (now, before)]
    middle = math.log(totals[0] / expected[0]) - math.log(totals[1] / expected[1])
    return _interval(middle, variance, freedom * (1 - lasting**2) / (1 + lasting**2))


def change_of_ratio(now: Sequence[tuple[int, int]], before: Sequence[tuple[int, int]]) -> Change | None:
    """The change of one count by another, such as views by visit, given both for each day; None with too few days.

    The variance of a ratio estimator from its days (Cochran, Sampling Techniques, 3rd ed. 1977, §2.11).
    """
    if min(len(now), len(before)) < LEAST_DAYS_OF_RATIO:
        return None
    middle, variance = 0.0, 0.0
    for sign, days in ((1, now), (-1, before)):
        above, below, count = sum(day[0] for day in days), sum(day[1] for day in days), len(days)
        if not above or not below:
            return None
        rests = [day[0] - above / below * day[1] for day in days]
        spread = sum(rest * rest for rest in rests) * count / (count - 1)
        middle += sign * math.log(above / below)
        variance += spread / above**2 * _fewer(count, _lasting([rests]))
    return _interval(middle, variance, len(now) + len(before) - 2)


def _levels(history: Run) -> list[Run]:
    """The last days of a history in stretches that have a level each."""
    counts = history.counts[-HISTORY:]
    skipped = len(history.counts) - len(counts)
    starts = range(0, len(counts), LEVEL_DAYS)
    return [
        Run(date.fromordinal(history.first.toordinal() + skipped + start), counts[start : start + LEVEL_DAYS])
        for start in starts
        if len(counts[start : start + LEVEL_DAYS]) >= WEEK
    ]


def _weekday_shares(runs: Sequence[Run]) -> list[float]:
    """What each weekday has of its run's level, 1 on average; fitted by turns to the greatest likelihood."""
    counted = [float(sum(run.of(weekday, run.counts) for run in runs)) for weekday in range(WEEK)]
    days = [[run.of(weekday, [1] * len(run.counts)) for weekday in range(WEEK)] for run in runs]
    sums = [sum(run.counts) for run in runs]
    shares = [1.0] * WEEK
    for _ in range(ROUNDS):
        levels = [total / (sum(map(mul, found, shares)) or 1.0) for total, found in zip(sums, days, strict=True)]
        expected = [sum(map(mul, levels, of_weekday)) for of_weekday in zip(*days, strict=True)]
        shares = [c / e if e else 1.0 for c, e in zip(counted, expected, strict=True)]
        mean = fmean(shares) or 1.0
        shares = [share / mean for share in shares]
    # A weekday on which nothing ever came is as good as one on which next to nothing came.
    return [max(share, 1e-6) for share in shares]


def _residuals(run: Run, shares: Sequence[float]) -> list[float]:
    """Pearson's: what came less what was expected, by the square root of that."""
    weights = [shares[run.weekday(place)] for place in range(len(run.counts))]
    level = sum(run.counts) / sum(weights) if weights else 0.0
    expected = [level * weight for weight in weights]
    return [(c - e) / math.sqrt(e) if e > 0 else 0.0 for c, e in zip(run.counts, expected, strict=True)]


def _lasting(rests: Sequence[Sequence[float]]) -> float:
    """The correlation of a day with the one before, 0 to STRONGEST, freed of its bias in short runs (Kendall 1954)."""
    together = sum(a * b for run in rests for a, b in itertools.pairwise(run))
    pairs = sum(max(len(run) - 1, 0) for run in rests)
    squares = sum(rest * rest for run in rests for rest in run)
    days = sum(len(run) for run in rests)
    if not pairs or not squares:
        return 0.0
    found = (together / pairs) / (squares / days)
    long = days / len(rests)
    return min(max(found + (1 + 3 * found) / long, 0.0), STRONGEST)


def _fewer(days: int, lasting: float) -> float:
    """How many times the variance of a mean grows where days resemble the ones before."""
    return 1 + 2 * sum((1 - lag / days) * lasting**lag for lag in range(1, days))


def _of_shares(now: Run, before: Run, runs: Sequence[Run]) -> float:
    """What not knowing the weekdays' shares exactly adds: nothing where both periods have the same weekdays."""
    added = 0.0
    for weekday in range(WEEK):
        known = HALF + sum(run.of(weekday, run.counts) for run in runs)
        parts = [run.of(weekday, [1] * len(run.counts)) / len(run.counts) for run in (now, before)]
        added += (parts[0] - parts[1]) ** 2 / known
    return added


def _interval(middle: float, variance: float, freedom: float) -> Change:
    margin = min(_students_t(max(freedom, LEAST_FREEDOM)) * math.sqrt(variance), WIDEST)
    return Change(math.exp(middle), math.exp(middle - margin), math.exp(middle + margin))


def _students_t(freedom: float) -> float:
    """The two-sided quantile of Student's t (Abramowitz and Stegun 1964, 26.7.5); to 0.005 from six degrees on."""
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3
