"""One year of a large site's sink: 1,000,000 views a day over 3,000 pages, as the release rule would have left it.

No request is made: for each day it is worked out how many events each cell gathers by Zipf's law, and what has gathered
to the threshold is applied to the sink as one release.
"""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from consentkit.stats.breakdowns import BREAKDOWNS, DEFAULT_CROSSINGS, crossed, crossing, crossings_of
from consentkit.stats.load import LoadCell
from consentkit.stats.model import NONE, OTHER, BatchId, Cell, Proof, Published, Release
from consentkit.stats.stores.sqlite_sink import SqliteSink

LAST = date(2026, 11, 25)
NIGHT = datetime(2026, 11, 25, 22, 5, tzinfo=UTC).timestamp()
"""Epoch seconds, late on the last day."""
DAYS = 365
VIEWS = 1_000_000
THRESHOLD = 10
RELEASES = 1_440
"""A day: one a minute."""
MAX_VALUES = 10_000
"""Values of a breakdown that the private store holds apart in a day."""
RAREST = 0.2
"""Events a day; what is rarer joins `(other)`, as it waits longer than 31 days for ten."""
DAYS_BY_MINUTE = 31

WEEK = (1.1, 1.12, 1.1, 1.06, 0.98, 0.78, 0.86)
HOURS = tuple(0.25 + max(0.0, math.sin((hour - 6) / 24 * math.pi * 1.25)) for hour in range(24))
SHARES = {
    "visits": 0.3, "engaged": 0.0, "goals": 0.01, "moves": 0.55, "missing": 0.01, "downloads": 0.008,
    "searches": 0.03, "requests": 6.0,
}  # fmt: skip
"""Events of a metric for each view."""

BREAKDOWN_OF = {"goal": 6, "missing": 800, "download": 120, "search": 2_500, "status": 9, "reason": 25}
COUNTRIES = ("NL", "DE", "BE", "FR", "GB", "US", "ES", "IT", "PL", "SE", "CH", "AT", "DK", "NO", "IE", "PT", "CZ",
             "FI", "TR", "RO", "HU", "GR", "BG", "HR", "SK", "IN", "CA", "AU", "BR", "ZA", "MA", "SR",
             "ID", "CN", "JP")  # fmt: skip
WORDS = ("shop", "plans", "help", "news", "phones", "business", "support", "account", "fibre", "mobile", "offers", "tv")


@dataclass
class _Counted:
    """A cell with what it gathers on an average day, and what waits in it."""

    cell: Cell
    daily: float
    waits: float = 0.0


def make_year(path: Path, *, days: int = DAYS, views: int = VIEWS, on_day: Callable[[], None] = lambda: None) -> None:
    """Write the sink of the year that ends with LAST into a new file; the same every time."""
    sink = SqliteSink(path, crossings_of(DEFAULT_CROSSINGS))
    try:
        sink.describe({"site": "Example", "timezone": "Europe/Amsterdam", "threshold": str(THRESHOLD)})
        for number, release in enumerate(releases(days=days, views=views), 1):
            sink.apply(BatchId("year", number), release)
            on_day()
    finally:
        sink.close()


def releases(*, days: int = DAYS, views: int = VIEWS, seed: int = 2026) -> Iterator[Release]:
    """What each day of the year ending with LAST released, all its moments of release summed."""
    chance = random.Random(seed)
    counted = list(_cells(values_of(), views))
    for ago in reversed(range(days)):
        day = LAST - timedelta(days=ago)
        factor = WEEK[day.weekday()] * (1 + 0.15 * math.sin(day.timetuple().tm_yday / 58)) * chance.uniform(0.95, 1.05)
        yield _release(day.isoformat(), counted, factor, views, chance, by_minute=ago < DAYS_BY_MINUTE)


def values_of() -> dict[str, dict[str, float]]:
    """The values of each breakdown with their shares, which add up to 1."""
    pages = ["/", *(f"/{WORDS[n % 12]}/{_word(n)}" for n in range(1, 3_000))]
    found = {
        "page": _zipf(pages, 1.0),
        "move": _zipf([f"{pages[n % 70]} → {pages[n * 7 % 211]}" for n in range(6_000)], 1.0),
        "referrer": {"(internal)": 0.55, "(direct)": 0.15,
                     **_zipf([f"{_word(n)}.example" for n in range(600)], 1.1, 0.3)},
        "channel": dict(zip(("internal", "search", "direct", "referral", "social", "email", "paid", "ai"),
                            (0.55, 0.18, 0.12, 0.05, 0.04, 0.03, 0.02, 0.01), strict=True)),
        "campaign": {NONE: 0.93, **_zipf([f"letter-{_word(n)}" for n in range(60)], 1.0, 0.07)},
        "campaign_source": {NONE: 0.93, **_zipf([f"source-{_word(n)}" for n in range(12)], 1.0, 0.07)},
        "campaign_medium": {NONE: 0.93, **_zipf(["email", "cpc", "social", "banner"], 1.0, 0.07)},
        "country": _zipf(list(COUNTRIES), 1.8),
        "region": _zipf([f"NL-{_word(n)}" for n in range(180)], 1.0),
        "network": _zipf(["residential", "mobile", "business", "hosting", "education", "government"], 1.2),
        "organisation": _zipf([f"{_word(n)}.net" for n in range(900)], 1.2),
        "browser": _zipf(["Chrome", "Safari", "Firefox", "Edge", "Samsung Internet", "Opera", OTHER], 1.2),
        "browser_version": _zipf([f"Chrome {n}" for n in range(150, 100, -1)], 1.2),
        "os": _zipf(["Android", "iOS", "Windows", "macOS", "Linux", "ChromeOS", OTHER], 1.0),
        "device": {"mobile": 0.62, "desktop": 0.34, "tablet": 0.04},
        "language": _zipf(["nl", "en", "de", "fr", "tr", "pl", "es", "ar", "ro", "it", "uk", "pt", "zh", "ru"], 1.6),
        "host": {"www.example.com": 0.9, "shop.example.com": 0.1},
    }  # fmt: skip
    return found | {
        name: _zipf([f"{name}-{_word(n)}" for n in range(count)], 1.0) for name, count in BREAKDOWN_OF.items()
    }


def _cells(values: Mapping[str, Mapping[str, float]], views: int) -> Iterator[_Counted]:
    for name, by_value in values.items():
        for metric in BREAKDOWNS[name]:
            yield from _gathering(name, metric, by_value, views)
    for pair in DEFAULT_CROSSINGS:
        both = crossing(*pair)
        shares = {
            crossed(a, b): share * other
            for a, share in values[both.first].items()
            for b, other in values[both.second].items()
        }
        for metric in both.metrics:
            yield from _gathering(both.name, metric, shares, views)


def _gathering(name: str, metric: str, shares: Mapping[str, float], views: int) -> Iterator[_Counted]:
    events = SHARES.get(metric, 0.0) * views if metric != "views" else float(views)
    largest = sorted(shares, key=lambda value: -shares[value])[:MAX_VALUES]
    kept = {value: shares[value] * events for value in largest if shares[value] * events >= RAREST}
    rest = events - sum(kept.values())
    if rest >= RAREST:
        kept[OTHER] = kept.get(OTHER, 0.0) + rest
    for value, daily in kept.items():
        yield _Counted(Cell(name, value, metric), daily)


def _release(
    day: str, counted: list[_Counted], factor: float, views: int, chance: random.Random, *, by_minute: bool
) -> Release:
    cells: dict[Cell, Published] = {}
    events: Counter[str] = Counter()
    for one in counted:
        one.waits += one.daily * factor * (0.9 + 0.2 * chance.random())
        count = int(one.waits)
        if count >= THRESHOLD:
            one.waits -= count
            increments = min(count // THRESHOLD, RELEASES)
            cells[one.cell] = Published(count, increments, count if increments == 1 else THRESHOLD)
            events[one.cell.metric] += count
    totals = Counter({(day, metric): int(share * views * factor) for metric, share in SHARES.items() if share})
    totals[day, "views"] = int(views * factor)
    totals[day, "bytes"] = int(views * factor * 60_000)
    requests = totals[day, "requests"]
    for name, share in (("person", 0.5), ("asset", 0.3), ("crawler", 0.12), ("ai_crawler", 0.05), ("suspected", 0.03)):
        totals[day, f"class:{name}"] = int(requests * share)
    proofs = {
        (metric, THRESHOLD): Proof(RELEASES, max(count, RELEASES * THRESHOLD), THRESHOLD)
        for metric, count in events.items()
    }
    return Release(day, cells, proofs, totals, Counter(_load(day, requests, by_minute=by_minute)))


def _load(day: str, requests: int, *, by_minute: bool) -> dict[LoadCell, int]:
    """By minute for all requests, by the hour earlier than a month, and by the hour for 20 routes."""
    whole = sum(HOURS)
    load: dict[LoadCell, int] = {}
    for hour, share in enumerate(HOURS):
        of_hour = int(requests * share / whole)
        if by_minute:
            for minute in range(60):
                _put(load, f"{day}T{hour:02}:{minute:02}Z", "", of_hour // 60 + minute)
        else:
            _put(load, f"{day}T{hour:02}Z", "", of_hour)
        for number in range(20):
            _put(load, f"{day}T{hour:02}Z", f"/{WORDS[number % 12]}/{{slug{number}}}", of_hour // (number + 4))
    return load


def _put(load: dict[LoadCell, int], begin: str, route: str, requests: int) -> None:
    figures: dict[str, int] = defaultdict(int)
    if not route:
        figures |= {"requests": requests, "busiest_second": requests // 20 + 1, "most_at_once": requests // 900 + 1}
    figures |= {"served": requests, "bytes": requests * 10_000, "status_2xx": requests - requests // 50}
    figures |= {"status_4xx": requests // 50 - requests // 500, "status_5xx": requests // 500}
    for bucket in range(24):
        figures[f"took_{90 + bucket * 3}"] = requests // 24
    for metric, count in figures.items():
        if count:
            load[LoadCell(begin, route, metric)] = count


def _zipf(values: list[str], exponent: float, share: float = 1.0) -> dict[str, float]:
    weights = {value: 1 / (rank + 1) ** exponent for rank, value in enumerate(dict.fromkeys(values))}
    whole = sum(weights.values())
    return {value: weight / whole * share for value, weight in weights.items()}


def _word(number: int) -> str:
    return "".join("bdfgklmnps"[int(digit)] + "aeiou"[int(digit) % 5] for digit in str(number))
