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
from consentkit.stats.load import LoadCell, in_series
from consentkit.stats.model import NONE, OTHER, BatchId, Cell, Proof, Published, Release
from consentkit.stats.stores.sqlite_sink import SqliteSink
from tests.support.parts import by_series

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
    "views": 1.0, "visits": 0.3, "engaged": 0.0, "goals": 0.01, "moves": 0.55, "missing": 0.01, "downloads": 0.008,
    "searches": 0.03, "requests": 6.0,
}  # fmt: skip
"""Events of a metric for each view."""

VALUES_OF = {"goal": 6, "missing": 800, "download": 120, "search": 2_500, "status": 9, "reason": 25}
COUNTRIES = ("NL", "DE", "BE", "FR", "GB", "US", "ES", "IT", "PL", "SE", "CH", "AT", "DK", "NO", "IE", "PT", "CZ",
             "FI", "TR", "RO", "HU", "GR", "BG", "HR", "SK", "IN", "CA", "AU", "BR", "ZA", "MA", "SR",
             "ID", "CN", "JP")  # fmt: skip
LANGUAGES = ("nl", "en", "de", "fr", "tr", "pl", "es", "ar", "ro", "it", "uk", "pt", "zh", "ru")
CHANNELS = {
    "internal": 0.55, "search": 0.18, "direct": 0.12, "referral": 0.05, "social": 0.04, "email": 0.03, "paid": 0.02,
    "ai": 0.01,
}  # fmt: skip
CLASSES = {
    "class:person": 0.5, "class:asset": 0.3, "class:crawler": 0.12, "class:ai_crawler": 0.05, "class:suspected": 0.03,
}  # fmt: skip
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
    counted, passed = list(_cells(values_of(), views)), 0.0
    for ago in reversed(range(days)):
        day = LAST - timedelta(days=ago)
        factor = WEEK[day.weekday()] * (1 + 0.15 * math.sin(day.timetuple().tm_yday / 58)) * chance.uniform(0.95, 1.05)
        passed += factor
        totals = _totals(day.isoformat(), views, passed - factor, passed)
        yield _release(totals, counted, factor, by_minute=ago < DAYS_BY_MINUTE)


def values_of() -> dict[str, dict[str, float]]:
    """The values of each breakdown with their shares, which add up to 1 or less; what is missing is `(other)`."""
    pages = _zipf(["/", *(f"/{WORDS[n % 12]}/{_word(n)}" for n in range(1, 3_000))], 1.0)
    countries = _zipf(list(COUNTRIES), 1.8)
    browsers = _zipf(["Chrome", "Safari", "Firefox", "Edge", "Samsung Internet", "Opera", OTHER], 1.2)
    campaigns = {NONE: 0.93}
    found = {
        "page": pages,
        "move": _moves(pages),
        "referrer": {"(internal)": 0.55, "(direct)": 0.15, **_zipf(_names("site", 600), 1.1, 0.3)},
        "channel": CHANNELS,
        "campaign": campaigns | _zipf(_names("letter", 60), 1.0, 0.07),
        "campaign_source": campaigns | _zipf(_names("source", 12), 1.0, 0.07),
        "campaign_medium": campaigns | _zipf(["email", "cpc", "social", "banner"], 1.0, 0.07),
        "country": countries,
        "region": _zipf(_names("NL", 180), 1.0, countries["NL"])
        | {f"{code}-A": share for code, share in countries.items() if code != "NL"},
        "network": _zipf(["residential", "mobile", "business", "hosting", "education", "government"], 1.2),
        "organisation": _zipf(_names("net", 900), 1.2),
        "browser": browsers,
        "browser_version": _zipf([f"Chrome {n}" for n in range(150, 110, -1)], 1.2, browsers["Chrome"])
        | {name if name == OTHER else f"{name} 26": share for name, share in browsers.items() if name != "Chrome"},
        "os": _zipf(["Android", "iOS", "Windows", "macOS", "Linux", "ChromeOS", OTHER], 1.0),
        "device": {"mobile": 0.62, "desktop": 0.34, "tablet": 0.04},
        "language": _zipf(list(LANGUAGES), 1.6),
        "host": {"www.example.com": 0.9, "shop.example.com": 0.1},
    }
    return found | {name: _zipf(_names(name, count), 1.0) for name, count in VALUES_OF.items()}


def _moves(pages: Mapping[str, float]) -> dict[str, float]:
    """From each of the 300 largest pages to 20 others."""
    names = list(pages)
    found: dict[str, float] = {}
    for number, name in enumerate(names[:300]):
        onward = _zipf(["/", *(names[1 + (number * 7 + step * 11) % 900] for step in range(19))], 1.0, pages[name])
        found |= {f"{name} → {target}": share for target, share in onward.items()}
    return found


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
    events = SHARES.get(metric, 0.0) * views
    largest = sorted(shares, key=lambda value: -shares[value])[:MAX_VALUES]
    kept = {value: shares[value] * events for value in largest if shares[value] * events >= RAREST}
    rest = events - sum(kept.values())
    if rest >= RAREST:
        kept[OTHER] = kept.get(OTHER, 0.0) + rest
    for value, daily in kept.items():
        yield _Counted(Cell(name, value, metric), daily)


def _totals(day: str, views: int, before: float, after: float) -> Counter[tuple[str, str]]:
    """What is counted in all on a day, between two sums of the days' factors, so that no event is lost by rounding."""

    def between(share: float) -> int:
        return int(share * views * after) - int(share * views * before)

    totals = Counter({(day, metric): between(share) for metric, share in SHARES.items() if share})
    totals[day, "bytes"] = between(60_000)
    goals = {f"goal:{name}": share for name, share in _zipf(_names("goal", VALUES_OF["goal"]), 1.0).items()}
    for whole, parts in (("requests", CLASSES), ("goals", goals)):
        first, *others = parts
        totals[day, first] = totals[day, whole]
        for name in others:
            totals[day, name] = count = int(totals[day, whole] * parts[name])
            totals[day, first] -= count
    return totals


def _release(totals: Counter[tuple[str, str]], counted: list[_Counted], factor: float, *, by_minute: bool) -> Release:
    day = min(day for day, _ in totals)
    proofs = {
        (metric, THRESHOLD): Proof(min(RELEASES, totals[day, metric] // THRESHOLD), totals[day, metric], THRESHOLD)
        for metric, share in SHARES.items()
        if share
    }
    cells: dict[Cell, Published] = {}
    for one in counted:
        one.waits += one.daily * factor
        count = int(one.waits)
        if count >= THRESHOLD:
            one.waits -= count
            increments = min(count // THRESHOLD, proofs[one.cell.metric, THRESHOLD].releases)
            cells[one.cell] = Published(count, increments, count if increments == 1 else THRESHOLD)
    return Release(
        day, by_series(cells), proofs, totals, in_series(_load(day, totals[day, "requests"], by_minute=by_minute))
    )


def _load(day: str, requests: int, *, by_minute: bool) -> dict[LoadCell, int]:
    """By minute for all requests, by the hour earlier than a month, and by the hour for 20 routes."""
    whole = sum(HOURS)
    load: dict[LoadCell, int] = {}
    for hour, share in enumerate(HOURS):
        of_hour = int(requests * share / whole)
        if by_minute:
            for minute in range(60):
                _put(load, f"{day}T{hour:02}:{minute:02}Z", "", of_hour // 60)
        else:
            _put(load, f"{day}T{hour:02}Z", "", of_hour)
        for number in range(20):
            _put(load, f"{day}T{hour:02}Z", f"/{WORDS[number % 12]}/{{slug{number}}}", of_hour // (2 * number + 8))
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


def _names(what: str, count: int) -> list[str]:
    return [f"{what}-{_word(number)}" for number in range(count)]


def _word(number: int) -> str:
    return "".join("bdfgklmnps"[int(digit)] + "aeiou"[int(digit) % 5] for digit in str(number))
