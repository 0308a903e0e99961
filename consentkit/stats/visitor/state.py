"""What a visitor carries from view to view, and what each view adds to the counts: a pure step over values.

Everything that other tools keep in a table of sessions follows from increments: a second page in a visit makes it an
engaged one, a visit that gets past 30 seconds adds one to that threshold, a visitor who was not here yet this week adds
one to this week's. So the counts of any number of workers add up, and a forged or replayed state adds no more than one
honest view could.
"""

from bisect import bisect_right
from datetime import date, timedelta
from typing import NamedTuple

PAGES = (2, 3, 5, 10)
"""Pages that a visit reaches."""
SECONDS = (10, 30, 60, 180, 600, 1800)
"""Seconds that a visit reaches, between its first view and its last."""
IDLE = 1800
"""Seconds after which a view tells no longer how long the visit went on, nor that its entry is shown again."""
STEP = 10
"""Seconds: how coarsely the state keeps time."""
LONGEST = 6 * 3600
"""Seconds; a visit's clock stops there."""
LIFE_MONTHS = 13
"""From the month of the first visit; visits do not extend it (CNIL deliberation 2020-092 art. 5; rule C23)."""
MOST_GOALS = 16
MOST_FUNNELS = 4
MOST_STEPS = 15


class Source(NamedTuple):
    """Where a visit came from, in values that many share: channel, campaign, and the page it began with."""

    channel: str
    campaign: str
    entry: str


class View(NamedTuple):
    """A page view as the state needs it.

    `now` in epoch seconds, `day` in the site's time zone; `begins` says that it comes from elsewhere and so begins a
    visit, whose source is `source`; `goals` are the numbers of the goals it reached, `steps` for each funnel the number
    of the step that this view is, 0 if it is none; `reloads`: its browser marked it as a reload.
    """

    now: float
    day: date
    begins: bool
    source: Source
    goals: tuple[int, ...] = ()
    steps: tuple[int, ...] = ()
    reloads: bool = False


class State(NamedTuple):
    """What the cookie carries.

    `expires` is the first day of the month in which it ends; `seen` the day of the last view; `begun` and `last` the
    visit's first and last view in steps of 10 seconds since the epoch; `pages` so far, at most 10; `reached` how many
    of SECONDS were; `goals` a bit per goal reached in this visit; `steps` the step reached of each funnel.
    """

    expires: date
    seen: date
    begun: int
    last: int
    pages: int
    reached: int
    source: Source
    goals: int = 0
    steps: tuple[int, ...] = ()


class Marks(NamedTuple):
    """What one view adds to the counts of those who agreed, each at most once.

    `visit`: a visit begins; `new` holds of "day", "week", "month", "ever" those in which the visitor was not here yet;
    `engaged`: it is a visit's second page; `pages` and `seconds` the thresholds that it gets past; `goals` and `steps`
    (funnel, step) what is reached for the first time in the visit.
    """

    visit: bool
    new: tuple[str, ...]
    engaged: bool
    pages: tuple[int, ...]
    seconds: tuple[int, ...]
    goals: tuple[int, ...]
    steps: tuple[tuple[int, int], ...]


class Carried(NamedTuple):
    """What one view adds, and how the visit that it belongs to began."""

    marks: Marks
    source: Source


def advance(state: State | None, view: View) -> tuple[State, Marks]:
    """The state after a view, and what the view adds. A state that has ended, or is of another day to come, is none."""
    before = state if state is not None and _holds(state, view) else None
    now = int(view.now) // STEP
    again = before is not None and _shows_again(before, view, now)
    visit = before is None or (view.begins and not again)
    new = _new(before, view.day)
    if before is None or visit:
        begun = State(
            expires=before.expires if before else expiry(view.day),
            seen=view.day, begun=now, last=now, pages=0, reached=0, source=view.source,
        )  # fmt: skip
    else:
        begun = before
    after = _in_visit(begun, view, now, 0 if again else 1)
    marks = Marks(
        visit=visit,
        new=new,
        engaged=after.pages == 2 and begun.pages == 1,
        pages=tuple(count for count in PAGES if begun.pages < count <= after.pages),
        seconds=SECONDS[begun.reached : after.reached],
        goals=() if after.goals == begun.goals else _new_goals(after.goals & ~begun.goals),
        steps=tuple(
            (funnel, step) for funnel, step in enumerate(after.steps) if step != _step(begun.steps, funnel)
        ),
    )  # fmt: skip
    return after, marks


def _new_goals(bits: int) -> tuple[int, ...]:
    return tuple(goal for goal in range(MOST_GOALS) if bits & 1 << goal)


def expiry(day: date) -> date:
    """The first day of the month in which the state of somebody who comes for the first time ends."""
    months = day.year * 12 + day.month - 1 + LIFE_MONTHS
    return date(months // 12, months % 12 + 1, 1)


def seconds_left(state: State, today: date) -> int:
    """How long the cookie may live still."""
    return max(0, (state.expires - today).days) * 86_400


def _holds(state: State, view: View) -> bool:
    # A day of grace for servers whose clocks differ.
    return view.day < state.expires <= expiry(view.day) and state.seen <= view.day + timedelta(days=1)


def _shows_again(state: State, view: View, now: int) -> bool:
    """Whether a view is the visit's entry once more: reloaded, or come back to without a cache.

    Firefox repeats for both what it said of the entry, so only who carries the state can be told from who comes anew.
    """
    if not view.begins and not view.reloads:
        return False
    return view.source == state.source and 0 <= (now - state.last) * STEP <= IDLE


def _in_visit(state: State, view: View, now: int, pages: int) -> State:
    """The state with one more view of its visit, which shows so many pages more."""
    passed = now - state.last
    counts = 0 <= passed * STEP <= IDLE
    elapsed = min((now - state.begun) * STEP, LONGEST) if counts else 0
    reached = max(state.reached, bisect_right(SECONDS, elapsed))
    goals = state.goals
    for goal in view.goals:
        goals |= 1 << goal if 0 <= goal < MOST_GOALS else 0
    # What passed while the visitor was away is no time on the site: the clock goes on from here.
    begun = state.begun if counts else now - max(0, min(state.last - state.begun, LONGEST // STEP))
    return State(
        state.expires, max(state.seen, view.day), begun, now, min(state.pages + pages, PAGES[-1]), reached,
        state.source, goals, _steps(state.steps, view.steps) if view.steps else state.steps,
    )  # fmt: skip


def _steps(before: tuple[int, ...], now: tuple[int, ...]) -> tuple[int, ...]:
    """The step reached of each funnel: one moves on only to the step after the one reached."""
    return (
        tuple(
            step if step == _step(before, funnel) + 1 else _step(before, funnel)
            for funnel, step in enumerate(now[:MOST_FUNNELS])
        )
        or before
    )


def _step(steps: tuple[int, ...], funnel: int) -> int:
    return steps[funnel] if funnel < len(steps) else 0


def _new(before: State | None, day: date) -> tuple[str, ...]:
    """The periods, of the site's calendar with weeks from Monday, in which the visitor was not here yet."""
    if before is None:
        return ("day", "week", "month", "ever")
    seen = before.seen
    if day == seen:
        return ()
    is_new = {
        "day": day > seen,
        "week": day.isocalendar()[:2] > seen.isocalendar()[:2],
        "month": (day.year, day.month) > (seen.year, seen.month),
    }
    return tuple(name for name, new in is_new.items() if new)
