"""The course of the load over a period, by hours, days or weeks."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from consentkit.stats.load import BUSIEST, MAXIMA, MOST_AT_ONCE, REQUESTS
from consentkit.stats.served import Served, added, served_of
from consentkit.stats.spans import Span
from consentkit.stats.stores import SinkReader


@dataclass(frozen=True, slots=True)
class Stretch:
    """The load of a time from `start`: how requests were served, the most in a second, the most at once.

    What a quiet time leaves to its day (see the release rule of load) is in no hour: `served` tells of the requests of
    which it knows, `served.requests` of all.
    """

    start: datetime
    served: Served
    busiest_second: int
    most_at_once: int


def read_course(
    reader: SinkReader, spans: Sequence[Span], days: Sequence[tuple[str, str]]
) -> tuple[tuple[Stretch, ...], Counter[str]]:
    """The load of each span, and the figures of all of them together with what is kept by the days."""
    places = [(span.begin, span.until) for span in spans]
    found = reader.load_sums([*places, *days])
    sums: list[Counter[str]] = [Counter() for _ in spans]
    for place, _, metric, amount in found:
        if place < len(spans):
            sums[place][metric] = amount
    return tuple(_stretch(span, figures) for span, figures in zip(spans, sums, strict=True)), added(found)


def _stretch(span: Span, figures: Counter[str]) -> Stretch:
    served = {metric: amount for metric, amount in figures.items() if metric not in (*MAXIMA, REQUESTS)}
    return Stretch(span.start, served_of(served, figures[REQUESTS]), figures[BUSIEST], figures[MOST_AT_ONCE])
