"""What the next four weeks will bring, from the totals of the days before."""

from datetime import date, timedelta
from typing import Any

from consentkit.stats.breakdowns import REQUESTS, VIEWS
from consentkit.stats.forecast import AHEAD, USED, Forecast, forecast
from consentkit.stats.stores import SinkReader

FORETOLD = (REQUESTS, VIEWS)
"""Requests to plan for load, views to see where the site goes."""


def read_outlook(reader: SinkReader, last: date) -> dict[str, Forecast | None]:
    """The forecast by metric for the days from `last` on, which may not be over; None where too little is known."""
    span = reader.span()
    before = last - timedelta(days=1)
    if span is None or span[0] > before:
        return dict.fromkeys(FORETOLD)
    first = max(span[0], before - timedelta(days=USED + AHEAD - 1))
    counts = {(day, metric): count for day, metric, count in reader.days(first, before)}
    days = [(first + timedelta(days=number)).isoformat() for number in range((before - first).days + 1)]
    return {metric: forecast([counts.get((day, metric), 0) for day in days], before) for metric in FORETOLD}


def as_json(found: Forecast | None) -> dict[str, Any] | None:
    """A forecast as `consentkit report --json` prints it."""
    if found is None:
        return None
    return {
        "error": round(found.error, 3),
        "tested": found.tested,
        "days": [
            {"day": day.day.isoformat(), "value": round(day.value), "low": round(day.low), "high": round(day.high)}
            for day in found.days
        ],
    }
