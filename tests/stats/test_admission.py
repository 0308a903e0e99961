"""The bound on the distinct values of a day, for the past."""

from collections import Counter, defaultdict

from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats.admission import Admission
from consentkit.stats.model import OTHER, Cell

DAY = 1440
CAME = st.lists(st.tuples(st.integers(0, 3 * DAY - 1), st.sampled_from("abcdef\n")), min_size=1, max_size=40)


def a_cell(value: str) -> Cell:
    """A cell of the one breakdown of these tests."""
    return Cell("page", value, "views")


@given(CAME, st.integers(1, 8))
def test_days_at_once_are_bounded_as_event_after_event(came: list[tuple[int, str]], most: int) -> None:
    """Those that came first on a day are admitted, in whatever lists their minutes are, a control character never."""
    came.sort(key=lambda one: one[0])
    stepwise, at_once = Admission(most), Admission(most)
    expected = Counter((stepwise.within(a_cell(value), f"day {minute // DAY}"), minute) for minute, value in came)
    found: Counter[tuple[Cell, int]] = Counter()
    half = len(came) // 2
    for some in (came[:half], came[half:]):
        runs = defaultdict(list)
        for minute, value in some:
            runs[a_cell(value)].append([minute])
        if some:
            begins = [(day * DAY, f"day {day}") for day in range(some[0][0] // DAY, some[-1][0] // DAY + 1)]
            within = at_once.within_days(runs, begins)
            found.update((cell, minute) for cell, lists in within.items() for minutes in lists for minute in minutes)
    # Of two that came in the same minute either may be the first.
    if len({minute for minute, _ in came}) == len(came):
        assert expected == found
    assert Counter(minute for _, minute in expected.elements()) == Counter(minute for _, minute in found.elements())


def test_other_needs_no_room() -> None:
    """It is admitted always, and takes no place of a value."""
    admission = Admission(1)
    cells = [admission.within(a_cell(value), "day") for value in (OTHER, "a", "b", OTHER)]
    assert [a_cell(value) for value in (OTHER, "a", OTHER, OTHER)] == cells
