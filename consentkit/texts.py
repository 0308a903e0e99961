"""The texts of the banner, the pages and the declaration: one file per language, complete."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from consentkit.duration import SESSION, parts
from consentkit.negotiation import weighted
from consentkit.plurals import plural_form

LOCALES = Path(__file__).parent / "locales"

ALIASES = {"no": "nb", "nn": "nb"}
"""Primary language subtags that another language's texts serve: Norwegian in general and Nynorsk, by Bokmål."""


@cache
def texts(language: str) -> Mapping[str, Any]:
    """The texts of one language as nested tables; KeyError for a language that has no file."""
    path = LOCALES / f"{language}.toml"
    if not language.isalpha() or not path.is_file():
        raise KeyError(f"no texts for the language {language!r}; there are {', '.join(available())}")
    return tomllib.loads(path.read_text("utf-8"))


@cache
def available() -> tuple[str, ...]:
    """The languages there are, sorted."""
    return tuple(sorted(path.stem for path in LOCALES.glob("*.toml")))


def purpose_texts(purpose: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Title and description of a built-in purpose by language; empty for a purpose of the site's own."""
    titles, descriptions = {}, {}
    for language in available():
        entry = texts(language)["purposes"].get(purpose)
        if entry:
            titles[language], descriptions[language] = entry["title"], entry["description"]
    return titles, descriptions


def duration_text(duration: str, language: str) -> str:
    """A duration of the configuration ("14 days") in words of a language."""
    number, unit = parts(duration)
    words = texts(language)["durations"]
    if unit == SESSION:
        return str(words[unit])
    forms = words[unit]
    return str(forms.get(plural_form(language, number), forms["other"]).format(n=number))


def day_text(day: date, language: str) -> str:
    """A date in words of a language."""
    months = texts(language)["months"]
    return str(months["date"].format(day=day.day, month=months["names"][day.month - 1], year=day.year))


def isolated(text: str, language: str) -> str:
    """A text that keeps its own direction inside one of the other direction (UAX #9: FSI, PDI).

    Without the marks the full stop of "B.V." would jump to the far side of a name in Arabic.
    """
    return f"\u2068{text}\u2069" if texts(language)["direction"] == "rtl" else text


def joined(sentences: Iterable[str], language: str) -> str:
    """Sentences as one text; Chinese puts no space between them."""
    return ("" if language == "zh" else " ").join(sentences)


def language_of(tag: str) -> str:
    """The language whose texts serve a language tag (BCP 47): "nl" for "nl-BE", "nb" for "no" and "nn-NO"."""
    primary = tag.strip().lower().partition("-")[0]
    return ALIASES.get(primary, primary)


def pick_language(wanted: str, offered: tuple[str, ...]) -> str | None:
    """The offered language that best fits an Accept-Language or Content-Language value (RFC 9110 §12.5.4), or None."""
    ranked = [(weight, language_of(tag)) for tag, weight in weighted(wanted)]
    fitting = [(weight, language) for weight, language in ranked if language in offered and weight > 0]
    # Of equal weights the first that is named.
    return max(fitting, key=lambda member: member[0])[1] if fitting else None
