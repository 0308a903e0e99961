"""Texts, numbers and dates in the reader's language."""

import datetime as dt
import re
import tomllib
from pathlib import Path

import pytest

import consentkit.dashboard
from consentkit.dashboard.groups import CARDS, GROUPS, metrics_of
from consentkit.dashboard.periods import CHOICES
from consentkit.dashboard.wording import LANGUAGES, LOCALES, Wording, table
from consentkit.stats.classes import CLASSES
from consentkit.stats.enrich.channel import CHANNELS
from consentkit.stats.enrich.network import NETWORKS

DAY = dt.date(2026, 11, 23)


def leaves(language: str) -> set[tuple[str, str]]:
    """Every (table, key) of a language."""
    return {(name, key) for name, entries in table(language).items() for key in entries}


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_language_has_the_same_texts(language: str) -> None:
    """No text is missing in a language and none is left over, with the same values put in."""
    assert leaves("en") == leaves(language)
    for name, entries in table("en").items():
        for key, text in entries.items():
            other = table(language)[name][key]
            assert set(re.findall(r"{\w+}", str(text))) == set(re.findall(r"{\w+}", str(other))), (name, key)


def test_every_class_card_and_period_has_a_name() -> None:
    """What the code can show has a text."""
    assert set(CLASSES) == set(table("en")["classes"])
    assert {*CARDS, *(f"{key}_column" for key in CARDS)} <= set(table("en")["cards"])
    assert {metric for key in CARDS for metric in metrics_of(key)} <= set(table("en")["units"])
    shared = {group: keys for group, keys in GROUPS.items() if len(keys) > 1}
    assert set(shared) == set(table("en")["groups"])
    assert {key for keys in shared.values() for key in keys} == set(table("en")["tabs"])
    assert set(CHANNELS) == set(table("en")["channels"])
    assert set(NETWORKS) == set(table("en")["networks"])
    assert {*CHOICES, "own"} <= set(table("en")["period"])


def test_every_text_that_a_template_names_is_there() -> None:
    """A mistyped key would only be seen on the page that uses it."""
    folder = Path(consentkit.dashboard.__file__).parent / "templates"
    keys = {
        key
        for file in folder.iterdir()
        for key in re.findall(r"""[ (]t\('([a-z_.0-9-]+[a-z0-9])'[,)]""", file.read_text())
    }
    assert 40 < len(keys)
    assert set() == {key for key in keys if tuple(key.split(".")) not in leaves("en")}


def test_every_text_that_the_code_names_is_there() -> None:
    """A text that is taken out while a rare page still uses it breaks that page."""
    package = Path(consentkit.__file__).parent
    files = [file for part in ("dashboard", "reports") for file in (package / part).rglob("*.py")]
    keys = {key for file in files for key in re.findall(r"""\.text\(\s*"([a-z_]+\.[a-z_]+)"[,)]""", file.read_text())}
    assert 60 < len(keys)
    assert set() == {key for key in keys if tuple(key.split(".")) not in leaves("en")}


def test_the_locale_files_are_toml() -> None:
    """Each file can be read, and there is none that nobody reads."""
    assert sorted(LANGUAGES) == sorted(path.stem for path in LOCALES.glob("*.toml"))
    for language in LANGUAGES:
        assert tomllib.loads((LOCALES / f"{language}.toml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("language", "expected"), [("en", "12,345 2.95 1,234"), ("nl", "12.345 2,95 1.234"), ("es", "12.345 2,95 1234")]
)
def test_numbers_are_written_as_the_language_writes_them(language: str, expected: str) -> None:
    """Groups and decimals by CLDR; Spanish groups from five digits."""
    words = Wording(language)
    assert expected == f"{words.number(12345)} {words.decimal(2.949, 2)} {words.number(1234)}"


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0, "0%"), (0.0004, "<\u202f0.1%"), (0.0123, "1.2%"), (0.0996, "10%"), (0.5, "50%"), (1, "100%")],
)
def test_small_shares_stay_apart(share: float, expected: str) -> None:
    """Under ten per cent there is a decimal; what rounds to nothing is not called nothing."""
    assert expected == Wording("en").percent(share)


def test_dates_are_written_as_the_language_writes_them() -> None:
    """Months by their names; each part of a range once."""
    assert ["23 Nov 2026", "23 nov 2026", "23 nov 2026"] == [
        Wording(language).date(DAY).replace("\u00a0", " ") for language in LANGUAGES
    ]
    span = Wording("en").span(dt.date(2026, 8, 25), dt.date(2026, 11, 22)).replace("\u00a0", " ")
    assert "25 Aug – 22 Nov 2026" == span
    assert "1 – 23 Nov 2026" == Wording("en").span(DAY.replace(day=1), DAY).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("amount", "expected"), [(0, "0 B"), (999, "999 B"), (48_300_000, "48.3 MB"), (2 * 10**12, "2.0 TB")]
)
def test_amounts_of_data_have_a_unit(amount: int, expected: str) -> None:
    """Powers of a thousand."""
    assert expected == Wording("en").bytes(amount).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("breakdown", "value", "expected"),
    [
        ("country", "DE", "Duitsland"),
        ("country", "ZZ", "ZZ"),
        ("language", "nl", "Nederlands"),
        ("referrer", "(direct)", "Direct, of niet verteld"),
        ("device", "mobile", "Telefoon"),
        ("classes", "person", "Mensen"),
        ("channel", "ai", "AI-assistenten"),
        ("network", "mobile", "Mobiele netwerken"),
        ("campaign", "(none)", "Geen"),
        ("search", "search", "search"),
        ("status", "404", "404 Not Found"),
        ("status", "799", "799"),
        ("page", "/nl", "/nl"),
        ("page", "(strange)", "(strange)"),
    ],
)
def test_values_are_named_in_the_readers_language(breakdown: str, value: str, expected: str) -> None:
    """Codes have names; what has none stays as it is."""
    assert expected == Wording("nl").value(breakdown, value)


def test_a_language_that_is_not_spoken_is_refused() -> None:
    """The message names the ones that are."""
    with pytest.raises(KeyError, match="en, nl, es"):
        table("../../etc")
