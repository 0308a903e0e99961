"""Goals as the sink's totals tell them: each has a total of its own, which leaves with every release and is exact.

So three enquiries a week are seen as three, where cells of the breakdown would wait until k have gathered.
"""

from datetime import date

from consentkit.stats.stores.sqlite import Ask

_GOALS = """
    SELECT day, substr(metric, length('goal:') + 1) AS goal, count FROM totals
    WHERE metric LIKE 'goal:%' AND day BETWEEN :first AND :last
"""
_LISTED = f"SELECT goal, sum(count) AS events FROM ({_GOALS}) WHERE goal LIKE :search ESCAPE '\\' GROUP BY goal"  # noqa: S608
_TOP = f"{_LISTED} ORDER BY events DESC, goal LIMIT :limit OFFSET :offset"
_HOW_MANY = f"SELECT count(*) FROM ({_LISTED})"  # noqa: S608
_BY_DAY = f"{_GOALS} ORDER BY day, goal"

Period = tuple[date, date]
"""First and last day."""


def top(ask: Ask, period: Period, like: str, limit: int | None, offset: int) -> list[tuple[str, int]]:
    """The goals whose names are `like` a pattern, and how often each was reached, most often first."""
    return ask(_TOP, {**_within(period), "search": like, "limit": -1 if limit is None else limit, "offset": offset})


def how_many(ask: Ask, period: Period, like: str) -> int:
    """How many goals whose names are `like` a pattern were reached."""
    rows = ask(_HOW_MANY, {**_within(period), "search": like})
    return int(rows[0][0]) if rows else 0


def by_day(ask: Ask, period: Period) -> list[tuple[str, str, int]]:
    """How often goals were reached, as (day, goal, count)."""
    return ask(_BY_DAY, _within(period))


def _within(period: Period) -> dict[str, object]:
    return {"first": period[0].isoformat(), "last": period[1].isoformat()}
