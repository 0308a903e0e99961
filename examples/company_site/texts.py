"""The texts of the site by language, and how dates and prices are written in each."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "nl", "es")
FOLDER = Path(__file__).parent / "texts"
LONGEST_HEADER = 200


@dataclass(frozen=True, slots=True)
class Texts:
    """All texts in one language, as the tables of its TOML file."""

    language: str
    tables: dict[str, Any]

    def day(self, day: date) -> str:
        """A date as people write it."""
        meta = self.tables["meta"]
        return str(meta["date"]).format(day=day.day, month=meta["months"][day.month - 1], year=day.year)

    def price(self, cents: int) -> str:
        """An amount of euro cents as people write it."""
        pattern: str = self.tables["meta"]["price"]
        return pattern.format(whole=cents // 100, cents=f"{cents % 100:02}")

    def number(self, number: int) -> str:
        """A whole number with the language's thousands separator."""
        return f"{number:,}" if self.language == "en" else f"{number:,}".replace(",", ".")


def load_texts() -> dict[str, Texts]:
    """Read the file of each language."""
    return {
        language: Texts(language, tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8")))
        for language in LANGUAGES
    }


def preferred_language(accept_language: str) -> str:
    """The language of the site that an Accept-Language header likes best (RFC 9110 §12.5.4), else the first."""
    best = (0.0, LANGUAGES[0])
    for part in accept_language[:LONGEST_HEADER].split(","):
        tag, _, rest = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        quality = _quality(rest)
        if language in LANGUAGES and quality > best[0]:
            best = (quality, language)
    return best[1]


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
