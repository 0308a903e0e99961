"""Texts: complete in every language, and picked as browsers ask."""

import re
import string
import tomllib
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.declaration import BUILT_IN_PURPOSES, EXEMPTIONS, STORAGE_KINDS
from consentkit.duration import UNITS
from consentkit.testing.words import found_in
from consentkit.texts import (
    LOCALES,
    available,
    day_text,
    duration_text,
    language_of,
    pick_language,
    purpose_texts,
    texts,
)


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a language with its key."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from leaves(value, f"{path}.{key}")
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from leaves(value, f"{path}[{index}]")
    else:
        yield path, str(tree)


def fields(text: str) -> set[str]:
    """The placeholders of a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def difference(language: str) -> list[str]:
    """What sets the keys and placeholders of a language apart from the English ones, a line each."""
    mine, english = dict(leaves(texts(language))), dict(leaves(texts("en")))
    mine, english = ({key: text for key, text in all_.items() if ".durations." not in key} for all_ in (mine, english))
    lines = [f"locales/{language}.toml lacks {key[1:]}: {english[key]!r}" for key in english.keys() - mine.keys()]
    lines += [f"locales/{language}.toml has {key[1:]}, which English lacks" for key in mine.keys() - english.keys()]
    lines += [f"locales/{language}.toml leaves {key[1:]} empty" for key, text in mine.items() if not text.strip()]
    for key in english.keys() & mine.keys():
        if fields(english[key]) != fields(mine[key]):
            lines.append(f"locales/{language}.toml puts {fields(mine[key])} into {key[1:]}, not {fields(english[key])}")
    return sorted(lines)


@pytest.mark.parametrize("language", available())
def test_every_language_has_every_text_with_the_same_placeholders(language: str) -> None:
    """A missing text would be an error in front of a visitor."""
    problems = difference(language)
    assert not problems, "\n".join(problems)


def test_apostrophes_are_of_one_kind() -> None:
    """The typographic one (U+2019) within and after words, in the dashboard's texts too; none is a straight one."""
    straight = {
        (path.relative_to(LOCALES).as_posix(), key)
        for path in LOCALES.rglob("*.toml")
        for key, text in leaves(tomllib.loads(path.read_text("utf-8")))
        if "'" in text
    }
    assert set() == straight


@pytest.mark.parametrize("language", available())
def test_durations_name_their_number(language: str) -> None:
    """A form may do without the number only where it says one or two by itself, as Arabic does."""
    for unit, forms in texts(language)["durations"].items():
        if unit != "session":
            assert {form: {"n"} for form in forms} == {
                form: fields(text) or {"n"} if form in ("one", "two") else fields(text) for form, text in forms.items()
            }, unit


def test_the_languages_are_those_of_the_union_and_six_more() -> None:
    """Regulation 1/58 names 24; Norwegian, Icelandic, Ukrainian, Turkish, Arabic and Chinese join them."""
    union = {"bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv", "mt", "nl"}
    union |= {"pl", "pt", "ro", "sk", "sl", "sv"}
    assert sorted([*union, "nb", "is", "uk", "tr", "ar", "zh"]) == list(available())


@pytest.mark.parametrize("language", available())
def test_direction_is_that_of_the_script(language: str) -> None:
    """Arabic runs from right to left, the others from left to right."""
    assert ("rtl" if language == "ar" else "ltr") == texts(language)["direction"]


@pytest.mark.parametrize("language", available())
def test_every_word_of_the_declaration_has_a_text(language: str) -> None:
    """Purposes, exemptions, kinds and units are all named."""
    t = texts(language)
    assert set(BUILT_IN_PURPOSES) <= t["purposes"].keys()
    assert set(EXEMPTIONS) <= t["exemptions"].keys()
    assert set(STORAGE_KINDS) <= t["kinds"].keys()
    assert {*UNITS, "session"} <= t["durations"].keys()


def steering_in(text: str, language: str) -> list[str]:
    """The banned phrases that a text holds."""
    return [*found_in(text, language, "steering"), *found_in(text, language, "interest")]


@pytest.mark.parametrize("language", available())
def test_words_do_not_steer(language: str) -> None:
    """No phrase that regulators call steering or confusing stands in any text (rules C12, C17)."""
    for key, text in leaves(texts(language)):
        assert [] == steering_in(text, language), key


def test_a_steering_text_is_found() -> None:
    """The control: what other banners say would fail, whatever the case of its letters."""
    assert ["optimal", "legitimate interest"] == steering_in("Optimal, by our Legitimate interest.", "en")
    assert ["beste ervaring"] == steering_in("Voor de beste ervaring", "nl")
    assert ["体验"] == steering_in("改善您的体验", "zh")


SENTENCES = re.compile(r"(?<=[.:;!?؟؛。：；！？])\s*")
MOST_WORDS, MOST_CHARACTERS = 26, 60
"""Of a sentence, or a part of one that stands by itself; Chinese puts no space between words."""


@pytest.mark.parametrize("language", available())
def test_sentences_are_short(language: str) -> None:
    """What a visitor is told can be read in one go (rule C12): no long sentence, and mostly short ones."""
    told = [text for key, text in leaves(texts(language)) if key.split(".")[1] not in ("months", "durations")]
    sentences = [sentence for text in told for sentence in SENTENCES.split(text) if sentence]
    long = [s for s in sentences if len(s.split()) > MOST_WORDS or (language == "zh" and len(s) > MOST_CHARACTERS)]
    assert [] == long
    whole = [len(sentence.split()) for sentence in sentences if sentence.endswith((".", "。"))]
    assert sum(whole) / len(whole) < 12


@pytest.mark.parametrize("language", available())
def test_refuse_and_accept_are_of_similar_length(language: str) -> None:
    """Neither button is made to look heavier by its words (rule C7): at most twice as long as the other."""
    banner = texts(language)["banner"]
    shorter, longer = sorted(len(banner[key]) for key in ("refuse", "accept"))
    assert 0 < longer <= 2 * shorter
    assert banner["refuse"] != banner["accept"]


@pytest.mark.parametrize("language", available())
def test_a_first_layer_says_the_same_as_the_page(language: str) -> None:
    """The same deed has the same name everywhere (rules C12, C29)."""
    t = texts(language)
    assert (t["banner"]["refuse"], t["banner"]["accept"]) == (t["preferences"]["refuse"], t["preferences"]["accept"])
    assert t["link"]["text"] == t["preferences"]["title"]


@pytest.mark.parametrize("language", ["xx", "../en", "", "en.toml", "EN"])
def test_unknown_language_is_an_error_that_lists_the_known(language: str) -> None:
    """A path is never made of a foreign word."""
    with pytest.raises(KeyError, match="el, en, es"):
        texts(language)


def test_unknown_purpose_has_no_texts() -> None:
    """A purpose of the site's own brings its own words."""
    assert ({}, {}) == purpose_texts("own")


@pytest.mark.parametrize(
    ("duration", "language", "expected"),
    [
        ("1 day", "en", "1 day"),
        ("14 days", "en", "14 days"),
        ("1 month", "nl", "1 maand"),
        ("1 month", "pl", "1 miesiąc"),
        ("3 months", "pl", "3 miesiące"),
        ("25 months", "pl", "25 miesięcy"),
        ("180 days", "lv", "180 dienu"),
        ("2 days", "ar", "يومان"),
        ("11 days", "ar", "11 يومًا"),
        ("20 days", "ro", "20 de zile"),
        ("session", "en", "until the browser closes"),
    ],
)
def test_duration_is_put_into_words(duration: str, language: str, expected: str) -> None:
    """Singular, plural and the session."""
    assert expected == duration_text(duration, language)


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "5 May 2026"), ("pl", "5 maja 2026"), ("fi", "5. toukokuuta 2026"), ("el", "5 Μαΐου 2026"),
     ("hu", "2026. május 5."), ("lt", "2026 m. gegužės 5 d."), ("lv", "2026. gada 5. maijs"), ("zh", "2026年5月5日")],
)  # fmt: skip
def test_a_date_is_written_as_the_language_writes_it(language: str, expected: str) -> None:
    """Order, points and the case of the month's name differ."""
    assert expected == day_text(date(2026, 5, 5), language)


@pytest.mark.parametrize(
    ("tag", "expected"), [("nl-BE", "nl"), ("no", "nb"), ("nn-NO", "nb"), ("NB", "nb"), ("zh-Hant-TW", "zh"), ("", "")]
)
def test_a_tag_is_served_by_the_nearest_language(tag: str, expected: str) -> None:
    """Norwegian of every kind is served by Bokmål."""
    assert expected == language_of(tag)


@pytest.mark.parametrize("wanted", ["no", "nb-NO", "nn;q=0.9, en;q=0.1"])
def test_norwegians_are_spoken_to_in_norwegian(wanted: str) -> None:
    """Browsers send nb, nn or no."""
    assert "nb" == pick_language(wanted, ("en", "nb"))


OFFERED = ("en", "nl", "es")


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("nl", "nl"), ("fr, nl;q=0.5", "nl"), ("en;q=0.2, es;q=0.8", "es"), ("nl-BE", "nl"), ("NL", "nl"), ("", None),
     ("fr", None), ("*", None), ("nl;q=0", None), ("nl;q=x, es", "es"), ("nl;q=nan, es;q=0.1", "es"), ("es, nl", "es")],
)  # fmt: skip
def test_language_is_picked_by_weight_then_order(wanted: str, expected: str | None) -> None:
    """As RFC 9110 §12.5.4 says."""
    assert expected == pick_language(wanted, OFFERED)


@given(st.text(max_size=300))
def test_any_accept_language_is_read(wanted: str) -> None:
    """Hostile headers give a language that is offered, or none."""
    assert pick_language(wanted, OFFERED) in (*OFFERED, None)
