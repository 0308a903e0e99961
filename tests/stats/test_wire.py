"""Releases as texts."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats.model import Gap, Proof, Published, Release
from consentkit.stats.stores.wire import dumped, loaded

NAMES = st.sampled_from(["page", "views", "visits", "", "served", "(other)", 'a "b" \\ é × 漢'])
NUMBERS = st.integers(0, 1 << 60)
PUBLISHED = st.dictionaries(NAMES, st.builds(Published, NUMBERS, NUMBERS, NUMBERS))
COUNTS = st.dictionaries(st.tuples(NAMES, NAMES), PUBLISHED)
LOADS = st.dictionaries(st.tuples(NAMES, NAMES), st.dictionaries(NAMES, NUMBERS))
PROOFS = st.dictionaries(st.tuples(NAMES, NUMBERS), st.builds(Proof, NUMBERS, NUMBERS, NUMBERS))
TOTALS = st.dictionaries(st.tuples(NAMES, NAMES), NUMBERS).map(Counter)
GAPS = st.lists(st.builds(Gap, NAMES, NAMES, NAMES, NUMBERS))


@given(st.builds(Release, st.just("2026-11-23"), COUNTS, PROOFS, TOTALS, LOADS, GAPS))
def test_a_release_comes_back_as_it_was(release: Release) -> None:
    """Whatever texts and figures it holds."""
    assert release == loaded(dumped(release))
