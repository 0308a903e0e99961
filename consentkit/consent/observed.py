"""What the app really stores, as counts, and how that compares with the declaration.

Names are those of the declaration or reduced to what an operator may read; no value and nothing of a visitor is kept.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from email.utils import parsedate_to_datetime
from threading import Lock
from typing import NamedTuple

from consentkit.consent.choice import kept_for
from consentkit.consent.describe import own_items
from consentkit.declaration import Declaration, StorageItem
from consentkit.stats.paths import canonical

MAX_KEYS = 1000
"""Names with their routes that a worker keeps between two flushes; what is over the bound is counted under OTHER."""

OTHER = "(other)"
REQUEST = ""
"""Stands in place of a route for cookies that requests bring."""

PATIENCE_DAYS = 30
"""After how long a declared cookie that nobody has seen is reported."""

TOLERANCE_DAYS = 1
"""How much longer than declared a cookie may live: durations are declared in round numbers (rule C19)."""

MAX_DAYS = 36_500

UNDECLARED_COOKIE, LONGER, NEVER_SEEN = FINDINGS = ("undeclared", "lives_longer", "never_seen")


class Key(NamedTuple):
    """One cookie at one place: its name, and the route whose answer set it (REQUEST for one that a request brought)."""

    name: str
    route: str


@dataclass(slots=True)
class Sight:
    """How often something was seen, and the longest lifetime it had, in days rounded up, 0 for the session."""

    count: int = 0
    longest: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """What all workers saw of one cookie at one place, and on which days first and last."""

    name: str
    route: str
    count: int
    longest: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the declaration does not say or says otherwise; `kind` is one of FINDINGS."""

    kind: str
    name: str
    message: str
    routes: tuple[str, ...] = ()


class Sightings:
    """Counts in memory what one worker sees; bounded, and taken away by the thread that writes it.

    `clock` gives epoch seconds. `checked` is the day on which all that was seen was last compared with the declaration,
    None before the first time.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.checked: date | None = None
        self._clock = clock
        self._lock = Lock()
        self._seen: dict[Key, Sight] = {}

    def note_set(self, line: bytes, label: str, path: str) -> int:
        """Note a Set-Cookie line that the app sends, and that does not delete; `label` is the cookie's name.

        Returns for how many days it is set, as `lifetime_days` has it.
        """
        days = lifetime_days(line, self._clock())
        self._add(Key(label, canonical(path)), 1, days)
        return days

    def take(self, requested: Counter[str]) -> dict[Key, Sight]:
        """What was seen since the last time, with the cookies that requests brought, by their declared name."""
        for name, count in requested.items():
            self._add(Key(name, REQUEST), count, 0)
        with self._lock:
            seen, self._seen = self._seen, {}
        return seen

    def _add(self, key: Key, count: int, days: int) -> None:
        with self._lock:
            if key not in self._seen and len(self._seen) >= MAX_KEYS:
                key = Key(OTHER, OTHER)
            sight = self._seen.setdefault(key, Sight())
            sight.count += count
            sight.longest = max(sight.longest, days)


def lifetime_days(line: bytes, now: float) -> int:
    """How long a browser keeps a cookie: whole days, rounded up, 0 until it closes (RFC 6265bis §5.7)."""
    found: dict[str, str] = {}
    for attribute in line.decode("latin-1").split(";")[1:]:
        key, _, value = attribute.partition("=")
        found[key.strip(" \t").lower()] = value.strip(" \t")[:100]
    age = found.get("max-age", "")
    if age.removeprefix("-").isdecimal():
        return _days(int(age[:12]))
    try:
        return _days(parsedate_to_datetime(found.get("expires", "")).timestamp() - now)
    except (ValueError, OverflowError):
        return 0


def _days(seconds: float) -> int:
    return max(0, min(MAX_DAYS, -int(-seconds // 86_400)))


def compare(
    declaration: Declaration, validity_days: int, rows: Sequence[Row], *, since: date, today: date
) -> list[Finding]:
    """What the declaration does not say, or says otherwise; `since` is the first day on which anything was noted."""
    declared = [item for service in declaration.services.values() for item in service.storage]
    items = {item.name: item for item in declared if item.kind == "cookie"}
    own = {item.name: item for item in own_items(kept_for(declaration, validity_days))}
    found = [*_of_names(declaration, {**items, **own}, rows)]
    if today - since >= timedelta(days=PATIENCE_DAYS):
        seen = {declaration.declared_name(row.name) for row in rows}
        found += [
            Finding(NEVER_SEEN, name, f"is declared, and nobody has set or sent it since {since.isoformat()}")
            for name in items
            if name not in seen
        ]
    return sorted(found, key=lambda finding: (FINDINGS.index(finding.kind), finding.name))


def _of_names(declaration: Declaration, items: dict[str, StorageItem], rows: Iterable[Row]) -> Iterable[Finding]:
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        if row.route not in (REQUEST, OTHER):
            by_name.setdefault(row.name, []).append(row)
    for name, those in by_name.items():
        item = items.get(declaration.declared_name(name) or name)
        if item is None:
            message = f"is set by the app, {_lifetime(those)}, and not declared"
            yield Finding(UNDECLARED_COOKIE, name, message, _routes(those))
            continue
        longer = [row for row in those if row.longest > item.duration + (TOLERANCE_DAYS if item.duration else 0)]
        if longer:
            lives = max(row.longest for row in longer)
            message = f"is set for {lives} days, and declared for {item.duration_text!r}"
            yield Finding(LONGER, item.name, message, _routes(longer))


def _lifetime(rows: Sequence[Row]) -> str:
    longest = max(row.longest for row in rows)
    return f"for {longest} days" if longest else "for the browser session"


def _routes(rows: Iterable[Row]) -> tuple[str, ...]:
    return tuple(sorted({row.route for row in rows}))
