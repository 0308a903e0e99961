"""The most requests at once, by workers that are each looked at in moments of their own."""

import random

from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats.peaks import LONGEST, Peaks
from tests.stats.observations import a_tally

NOON = 1_795_435_200
"""2026-11-23 12:00 UTC."""


def seconds_of(load):
    """A load's figures by the second of the minute."""
    return {int(cell.begin[17:19]): count for cell, count in load.items()}


def test_what_was_seen_counts_for_each_second_that_it_may_have_been_in():
    """A look in the middle of a second is of two seconds; the one that runs is not written yet."""
    peaks = Peaks()
    peaks.note(3, NOON + 1.5)
    peaks.note(7, NOON + 2.5)
    assert {0: 3, 1: 7} == seconds_of(peaks.take(NOON + 2.5))
    peaks.note(1, NOON + 3.5)
    assert {2: 7} == seconds_of(peaks.take(NOON + 3.5))
    assert {3: 1} == seconds_of(peaks.take(NOON + 4.5))


def test_idle_seconds_say_nothing_and_a_long_silence_is_bounded():
    """A worker that writes nothing for hours keeps two minutes; a clock that is set back does no harm."""
    peaks = Peaks()
    for second in range(1000):
        peaks.note(1, NOON + second)
    assert len(peaks._by_second) <= LONGEST
    peaks.note(2, NOON + 100_000)
    assert len(peaks._by_second) <= LONGEST
    peaks.note(2, NOON - 5)
    assert 2 == peaks.take(NOON + 100_001).most_common(1)[0][1]
    peaks.note(0, NOON + 100_002)
    assert not peaks.take(NOON + 100_010)


@given(st.integers(0, 2**32), st.integers(1, 4))
def test_workers_add_up_to_no_less_than_was_true_in_any_second(seed, workers):
    """Requests of 10 ms to 3 s over three workers whose looks are out of step, and late at times."""
    chance = random.Random(seed)
    events, looks = [], []
    for worker in range(workers):
        for _ in range(30):
            begin = NOON + chance.uniform(0.0, 8.0)
            events += [(begin, worker, "began"), (begin + chance.uniform(0.01, 3.0), worker, "ended")]
        at = NOON - 1 + chance.random()
        while at < NOON + 14:
            looks.append((at, worker, "look"))
            at += 1 + chance.random() * chance.choice((0.05, 1.5))
    tallies, peaks = [a_tally() for _ in range(workers)], [Peaks() for _ in range(workers)]
    running, true, told = 0, {}, {}
    for at, worker, what in sorted(events + looks):
        if what == "look":
            peaks[worker].note(tallies[worker].take_most(), at)
            for second, most in seconds_of(peaks[worker].take(at)).items():
                told[second] = told.get(second, 0) + most
        else:
            getattr(tallies[worker], what)()
            running += 1 if what == "began" else -1
            second = int(at) - NOON
            true[second] = max(true.get(second, 0), running)
    assert all(told.get(second, 0) >= most for second, most in true.items() if second < 11)
