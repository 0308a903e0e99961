"""The released figures for Prometheus, in its text format. The one module that knows prometheus_client."""

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
from consentkit.stats.classes import BOTS
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
from consentkit.stats.stores import SinkReader, open_reader

LIMITS = range(8, 27)
"""The limits of the histogram are 2^N microseconds, from a quarter of a millisecond to 67 seconds."""
RECENT = timedelta(hours=24)
"""How far back the highest figures of a second are looked for."""
NOT_EVENTS = ("class:", "goal:")
NO_EVENTS = frozenset({REQUESTS, BYTES, "uncounted"})


def build_metrics(config: Config, clock: Callable[[], float]) -> ASGIApp:
    """An ASGI app that answers with the figures of a configuration's sink; `clock` gives epoch seconds."""
    reader = open_reader(config.stats.sink, config.base)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures(reader, clock))

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
            gaps = Counter(gap.reason for gap in self._reader.gaps(year, now.date()))
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
