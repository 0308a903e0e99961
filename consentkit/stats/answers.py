"""What visitors answered when they were asked for consent."""

from collections.abc import Mapping
from typing import Any

from consentkit.stats.breakdowns import ANSWERS, SHOWN

IGNORED = "ignored"
PREFIX = "consent_"


def metric_of(answer: str) -> str:
    """The metric of `shown`, `accepted`, `refused`, `chosen` or `withdrawn`; "" for any other word."""
    metric = f"{PREFIX}{answer}"
    return metric if metric in ANSWERS else ""


def consent_figures(totals: Mapping[str, int]) -> dict[str, Any]:
    """The answers among these totals, and how often a banner was shown and not answered then."""
    found = {metric.removeprefix(PREFIX): totals.get(metric, 0) for metric in ANSWERS}
    answered = sum(found[answer] for answer in ("accepted", "refused", "chosen"))
    return {**found, IGNORED: max(0, totals.get(SHOWN, 0) - answered)}
