"""The views of the SQLite sink that spreadsheets and other tools read: one for each breakdown and crossing."""

from collections.abc import Iterator

from consentkit.stats.breakdowns import BREAKDOWNS, TOLD, Crossing

# The names in these statements are our own constants, never input.
# CROSS JOIN: SQLite is to seek each day's part of the table; without statistics it would go through all of it.
_OF_SHOWN = """
    FROM periods p CROSS JOIN series s CROSS JOIN counts c ON c.period = p.id AND c.series = s.id
        CROSS JOIN words v ON v.id = c.value CROSS JOIN words w ON w.id = c.second
    WHERE p.shown AND s.breakdown = '{}'
"""
# How often a goal was reached has a total of its own, so that three enquiries are seen as three here too.
_GOAL_VIEW = f"""CREATE VIEW goal AS
    SELECT day, value, sum(goals) AS goals, sum(conversions) AS conversions FROM (
        SELECT day, substr(metric, length('goal:') + 1) AS value, count AS goals, 0 AS conversions
        FROM totals WHERE metric LIKE 'goal:%'
        UNION ALL SELECT p.name, v.text, 0, c.count {_OF_SHOWN.format("goal")} AND s.metric = 'conversions'
    ) GROUP BY day, value"""  # noqa: S608


def breakdown_views() -> Iterator[str]:
    """The statements that make a view with one column per metric for each breakdown."""
    for breakdown, metrics in BREAKDOWNS.items():
        yield (
            _GOAL_VIEW
            if breakdown == TOLD[0]
            else (
                f"CREATE VIEW {breakdown} AS SELECT p.name AS day, v.text AS value, {_columns(metrics)} "
                f"{_OF_SHOWN.format(breakdown)} GROUP BY p.name, v.text"
            )
        )


def crossing_view(crossing: Crossing) -> str:
    """The statement that makes a view with the two values of a crossing in columns of their own, if there is none."""
    second = "CASE c.second WHEN 0 THEN v.text ELSE w.text END"
    return (
        f"CREATE VIEW IF NOT EXISTS {crossing.name} AS "
        f"SELECT p.name AS day, v.text AS {crossing.first}, {second} AS {crossing.second}, "
        f"{_columns(crossing.metrics)} "
        f"{_OF_SHOWN.format(crossing.name)} GROUP BY p.name, v.text, w.text"
    )


def _columns(metrics: tuple[str, ...]) -> str:
    return ", ".join(f"sum(CASE s.metric WHEN '{metric}' THEN c.count ELSE 0 END) AS {metric}" for metric in metrics)
