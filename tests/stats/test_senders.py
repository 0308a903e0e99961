"""Who sends what: what is kept of senders."""

from consentkit.stats.senders import MOST_SENDERS, Hosts, Senders
from consentkit.traits import LONGEST_VALUES, SHARED, traits_of


def test_made_up_headers_fill_a_bounded_table() -> None:
    """Of long ones nothing is kept: a flood of them took 48 MB, cut as they were."""
    senders = Senders(Hosts(["www.example.com"]))
    for number in range(100):
        text = b"%d " % number + b"x" * 5000
        assert senders.of(traits_of(dict.fromkeys(SHARED, text))).agent.is_told
    assert (0, 0) == (len(senders._known), len(senders._before))
    for number in range(MOST_SENDERS + 100):
        senders.of(traits_of({b"host": b"%d" % number}))
    kept = [*senders._known, *senders._before]
    assert MOST_SENDERS // 2 < len(kept) <= MOST_SENDERS
    assert all(sum(map(len, traits.headers.values())) <= LONGEST_VALUES for traits in kept)
