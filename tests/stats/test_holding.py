"""What is shown in parts shows at least k events fewer than its whole."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats.breakdowns import crossed
from consentkit.stats.holding import Family, families_of, kept_back
from consentkit.stats.model import OTHER, Cell, Increments

K = 5


def device(value: str) -> Cell:
    """A cell of views by device."""
    return Cell("device", value, "views")


def kept(leaving: dict[Cell, int], waiting: dict[Cell, int] | None = None) -> dict[Cell, int]:
    """What stays of what may leave."""
    may_leave, stays = Increments(), Increments()
    for increments, cells in ((may_leave, leaving), (stays, waiting or {})):
        for cell, count in cells.items():
            increments.add(cell, count)
    return dict(Increments(kept_back(may_leave.counts, stays.counts, threshold=K)).cells)


def test_the_largest_cell_keeps_what_is_missing():
    """Three wait of one value: two of another stay, so that the five that are left may be of either."""
    assert kept({device("desktop"): 20, device("mobile"): 8}, {device("tablet"): 3}) == {device("desktop"): 2}


def test_nothing_is_kept_where_enough_wait():
    """Of several values together."""
    waiting = {device("tablet"): 2, device("console"): 2, device("television"): 1}
    assert kept({device("desktop"): 20}, waiting) == {}


def test_as_many_stay_where_nothing_else_waits():
    """That nothing waits is not told either: it would tell that somebody came when something does."""
    assert kept({device("desktop"): 20}) == {device("desktop"): 5}


def test_a_cell_of_which_too_few_would_leave_stays_whole():
    """The threshold holds for what leaves, too; what the next cell has is not needed then."""
    assert kept({device("desktop"): 9, device("mobile"): 8}) == {device("desktop"): 9}


def test_two_values_of_which_some_must_wait_of_each_wait_as_if_it_were_one():
    """At most four wait of each of two: six are of both for certain, nine may be four of either and what is kept."""
    tablet, console = device("tablet"), device("console")
    assert kept({device("desktop"): 20}, {tablet: 3, console: 3}) == {device("desktop"): 3}
    assert kept({device("desktop"): 20}, {tablet: 4, console: 0}) == {device("desktop"): 5}
    assert kept({device("desktop"): 20}, {tablet: 0, console: 4}) == {device("desktop"): 5}
    assert kept({device("desktop"): 20}, {tablet: 4, console: 4}) == {device("desktop"): 1}


def test_a_value_that_was_shown_and_of_which_nothing_waits_counts_as_one_that_stays():
    """Six may be of two values of three, so nothing is told of any."""
    waiting = {device("tablet"): 3, device("console"): 3}
    assert kept({device("desktop"): 20}, {**waiting, device("television"): 0}) == {}


def test_of_cells_that_are_as_large_the_first_in_order_keeps():
    """So that any two stores decide alike."""
    both = {device("mobile"): 20, device("desktop"): 20}
    assert kept(both) == {device("desktop"): 5} == kept(dict(reversed(both.items())))


def test_breakdowns_and_metrics_are_families_of_their_own():
    """What waits of a browser, or of visits, hides nothing of a device's views."""
    waiting = {Cell("browser", "Firefox", "views"): 9, Cell("device", "tablet", "visits"): 9}
    assert kept({device("desktop"): 20}, waiting) == {device("desktop"): 5}


def test_goals_keep_nothing():
    """Each has an exact total of its own; what waits of one by device has not."""
    assert kept({Cell("goal", "contact", "goals"): 6}) == {}
    assert kept({Cell("device", "mobile", "goals"): 12, Cell("goal", "contact", "conversions"): 12}) == {
        Cell("device", "mobile", "goals"): 5,
        Cell("goal", "contact", "conversions"): 5,
    }


def test_parts_of_a_value_keep_what_waits_of_it_besides():
    """Two more of the country wait and are not shown of it yet: its regions show five fewer than it does."""
    region, country = Cell("region", "NL-NH", "views"), Cell("country", "NL", "views")
    others = {Cell("region", "BE-VBR", "views"): 50}
    assert kept({region: 20}, {**others, country: 2}) == {region: 7}
    assert kept({region: 20}, {**others, country: 2, Cell("region", "NL-UT", "views"): 4}) == {region: 3}


def test_a_whole_that_keeps_something_is_settled_before_its_parts():
    """What the country keeps its region keeps as well, and five more."""
    region, country = Cell("region", "NL-NH", "views"), Cell("country", "NL", "views")
    assert kept({region: 40, country: 40}) == {country: 5, region: 10}


def test_rows_and_columns_of_a_crossing_keep_each_for_itself():
    """What waits elsewhere in the crossing hides nothing of the page `/a`."""
    cells = [Cell("page_by_device", crossed(page, name), "views") for page in ("/a", "/b") for name in ("one", "two")]
    first, second, third, fourth = cells
    assert kept({first: 20}, {third: 9, fourth: 9}) == {first: 5}
    assert kept({first: 20, second: 30}, {third: 9, fourth: 9}) == {second: 5}
    assert kept({first: 20, fourth: 30}, {second: 4, third: 4}) == {first: 1, fourth: 1}


def test_a_channel_shows_more_than_its_referrers():
    """Two that are told apart by name alone: who knows that both are search engines learns nothing of either."""
    google, bing = (Cell("referrer", name, "views") for name in ("google.com", "bing.com"))
    search, social = (Cell("channel", name, "views") for name in ("search", "social"))
    enough = {Cell("referrer", "example.org", "views"): 4, Cell("referrer", "t.co", "views"): 4, social: 4}
    assert kept({google: 20}, {**enough, search: 2, bing: 3}) == {google: 4}
    assert kept({google: 20, search: 40}, {**enough, bing: 3}) == {google: 3, search: 1}


def test_the_wholes_of_a_cell():
    """Its breakdown's total, values of other breakdowns, totals of parts."""
    assert families_of(Cell("browser_version", "Firefox 144", "visits")) == [
        ("browser_version", "visits", "", ""),
        ("browser_version", "visits", "browser", "Firefox"),
    ]
    assert families_of(Cell("channel_by_country", "direct × NL", "views"))[1:] == [
        ("channel_by_country", "views", "channel", "direct"),
        ("channel_by_country", "views", "country", "NL"),
    ]
    assert families_of(Cell("referrer", "google.com", "views"))[1:] == [("referrer", "views", "channel", "search")]
    assert families_of(Cell("referrer", "(direct)", "views"))[1:] == [("referrer", "views", "channel", "direct")]
    assert families_of(Cell("reason", "monitor: list", "requests"))[1:] == [("reason", "requests", "", "monitor")]
    for name in ("page_by_device", "browser_version", "referrer"):
        assert families_of(Cell(name, OTHER, "views")) == [(name, "views", "", "")]


# What holds for all counts.

PAGES, COUNTRIES, REGIONS = ("/a", "/b", "/c"), ("NL", "BE"), ("NL-NH", "NL-UT", "BE-VBR")
CELLS = st.sampled_from(
    [
        *(Cell(name, value, metric) for metric in ("views", "visits") for name, values in {
            "page": (*PAGES, OTHER), "country": COUNTRIES, "region": REGIONS,
            "page_by_country": (*(crossed(page, country) for page in PAGES for country in COUNTRIES), OTHER),
        }.items() for value in values),
    ]
)  # fmt: skip
LEAVING = st.dictionaries(CELLS, st.integers(K, 4 * K))
WAITING = st.dictionaries(CELLS, st.integers(1, K - 1))


def sums_of(cells: Counter[Cell]) -> Counter[Family]:
    """Events by family."""
    sums: Counter[Family] = Counter()
    for cell, count in cells.items():
        for family in families_of(cell):
            sums[family] += count
    return sums


@given(LEAVING, WAITING)
def test_what_leaves_in_parts_is_k_fewer_than_its_whole(leaving, waiting):
    """Of each family of which something leaves at least k more stay than of its whole."""
    held = kept(leaving, waiting)
    stays = Counter(waiting) + Counter(held)
    by_family = sums_of(stays)
    for family in sums_of(Counter(leaving) - Counter(held)):
        _, metric, breakdown, value = family
        whole = stays[Cell(breakdown, value, metric)] if breakdown else 0
        assert by_family[family] >= K + whole


@given(LEAVING, WAITING)
def test_at_least_k_leave_of_a_cell_or_none(leaving, waiting):
    """And nothing is kept of what would not leave."""
    for cell, count in kept(leaving, waiting).items():
        assert 0 < count <= leaving[cell]
        assert count == leaving[cell] or leaving[cell] - count >= K


@given(LEAVING, WAITING, st.randoms(use_true_random=False))
def test_the_order_of_cells_makes_no_difference(leaving, waiting, random):
    """So all stores decide alike."""
    some, others = list(leaving.items()), list(waiting.items())
    random.shuffle(some)
    random.shuffle(others)
    assert kept(dict(some), dict(others)) == kept(leaving, waiting)


FEW = st.integers(1, 4).flatmap(lambda values: st.lists(st.integers(0, K - 1), min_size=values, max_size=values))


@given(FEW, st.integers(3 * K, 9 * K))
def test_where_some_must_wait_of_each_as_much_does_as_where_nothing_waits_of_one(few, largest):
    """So what is told of all together tells of none: whichever of them it is, and nobody knows whether it is so."""

    def told(waits):
        waiting = {device(str(number)): count for number, count in enumerate(waits)}
        return sum(waits) + sum(kept({device("desktop"): largest}, waiting).values())

    of_others = (len(few) - 1) * (K - 1)
    if sum(few) > of_others:
        for number in range(len(few)):
            assert told(few) == told([K - 1] * number + [0] + [K - 1] * (len(few) - number - 1))


@given(st.integers(5 * K, 9 * K), st.integers(K, 3 * K), st.lists(st.integers(0, 1), min_size=2, max_size=2))
def test_what_leaves_says_nothing_of_what_waits(largest, other, few):
    """It is the same whichever of the values that wait the same number of events was of, and whether any was."""
    waiting = {device(name): count for name, count in zip(("tablet", "console"), few, strict=True) if count}
    leaving = {device("desktop"): largest - sum(few), device("mobile"): other}
    held = kept(leaving, waiting)
    shown = {cell: count - held.get(cell, 0) for cell, count in leaving.items()}
    assert shown == {device("desktop"): largest - K, device("mobile"): other}
