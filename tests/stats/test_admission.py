"""The bound on the distinct values of a day, for the past."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats.admission import Admission
from consentkit.stats.model import OTHER

CAME = st.lists(
    st.tuples(st.integers(0, 2), st.dictionaries(st.sampled_from(["a", "b", "c", "d", "e", OTHER, "\n"]), st.just(1))),
    max_size=12,
)


@given(CAME, st.integers(1, 8))
def test_the_first_values_of_a_day_are_told_apart(came: list[tuple[int, dict[str, int]]], most: int) -> None:
    """The others, and a control character always, count as `(other)`, which needs no room; nothing is lost."""
    admission = Admission(most)
    admitted: dict[int, list[str]] = {}
    for day, sums in sorted(came, key=lambda one: one[0]):
        first = admitted.setdefault(day, [])
        first += [value for value in sums if value not in first and value not in (OTHER, "\n")]
        del first[most:]
        expected = Counter(value if value in first else OTHER for value in sums)
        found = admission.within({("page", "views"): sums}, f"day {day}") if sums else {}
        assert +expected == Counter(found.get(("page", "views"), {}))


def test_metrics_of_a_breakdown_share_its_room() -> None:
    """A value that has been told apart for one metric is for all."""
    counts = {("page", "views"): {"/a": 2, "/b": 1}, ("page", "visits"): {"/b": 1, "/a": 1}}
    expected = {("page", "views"): {"/a": 2, OTHER: 1}, ("page", "visits"): {"/a": 1, OTHER: 1}}
    assert expected == Admission(1).within(counts, "day")
