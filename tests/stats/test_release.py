"""The release rule: what holds for every sequence of batches and releases."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats.model import OTHER, Cell, Counts, Increments, Proof, Published
from consentkit.stats.release import Decision, Rule, as_release, fresh_events
from consentkit.stats.release import decide as decide_held
from tests.support.parts import Waiting, held_of, parts_of

K = 5
PATIENCE = 31
TODAY = "2026-11-23"
PAGE_A = Cell("page", "/a", "views")
PAGE_B = Cell("page", "/b", "views")
OTHER_PAGE = Cell("page", OTHER, "views")


ENOUGH = {("page", metric): {"/c": 3, "/d": 3, "/e": 2, "/f": 1} for metric in ("views", "visits")}
"""What waits of other pages, so that nothing need be kept back of those that leave."""


@dataclass
class Decided:
    """A decision, told by cells and parts."""

    published: dict[Cell, int]
    waiting: Counter[Waiting]
    consumed: dict[str, int]


def decide(waiting: Mapping[Waiting, int], fresh: Mapping[str, int], today: str = TODAY) -> Decided:
    """The rule's decision on a day, when nothing was shown before."""
    held = held_of(waiting)
    decision = decide_held(held, fresh, shown={}, threshold=K, today=today, patience_days=PATIENCE)
    assert held == held_of(waiting)
    return Decided(dict(Increments(decision.published).cells), parts_of(decision.waiting), decision.consumed)


def decided(waiting: dict[Waiting, int], fresh: dict[str, int], others: Counts = ENOUGH) -> Decided:
    """The rule's decision today, but for what waits of `others`, which are too few to leave and came today."""
    rest = Increments(others).cells
    found = decide({**waiting, **{Waiting(cell, TODAY): count for cell, count in rest.items()}}, fresh)
    for cell in rest:
        del found.waiting[Waiting(cell, TODAY)]
    return found


def test_a_cell_leaves_when_enough_wait_and_enough_are_fresh():
    """Only the cell that gathered the threshold leaves, whole; the other waits on."""
    decision = decided({Waiting(PAGE_A, TODAY): 6, Waiting(PAGE_B, TODAY): 4}, {"views": 10})
    assert decision.published == {PAGE_A: 6}
    assert decision.waiting == {Waiting(PAGE_B, TODAY): 4}
    assert decision.consumed == {"views": 10}


def test_nothing_leaves_without_enough_fresh_events():
    """However many wait: a release of fewer than k new events would show which one set it off."""
    decision = decided({Waiting(PAGE_A, TODAY): 50}, {"views": K - 1})
    assert decision.published == {}
    assert decision.waiting == {Waiting(PAGE_A, TODAY): 50}
    assert decision.consumed == {}


def test_metrics_are_judged_apart():
    """Many fresh views do not let visits leave."""
    visits = Cell("page", "/a", "visits")
    decision = decided({Waiting(PAGE_A, TODAY): 9, Waiting(visits, TODAY): 9}, {"views": 9, "visits": K - 1})
    assert decision.published == {PAGE_A: 9}
    assert decision.consumed == {"views": 9}


def test_parts_of_several_days_gather():
    """What came on different days leaves together."""
    decision = decided({Waiting(PAGE_A, "2026-11-01"): 3, Waiting(PAGE_A, TODAY): 2}, {"views": K})
    assert decision.published == {PAGE_A: 5}


def test_what_a_cell_keeps_back_is_the_newest():
    """The oldest leave first, so that nothing waits longer than what came before it."""
    decision = decided({Waiting(PAGE_A, "2026-11-01"): 6, Waiting(PAGE_A, TODAY): 3}, {"views": 9}, others={})
    assert decision.published == {}
    waiting = {Waiting(PAGE_A, "2026-11-01"): 8, Waiting(PAGE_A, "2026-11-20"): 1, Waiting(PAGE_A, TODAY): 3}
    decision = decided(waiting, {"views": 12}, others={("page", "views"): {"/c": 1}})
    assert decision.published == {PAGE_A: 8}
    assert decision.waiting == {Waiting(PAGE_A, "2026-11-20"): 1, Waiting(PAGE_A, TODAY): 3}


def test_a_cell_that_is_kept_whole_keeps_its_name_while_events_come():
    """However old the first are: it has gathered enough, and leaves when it may."""
    waiting = {Waiting(PAGE_A, "2026-01-01"): 8, Waiting(PAGE_A, "2026-10-23"): 1}
    assert decided(waiting, {"views": 9}, others={}).waiting == waiting
    assert decided(waiting, {"views": 9}, others={("page", "views"): {"/c": 1}}).published == {PAGE_A: 5}


def test_what_is_kept_of_a_value_that_comes_no_more_joins_other():
    """It would be held by its name for ever, as the only campaign is that a site ever had; it leaves if it may."""
    waiting = {Waiting(PAGE_A, "2026-01-01"): 8, Waiting(PAGE_A, "2026-10-22"): 1, Waiting(OTHER_PAGE, "2026-01-01"): 1}
    assert decided(waiting, {"views": 9}).published == {PAGE_A: 9}
    decision = decided(waiting, {"views": 9}, others={})
    assert decision.published == {PAGE_A: 5}
    assert decision.waiting == {Waiting(OTHER_PAGE, "2026-01-01"): 4, Waiting(OTHER_PAGE, "2026-10-22"): 1}


def test_what_is_moved_to_other_hides_what_leaves():
    """What waits in it is of one of many values."""
    waiting = {Waiting(PAGE_A, TODAY): 7, Waiting(PAGE_B, "2026-01-01"): 2}
    decision = decided(waiting, {"views": 9}, others={("page", "views"): {"/c": 1}})
    assert decision.published == {PAGE_A: 5}
    assert decision.waiting == {Waiting(PAGE_A, TODAY): 2, Waiting(OTHER_PAGE, "2026-01-01"): 2}


def test_what_waited_too_long_joins_other():
    """A part older than the patience moves, one of exactly that age does not."""
    decision = decided(
        {Waiting(PAGE_A, "2026-10-22"): 2, Waiting(PAGE_A, "2026-10-23"): 1, Waiting(PAGE_B, "2026-10-01"): 1}, {}
    )
    assert decision.waiting == {
        Waiting(OTHER_PAGE, "2026-10-22"): 2,
        Waiting(PAGE_A, "2026-10-23"): 1,
        Waiting(OTHER_PAGE, "2026-10-01"): 1,
    }


def test_other_leaves_under_the_same_rule():
    """`(other)` leaves with what just joined it, when it has gathered enough."""
    waiting = {Waiting(PAGE_A, "2026-10-01"): 2, Waiting(OTHER_PAGE, "2026-09-01"): 3}
    assert decided(waiting, {"views": K}).published == {OTHER_PAGE: 5}
    assert decided(waiting, {"views": K - 1}).published == {}


def test_other_never_ages_away():
    """`(other)` waits for as long as it takes."""
    waiting = {Waiting(OTHER_PAGE, "2020-01-01"): 4}
    assert decided(waiting, {"views": 99}).waiting == waiting


def test_a_cell_that_gathered_enough_does_not_age():
    """It waits for fresh events of others only, and keeps its name."""
    waiting = {Waiting(PAGE_A, "2026-01-01"): K}
    assert decided(waiting, {"views": 1}).waiting == waiting


def test_fresh_events_are_counted_once_not_once_per_breakdown():
    """A view is one fresh event although it adds to eight breakdowns; metrics without cells are not listed."""
    increments = Increments(totals=Counter({("2026-11-22", "views"): 1, (TODAY, "views"): 2, (TODAY, "bytes"): 900}))
    for cell, count in ((PAGE_A, 2), (PAGE_B, 1), (Cell("country", "NL", "views"), 3)):
        increments.add(cell, count)
    assert fresh_events(increments) == {"views": 3}


def test_a_release_carries_its_proof():
    """Each cell is one increment, each metric one release of its fresh events."""
    decision = Decision({("page", "views"): {"/a": 6}}, {}, {"views": 8})
    release = as_release(decision, day=TODAY, threshold=K, totals=Counter(), load={})
    assert release.cells == {PAGE_A: Published(6, 1, 6)}
    assert release.proofs == {("views", K): Proof(1, 8, 8)}


def test_releases_of_a_day_merge():
    """Counts add up, the smallest stays the smallest."""
    first = as_release(
        Decision({("page", "views"): {"/a": 6}}, {}, {"views": 8}),
        day=TODAY,
        threshold=K,
        totals=Counter(a=1),
        load={},
    )
    second = as_release(
        Decision({("page", "views"): {"/a": 5}}, {}, {"views": 9}),
        day=TODAY,
        threshold=K,
        totals=Counter(a=2),
        load={},
    )
    first.merge(second)
    assert first.cells == {PAGE_A: Published(11, 2, 5)}
    assert first.proofs == {("views", K): Proof(2, 17, 8)}
    assert first.totals == {"a": 3}


def test_the_day_is_the_sites_own():
    """At 23:30 UTC it is the next day in Amsterdam."""
    rule = Rule(K, PATIENCE, ZoneInfo("Europe/Amsterdam"))
    assert rule.day(1795563000.0) == "2026-11-25"


# What holds for every history.

PAGES = ["/a", "/b", "/c", "/d", OTHER]
EVENTS = st.lists(
    st.tuples(st.sampled_from(PAGES), st.sampled_from(["NL", "ES"]), st.booleans()),
    max_size=12,
)
STEPS = st.lists(st.one_of(EVENTS, st.integers(0, 20)), max_size=30)
"""Batches of events (page, country, begins a visit), and releases, each so many days after the step before."""


def batch_of(events: list[tuple[str, str, bool]], day: str) -> Increments:
    """The increments of a batch of views, some of which begin a visit."""
    increments = Increments()
    for page, country, visit in events:
        for metric in ("views", "visits") if visit else ("views",):
            increments.add(Cell("page", page, metric), 1)
            increments.add(Cell("country", country, metric), 1)
            increments.totals[day, metric] += 1
    return increments


@dataclass
class World:
    """A private store and a sink as plain values."""

    day: date = date(2026, 1, 1)
    waiting: Counter[Waiting] = field(default_factory=Counter)
    fresh: Counter[str] = field(default_factory=Counter)
    counted: Counter[tuple[str, str]] = field(default_factory=Counter)
    published: Counter[Cell] = field(default_factory=Counter)

    def apply(self, increments: Increments) -> None:
        """Take a batch in."""
        for cell, count in increments.cells.items():
            self.waiting[Waiting(cell, self.day.isoformat())] += count
            self.counted[cell.breakdown, cell.metric] += count
        self.fresh.update(fresh_events(increments))

    def release(self) -> Decided:
        """Apply the rule, and check that the sink only moves as it may."""
        decision = decide(self.waiting, self.fresh, self.day.isoformat())
        self.published.update(decision.published)
        self.waiting = decision.waiting.copy()
        for metric in decision.consumed:
            del self.fresh[metric]
        return decision

    def accounted(self) -> Counter[tuple[str, str]]:
        """Published and waiting events by (breakdown, metric)."""
        sums: Counter[tuple[str, str]] = Counter()
        for cell, count in self.published.items():
            sums[cell.breakdown, cell.metric] += count
        for part, count in self.waiting.items():
            sums[part.cell.breakdown, part.cell.metric] += count
        return sums


@dataclass
class Moment:
    """One moment of release: when, what was decided, and what was fresh before it."""

    day: date
    decision: Decided
    fresh: Counter[str]


def played(steps: list[list[tuple[str, str, bool]] | int]) -> list[Moment]:
    """The releases of a history, in which every event is accounted for at every step."""
    world, moments = World(), []
    for step in steps:
        if isinstance(step, int):
            world.day += timedelta(days=step)
            fresh = world.fresh.copy()
            moments.append(Moment(world.day, world.release(), fresh))
        else:
            world.apply(batch_of(step, world.day.isoformat()))
        assert world.accounted() == world.counted
    return moments


@given(STEPS)
def test_every_event_is_in_exactly_one_place_at_every_step(steps):
    """Published and waiting events add up to the counted ones after each apply and each release."""
    moments = played(steps)  # which compares the sums after every step
    assert all(moment.decision.waiting.total() >= 0 for moment in moments)


@given(STEPS)
def test_every_increment_is_at_least_k(steps):
    """So two successive readings of a cell, `(other)` included, never differ by 1…k−1."""
    for moment in played(steps):
        assert all(count >= K for count in moment.decision.published.values())


@given(STEPS)
def test_no_metric_is_released_with_fewer_than_k_fresh_events(steps):
    """What leaves is of metrics that had k fresh events, and these are fresh no longer."""
    for moment in played(steps):
        consumed = moment.decision.consumed
        assert {cell.metric for cell in moment.decision.published} <= set(consumed)
        assert all(moment.fresh[metric] >= K and moment.fresh[metric] == n for metric, n in consumed.items())


@given(STEPS)
def test_of_what_was_ever_shown_at_least_k_wait(steps):
    """So pages, or countries, never show more than the total less k, of views as of visits."""
    shown: set[tuple[str, str]] = set()
    for moment in played(steps):
        shown |= {(cell.breakdown, cell.metric) for cell in moment.decision.published}
        waits = Counter((part.cell.breakdown, part.cell.metric) for part in moment.decision.waiting.elements())
        assert all(waits[series] >= K for series in shown)


@given(STEPS)
def test_what_waits_after_a_release_had_to_wait(steps):
    """It is of a metric without fresh events, or kept back (until the next moment, what is older than patience), less
    than k for each page that there is, or is fewer than k and, unless in `(other)`, not older than patience."""
    for moment in played(steps):
        gathered: Counter[Cell] = Counter()
        for part, count in moment.decision.waiting.items():
            gathered[part.cell] += count
        before = (moment.day - timedelta(days=PATIENCE)).isoformat()
        for part in moment.decision.waiting:
            if gathered[part.cell] >= K:
                assert part.cell.metric not in moment.decision.consumed or gathered[part.cell] < len(PAGES) * K
            else:
                kept = part.cell in moment.decision.published
                assert part.cell.value == OTHER or part.day >= before or kept


@given(st.lists(EVENTS, max_size=12), st.randoms(use_true_random=False), st.integers(1, 5))
def test_order_and_grouping_of_batches_do_not_matter(batches, random, groups):
    """The same batches, shuffled and merged at will, are released alike."""
    straight, shuffled = World(), World()
    for events in batches:
        straight.apply(batch_of(events, "2026-01-01"))
    order = batches.copy()
    random.shuffle(order)
    for start in range(0, len(order), groups):
        merged = Increments()
        for events in order[start : start + groups]:
            merged.merge(batch_of(events, "2026-01-01"))
        shuffled.apply(merged)
    assert straight.release() == shuffled.release()
    assert straight == shuffled
