"""Takes times of several subjects in turn, so that a machine whose speed drifts compares them fairly."""

import gc
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass

from consentkit import ConsentKit
from tests.benchmarks.sites import App, Headers, receive, request, swallow

WARM_UP = 5


@dataclass(frozen=True, slots=True)
class Subject:
    """An app and the headers that its requests carry beside a browser's usual ones."""

    app: App
    headers: Headers
    minus: str = "bare"
    """The subject whose time is taken off."""


async def added(subjects: Mapping[str, Subject], *, rounds: int, requests: int) -> dict[str, list[float]]:
    """Microseconds of CPU that each subject adds to a request, by round.

    CPU, not wall time: it is what a busy neighbour disturbs least, and what a server runs out of.
    """
    found: dict[str, list[float]] = {name: [] for name, subject in subjects.items() if subject.minus != name}
    names = list(subjects)
    for number in range(rounds + WARM_UP):
        gc.collect()
        # Another begins each round: the first after a collection finds caches cold.
        order = names[number % len(names) :] + names[: number % len(names)]
        took = {name: await _seconds(subjects[name], requests) for name in order}
        if number >= WARM_UP:
            for name, values in found.items():
                values.append((took[name] - took[subjects[name].minus]) * 1e6)
    return found


def prepared(*kits: ConsentKit) -> None:
    """Load lists, parsers and databases, which each process does once, in a thread and beside the first requests."""
    for kit in kits:
        kit.counting.observer.prepare()


async def _seconds(subject: Subject, requests: int) -> float:
    scopes = [request(number, *subject.headers) for number in range(requests)]
    app = subject.app
    start = time.thread_time()
    for scope in scopes:
        await app(scope, receive, swallow)
    return (time.thread_time() - start) / requests


def figures(values: list[float], bases: Mapping[str, list[float]]) -> dict[str, float]:
    """Median and fastest tenth of what a subject adds, and the ratio of its median to each base's."""
    median = statistics.median(values)
    return {
        "median": round(median, 2),
        "fastest tenth": round(statistics.quantiles(values, n=10)[0], 2),
        **{name: round(median / statistics.median(base), 2) for name, base in bases.items()},
    }
