"""Texts, numbers and dates in the reader's language."""

import datetime as dt
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from consentkit.dashboard.region_names import region_names

LANGUAGES = ("en", "nl", "es")
"""The languages that the dashboard speaks; the first is the fallback."""

NAMES = {
    "country": "countries",
    "classes": "classes",
    "device": "devices",
    "channel": "channels",
    "network": "networks",
}
"""Breakdowns whose values have names, and the table of these."""

LOCALES = Path(__file__).parent.parent / "locales" / "dashboard"
NO_BREAK = "\u00a0"
NARROW = "\u202f"


@dataclass(frozen=True, slots=True)
class Marks:
    """How a language writes numbers (CLDR: decimal, group, minimumGroupingDigits, percentFormat)."""

    decimal: str
    group: str
    grouped_from: int
    percent_gap: str


MARKS = {
    "en": Marks(".", ",", 1_000, ""),
    "nl": Marks(",", ".", 1_000, ""),
    "es": Marks(",", ".", 10_000, NO_BREAK),
}


@cache
def table(language: str) -> Mapping[str, Any]:
    """The texts of one language as nested tables; KeyError for a language that the dashboard does not speak.

    Long texts of one kind lie in a folder of their own, whose name is their table's.
    """
    if language not in LANGUAGES:
        raise KeyError(f"the dashboard does not speak {language!r}; it speaks {', '.join(LANGUAGES)}")
    texts = tomllib.loads((LOCALES / f"{language}.toml").read_text("utf-8"))
    parts = {path.parent.name: path for path in sorted(LOCALES.glob(f"*/{language}.toml"))}
    return {**texts, **{name: tomllib.loads(path.read_text("utf-8")) for name, path in parts.items()}}


@dataclass(frozen=True, slots=True)
class Wording:
    """Writes texts, numbers and dates in one language."""

    language: str

    def text(self, key: str, **values: object) -> str:
        """The text at a dotted key with its values put in; KeyError for a key that the file lacks."""
        found: Any = table(self.language)
        for part in key.split("."):
            found = found[part]
        return str(found).format(**values) if values else str(found)

    def number(self, value: int) -> str:
        """A whole number: 12,345 in English, 12.345 in Dutch and Spanish."""
        marks = MARKS[self.language]
        return f"{value:,}".replace(",", marks.group) if abs(value) >= marks.grouped_from else str(value)

    def decimal(self, value: float, places: int = 1) -> str:
        """A number with a fixed number of decimals."""
        whole, _, part = f"{value:.{places}f}".partition(".")
        return self.number(int(whole)) + (MARKS[self.language].decimal + part if part else "")

    def percent(self, share: float) -> str:
        """A share (0–1) as a percentage; under 10 % with one decimal, so that small shares stay apart."""
        hundredths = share * 100
        if 0 < hundredths < 0.1:
            return "<" + NARROW + self.decimal(0.1) + MARKS[self.language].percent_gap + "%"
        places = 1 if 0 < hundredths < 9.95 else 0
        return self.decimal(hundredths, places) + MARKS[self.language].percent_gap + "%"

    def compact(self, value: int) -> str:
        """A number short enough for an axis: 12,500, 1.5 M."""
        if value < 1_000_000:
            return self.number(value)
        millions = value / 1_000_000
        return self.decimal(millions, 0 if millions == int(millions) else 1) + NO_BREAK + "M"

    def bytes(self, value: int) -> str:
        """An amount of data in powers of a thousand (IEC 80000-13): 1.4 GB."""
        amount, unit = float(value), "B"
        for larger in ("kB", "MB", "GB", "TB"):
            if amount < 999.5:
                break
            amount, unit = amount / 1000, larger
        places = 0 if unit == "B" or amount >= 99.95 else 1
        return self.decimal(amount, places) + NO_BREAK + unit

    def milliseconds(self, value: float) -> str:
        """A duration given in milliseconds: 0.84 ms, 12 ms, 1.2 s."""
        if value >= 1000:
            return self.decimal(value / 1000) + NO_BREAK + "s"
        return self.decimal(value, 0 if value >= 10 else 1 if value >= 1 else 2) + NO_BREAK + "ms"

    def date(self, day: dt.date) -> str:
        """A date: 23 Nov 2026."""
        return f"{self.day(day)}{NO_BREAK}{day.year}"

    def parsed(self, day: str) -> dt.date:
        """A stored ISO date, to be written by one of the others."""
        return dt.date.fromisoformat(day)

    def day(self, day: dt.date) -> str:
        """A date without its year: 23 Nov."""
        return f"{day.day}{NO_BREAK}{table(self.language)['calendar']['months'][day.month - 1]}"

    def month(self, day: dt.date) -> str:
        """A month with its year: Nov 2026."""
        return f"{table(self.language)['calendar']['months'][day.month - 1]}{NO_BREAK}{day.year}"

    def weekday(self, day: dt.date) -> str:
        """A date with its weekday: Mon 23 Nov."""
        return f"{table(self.language)['calendar']['weekdays'][day.weekday()]} {self.day(day)}"

    def span(self, first: dt.date, last: dt.date) -> str:
        """A range of days, each part of a date said once: 1 – 23 Nov 2026."""
        if first == last:
            return self.date(first)
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.day}{NO_BREAK}– {self.date(last)}"
        start = self.day(first) if first.year == last.year else self.date(first)
        return f"{start}{NO_BREAK}– {self.date(last)}"

    def names(self, breakdown: str) -> Callable[[str], str] | None:
        """What gives the values of a breakdown their names, None for one whose values are shown as they are stored."""
        if breakdown in NAMES or breakdown in ("region", "language", "status"):
            return lambda value: self.value(breakdown, value)
        return None

    def value(self, breakdown: str, value: str) -> str:
        """A stored value as a person reads it: the name of a country or a language, `(direct)` in words."""
        texts = table(self.language)
        if value.startswith("("):
            return str(texts["values"].get(f"{breakdown}{value}") or texts["values"].get(value) or value)
        if breakdown == "status":
            return f"{value} {_phrase(value)}".strip()
        if breakdown == "language":
            return _sentence(str(texts["languages"].get(value.partition("-")[0].lower(), value)))
        if breakdown == "region":
            return region_names().get(value, value)
        names = NAMES.get(breakdown)
        return str(texts[names].get(value, value)) if names else value


def _phrase(status: str) -> str:
    """The standard's phrase of a status (RFC 9110 §15), in English as the protocol has it."""
    try:
        return HTTPStatus(int(status)).phrase
    except ValueError:
        return ""


def _sentence(text: str) -> str:
    """A name as it stands at the beginning of a line: Dutch and Spanish write languages in lower case."""
    return text[:1].upper() + text[1:]
