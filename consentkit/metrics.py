"""The released figures, and how the workers do, for Prometheus in its text format.

The one module that knows prometheus_client.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

from anyio.to_thread import run_sync
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from consentkit.config import Config
from consentkit.guard import Guard
from consentkit.stats.classes import BOTS
from consentkit.stats.flusher import LEASE_SECONDS, SIGN_SECONDS
from consentkit.stats.load import (
    BUSIEST,
    BYTES,
    MINUTE,
    MOST_AT_ONCE,
    REQUESTS,
    SERVED,
    STATUS,
    STEPS,
    TOOK,
    milliseconds_of,
)
from consentkit.stats.stores import Health, HealthReader, SinkReader, open_health, open_reader
from consentkit.stats.stores.protocol import HAPPENINGS, LEDGER_FAILED
from consentkit.stats.verify_rows import GAP_REASONS

LIMITS = range(8, 27)
"""The limits of the histogram are 2^N microseconds, from a quarter of a millisecond to 67 seconds."""
RECENT = timedelta(hours=24)
"""How far back the highest figures of a second are looked for."""
QUIET_SECONDS = 3 * SIGN_SECONDS
"""After which a worker that says nothing is silent: it is gone, or cannot write."""
TRIED = "release_"
NOT_EVENTS = ("class:", "goal:")
NO_EVENTS = frozenset({REQUESTS, BYTES, "uncounted"})


def build_metrics(config: Config, clock: Callable[[], float]) -> ASGIApp:
    """An ASGI app that answers with the figures of a configuration's sink; `clock` gives epoch seconds."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures(open_reader(config.stats.sink, config.base), clock))
    registry.register(Workers(open_health(config.stats.private, config.base), clock))

    async def metrics(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if request.method not in ("GET", "HEAD"):
            response: Response = PlainTextResponse("Only GET is answered here.\n", 405, {"Allow": "GET, HEAD"})
        else:
            encode, content_type = choose_encoder(request.headers.get("accept", ""))
            body = await run_sync(encode, registry)
            response = Response(body, headers={"Content-Type": content_type, "Cache-Control": "no-store"})
        await response(scope, receive, send)

    return metrics


class Figures(Collector):
    """What the sink has released since the year (UTC) began, so that counters fall to 0 once a year and else never."""

    def __init__(self, reader: SinkReader, clock: Callable[[], float]) -> None:
        self._reader = reader
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """All metrics, of one instant of the sink."""
        now = datetime.fromtimestamp(self._clock(), UTC)
        year = date(now.year, 1, 1)
        with self._reader.snapshot():
            # A day more, because days are the site's.
            totals = self._reader.totals(year, now.date() + timedelta(days=1))
            served = self._load(year.isoformat(), (now.date() + timedelta(days=1)).isoformat())
            # Zeros too: how much a counter has increased cannot be told of one that was not there before.
            gaps = dict.fromkeys(GAP_REASONS, 0) | Counter(gap.reason for gap in self._reader.gaps(year, now.date()))
            recent = self._load(*(f"{moment:%Y-%m-%dT%H}" for moment in (now - RECENT, now + timedelta(hours=1))))
            until = self._released_until(now)
        yield from _of_totals(totals)
        yield from _of_load(served)
        yield _gauge("busiest_second_requests", "Most requests in one second of the last 24 hours", recent[BUSIEST])
        yield _gauge("most_at_once_requests", "Most requests that a worker answered at once", recent[MOST_AT_ONCE])
        yield _counter("gaps", "Times of which counts are missing, by reason", "reason", gaps)
        if until is not None:
            yield _gauge("released_until_timestamp_seconds", "End of the last minute that is released", until)

    def _load(self, first: str, until: str) -> Counter[str]:
        return Counter({row.metric: row.amount for row in self._reader.load_sums([(first, until)])})

    def _released_until(self, now: datetime) -> float | None:
        """When the last minute ended of which requests are released, None if that is more than a day ago."""
        for hours in (1, 24):
            cells = self._reader.load(f"{now - timedelta(hours=hours):%Y-%m-%dT%H:%M}", "9")
            minutes = [cell.begin for cell, _ in cells if len(cell.begin) == MINUTE + 1]
            if minutes:
                return datetime.fromisoformat(max(minutes)).timestamp() + 60
        return None


class Workers(Collector):
    """How the workers do, by what they write into the private store: nothing of what they have counted."""

    def __init__(self, reader: HealthReader, clock: Callable[[], float]) -> None:
        self._reader = reader
        self._clock = clock
        self._guard = Guard()

    def collect(self) -> Iterator[Metric]:
        """All metrics; where the private store cannot be read, that alone."""
        health = self._guard.run("reading how the workers do", self._reader.health, lambda: None)
        yield _gauge("private_store_up", "Whether the private store can be read here", health is not None)
        if health is not None:
            yield from self._of(health)

    def _of(self, health: Health) -> Iterator[Metric]:
        silent = sum(moment < self._clock() - QUIET_SECONDS for moment in health.heard)
        yield _gauge("workers", "Workers that count and have written what they counted", len(health.heard) - silent)
        yield _gauge("silent_workers", "Workers that were not heard of for half a minute and did not end", silent)
        if health.heard:
            yield _gauge("workers_heard_timestamp_seconds", "When all workers had been heard of", min(health.heard))
        tried = {
            name.removeprefix(TRIED): health.happened.get(name, 0) for name in HAPPENINGS if name.startswith(TRIED)
        }
        yield _counter("release_attempts", "Tries to release, one a minute, by what came of them", "result", tried)
        if health.leased is not None:
            attempted = health.leased - LEASE_SECONDS
            yield _gauge("release_attempted_timestamp_seconds", "When a release was last tried", attempted)
        yield _gauge("undelivered_releases", "Releases that the sink has not yet taken", health.undelivered)
        failed, reached, unproved = (
            health.happened.get(name, 0) for name in ("flush_failed", "bound_reached", LEDGER_FAILED)
        )
        yield _counter("flush_failures", "Seconds of which a worker could not write the counts", "", {"": failed})
        yield _counter("ledger_failures", "Choices that could not be written to the ledger", "", {"": unproved})
        yield _counter("waiting_bound_reached", "Times that a worker held as much as it may", "", {"": reached})


def _of_totals(totals: Mapping[str, int]) -> Iterator[Metric]:
    classes = _named(totals, "class:")
    bots = sum(count for name, count in classes.items() if name in BOTS)
    yield _counter("requests", "Requests, by who made them", "class", classes)
    yield _gauge("bots_ratio", "Share of the requests that bots made", bots / (sum(classes.values()) or 1))
    yield _counter("goals", "Goals reached", "goal", _named(totals, "goal:"))
    events = {name: n for name, n in totals.items() if name not in NO_EVENTS and not name.startswith(NOT_EVENTS)}
    yield _counter("events", "What people did: views, visits, downloads, answers …", "event", events)
    yield _counter("sent_bytes", "Bytes of the bodies of the answers told", "", {"": totals.get(BYTES, 0)})
    yield _counter("uncounted_requests", "Requests that an error left uncounted", "", {"": totals.get("uncounted", 0)})


def _of_load(served: Mapping[str, int]) -> Iterator[Metric]:
    yield _counter("responses", "Responses, by class of status", "status", _named(served, STATUS))
    times = {int(name): count for name, count in _named(served, TOOK).items()}
    below = [(2**limit / 1e6, sum(n for bucket, n in times.items() if bucket < limit * STEPS)) for limit in LIMITS]
    buckets = [(repr(limit), count) for limit, count in below]
    total = sum(times.values())
    histogram = HistogramMetricFamily("consentkit_response_seconds", "Seconds from a request to its last byte")
    seconds = sum(milliseconds_of(bucket) * count for bucket, count in times.items()) / 1000
    histogram.add_metric([], [*buckets, ("+Inf", total)], sum_value=seconds)
    yield histogram
    yield _counter("served_requests", "Requests whose times and status are told", "", {"": served.get(SERVED, 0)})


def _named(counts: Mapping[str, int], prefix: str) -> dict[str, int]:
    return {name.removeprefix(prefix): count for name, count in counts.items() if name.startswith(prefix)}


def _counter(name: str, text: str, label: str, counts: Mapping[str, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(f"consentkit_{name}", text, labels=[label] if label else [])
    for value in sorted(counts):
        family.add_metric([value] if label else [], counts[value])
    return family


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"consentkit_{name}", text, value=value)
