"""How near the estimate of visitors comes to the truth, beside the daily hash of address and user agent."""

from tests.benchmarks.report import Report
from tests.simulate.grid import SEEDS, Row, rows
from tests.simulate.population import DAYS


def reports() -> list[Report]:
    """The errors of both, for day, week and month, in each world of the grid."""
    found = list(rows())
    nearer = sum(row.nearer for row in found)
    return [
        Report(
            "visitors of a simulated site: error of the estimate and of the daily hash",
            ("truth", "estimate, %", "daily hash, %", "interval held the truth, %"),
            {f"{row.world}, {row.period}": _figures(row) for row in found},
            (
                f"{len(SEEDS)} runs of {DAYS} days each, mean error of a period; - where too few are measured.",
                f"The estimate is nearer in {nearer} of {len(found)} rows.",
            ),
        )
    ]


def _figures(row: Row) -> dict[str, float]:
    figures = {"truth": row.truth, "daily hash, %": round(100 * row.hashed, 1)}
    if row.ours is not None and row.held is not None:
        figures |= {"estimate, %": round(100 * row.ours, 1), "interval held the truth, %": round(100 * row.held)}
    return figures
