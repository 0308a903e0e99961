"""Counts of whole days from other tools' exports, in the names that consentkit counts by."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from consentkit.stats.breakdowns import BREAKDOWNS, MOVES, VIEWS, VISITS
from consentkit.stats.enrich.browser import BROWSERS, SYSTEMS
from consentkit.stats.enrich.channel import DIRECT, DIRECT_CHANNEL, channel_of_host
from consentkit.stats.enrich.referrer import registrable
from consentkit.stats.model import OTHER, UNKNOWN, Cell, Counts, Increments, add_counts
from consentkit.stats.paths import canonical

MAX_CELLS = 20_000
"""Distinct values of one day; more are `(other)`."""

DEVICES = {"laptop": "desktop", **{name: name for name in ("desktop", "mobile", "tablet", "tv", "console")}}
OTHER_NAMES = {"Mac": "macOS", "GNU/Linux": "Linux", "Chrome OS": "ChromeOS"}
GENERATED = {
    "google": "google.com", "bing": "bing.com", "duckduckgo": "duckduckgo.com", "yahoo": "yahoo.com",
    "yahoo!": "yahoo.com", "ecosia": "ecosia.org", "qwant": "qwant.com", "yandex": "yandex.ru", "baidu": "baidu.com",
    "facebook": "facebook.com", "instagram": "instagram.com", "linkedin": "linkedin.com", "twitter": "twitter.com",
    "x": "x.com", "reddit": "reddit.com", "hacker news": "ycombinator.com", "youtube": "youtube.com",
    "github": "github.com", "chatgpt": "chatgpt.com", "perplexity": "perplexity.ai",
}  # fmt: skip
"""Names that other tools give to sources → their registrable domains."""

PAGE_VIEWS = ("page", VIEWS)

VERSIONED = re.compile(r"(.*?)[ /]v?(\d{1,4})(?:[.].*)?")
COUNTRY = re.compile(r"[A-Z]{2}")
REGION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
HOST = re.compile(r"[a-z0-9.-]{1,253}")


@dataclass(slots=True)
class Days:
    """Counts by ISO day; `rows` were read, of which `rejected` could not be and `left_out` were no views of people.

    `exits` are by day and page the visits that ended there; `latest` is the last day of which there can be counts.
    """

    latest: date = date.max
    increments: dict[str, Increments] = field(default_factory=lambda: defaultdict(Increments))
    exits: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    rows: int = 0
    rejected: int = 0
    left_out: int = 0

    def checked(self, day: date) -> str:
        """A row's day as ISO; ValueError for one that is yet to come: when it does, it would pass for counted already,
        and so would all days before it."""
        if day > self.latest:
            raise ValueError(f"{day} is yet to come")
        return day.isoformat()

    def add(self, day: str, metric: str, values: Mapping[str, str], count: int) -> None:
        """Count events of a metric that have these values by breakdown."""
        increments = self.increments[day]
        for breakdown, value in values.items():
            if count and metric in BREAKDOWNS[breakdown]:
                increments.add(Cell(breakdown, value, metric), count)

    def add_total(self, day: str, metric: str, count: int) -> None:
        """Count events of a metric in the totals of a day."""
        if count:
            self.increments[day].totals[day, metric] += count

    def keep(self, breakdowns: Collection[str]) -> set[str]:
        """Drop what counts in other breakdowns, and tell which these were."""
        dropped = set()
        for increments in self.increments.values():
            for key in [key for key in increments.counts if key[0] not in breakdowns]:
                dropped.add(key[0])
                del increments.counts[key]
        return dropped

    def finish(self) -> None:
        """Make of views and exits the moves onward, and let a day's total be no less than any breakdown's.

        To be called once, when all tables have been read. The tables of an export do not always agree: what a visit
        did after midnight is in some with the day on which it began. It then counts in the totals of that day too.
        """
        for day, exits in self.exits.items():
            self._move_on(day, exits)
        self._cap_visits()
        shown: Counter[tuple[str, str]] = Counter()
        totals: Counter[str] = Counter()
        told: Counter[str] = Counter()
        for day, increments in sorted(self.increments.items()):
            for (breakdown, metric), sums in increments.counts.items():
                shown[metric, breakdown] += sum(sums.values())
            for (_, metric), count in increments.totals.items():
                totals[metric] += count
            most = Counter(totals)
            for (metric, _), count in shown.items():
                most[metric] = max(most[metric], count)
            increments.totals = Counter({(day, metric): more for metric, more in (most - told).items()})
            told = most

    def _cap_visits(self) -> None:
        """Of no value more visits than views: other tools begin visits with events that are no views as well."""
        left: Counts = {}
        for increments in self.increments.values():
            for (breakdown, metric), sums in increments.counts.items():
                if metric == VIEWS:
                    add_counts(left, breakdown, VIEWS, sums)
        for _, increments in sorted(self.increments.items()):
            for (breakdown, metric), sums in increments.counts.items():
                if metric == VISITS:
                    increments.counts[breakdown, VISITS] = _within(sums, left.get((breakdown, VIEWS), {}))

    def _move_on(self, day: str, exits: Mapping[str, int]) -> None:
        for page, count in self.increments[day].counts.get(PAGE_VIEWS, {}).items():
            moves = max(0, count - exits.get(page, 0))
            self.add(day, MOVES, {"page": page}, moves)
            self.add_total(day, MOVES, moves)

    def without(self, known: Collection[str]) -> int:
        """Take days out, and tell how many there were of them."""
        counted = [day for day in self.increments if day in known]
        for day in counted:
            del self.increments[day]
        return len(counted)

    def in_order(self) -> list[tuple[str, Increments]]:
        """The days that have counts, oldest first, each within its bound."""
        found = sorted((day, increments) for day, increments in self.increments.items() if increments)
        for _, increments in found:
            increments.bound(MAX_CELLS)
        return found


def _within(sums: Mapping[str, int], left: dict[str, int]) -> dict[str, int]:
    """The sums by value, of none more than is left of it, and that taken off."""
    taken = {value: min(count, left.get(value, 0)) for value, count in sums.items()}
    for value, count in taken.items():
        left[value] = left.get(value, 0) - count
    return {value: count for value, count in taken.items() if count}


def page_of(path: str) -> str:
    """A page as it is counted here: without query, identifiers replaced."""
    return canonical(path.partition("?")[0].partition("#")[0])


def browser_named(text: str) -> tuple[str, str]:
    """Browser, and browser with major version, of a name such as `Firefox 145.0`."""
    match = VERSIONED.fullmatch(text.strip())
    name, major = (match[1], match[2]) if match else (text.strip(), "")
    browser = name if name in BROWSERS.values() else BROWSERS.get(name, OTHER if name else UNKNOWN)
    return browser, f"{browser} {major}" if major and browser not in (OTHER, UNKNOWN) else browser


def system_named(text: str) -> str:
    """An operating system of a name such as `Windows 10`."""
    match = VERSIONED.fullmatch(text.strip())
    name = match[1] if match else text.strip()
    name = OTHER_NAMES.get(name, name)
    return name if name in SYSTEMS.values() else SYSTEMS.get(name, OTHER if name else UNKNOWN)


def device_named(text: str) -> str:
    """A kind of device."""
    return DEVICES.get(text.strip().lower(), OTHER if text.strip() else UNKNOWN)


def country_of(text: str) -> str:
    """A country by its code (ISO 3166-1)."""
    return text if COUNTRY.fullmatch(text) else UNKNOWN


def region_of(text: str) -> str:
    """A region by its code (ISO 3166-2)."""
    return text if REGION.fullmatch(text) else UNKNOWN


def host_of(text: str) -> str:
    """A host of the site."""
    return text.lower() if HOST.fullmatch(text.lower()) else OTHER


def source_named(text: str) -> tuple[str, str]:
    """Referrer and channel of a source: an address, a host, a name that another tool gave it, or nothing."""
    name = text.strip().lower()
    if name in ("", "direct / none", "(direct)"):
        return DIRECT, DIRECT_CHANNEL
    host = GENERATED.get(name) or name.partition("://")[2] or name
    host = re.split(r"[/?#:]", host, maxsplit=1)[0].rstrip(".")
    domain = registrable(host)
    return domain, channel_of_host(host, domain)
