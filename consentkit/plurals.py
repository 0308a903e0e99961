"""Which form of a word goes with a whole number, as the Unicode CLDR has it for the languages of our texts."""

from collections.abc import Callable

CATEGORIES = ("zero", "one", "two", "few", "many", "other")
"""The names that CLDR gives to the forms; every language has "other"."""

Rule = Callable[[int], str]


def _between(n: int, low: int, high: int) -> bool:
    return low <= n <= high


def _never(_: int) -> str:
    return "other"


def _one(n: int) -> str:
    return "one" if n == 1 else "other"


def _none_or_one(n: int) -> str:
    return "one" if n in (0, 1) else "other"


def _czech(n: int) -> str:
    return "one" if n == 1 else "few" if _between(n, 2, 4) else "other"


def _polish(n: int) -> str:
    if n == 1:
        return "one"
    return "few" if _between(n % 10, 2, 4) and not _between(n % 100, 12, 14) else "many"


def _ends_in_one(n: int) -> bool:
    return n % 10 == 1 and n % 100 != 11


def _ukrainian(n: int) -> str:
    if _ends_in_one(n):
        return "one"
    return "few" if _between(n % 10, 2, 4) and not _between(n % 100, 12, 14) else "many"


def _croatian(n: int) -> str:
    form = _ukrainian(n)
    return "other" if form == "many" else form


def _slovene(n: int) -> str:
    return {1: "one", 2: "two", 3: "few", 4: "few"}.get(n % 100, "other")


def _lithuanian(n: int) -> str:
    if n % 10 == 0 or _between(n % 100, 11, 19):
        return "other"
    return "one" if n % 10 == 1 else "few"


def _latvian(n: int) -> str:
    if n % 10 == 0 or _between(n % 100, 11, 19):
        return "zero"
    return "one" if n % 10 == 1 else "other"


def _icelandic(n: int) -> str:
    return "one" if _ends_in_one(n) else "other"


def _romanian(n: int) -> str:
    if n == 1:
        return "one"
    return "few" if n == 0 or _between(n % 100, 1, 19) else "other"


def _irish(n: int) -> str:
    if n in (1, 2):
        return ("one", "two")[n - 1]
    return "few" if _between(n, 3, 6) else "many" if _between(n, 7, 10) else "other"


def _maltese(n: int) -> str:
    if n in (1, 2):
        return ("one", "two")[n - 1]
    if n == 0 or _between(n % 100, 3, 10):
        return "few"
    return "many" if _between(n % 100, 11, 19) else "other"


def _arabic(n: int) -> str:
    if n in (0, 1, 2):
        return ("zero", "one", "two")[n]
    return "few" if _between(n % 100, 3, 10) else "many" if n % 100 >= 11 else "other"


RULES: dict[str, Rule] = {
    "ar": _arabic, "cs": _czech, "fr": _none_or_one, "ga": _irish, "hr": _croatian, "is": _icelandic,
    "lt": _lithuanian, "lv": _latvian, "mt": _maltese, "pl": _polish, "ro": _romanian, "sk": _czech,
    "sl": _slovene, "uk": _ukrainian, "zh": _never,
}  # fmt: skip
"""The rule of each language that does not simply tell one from more."""


def plural_form(language: str, number: int) -> str:
    """The CLDR category (one of CATEGORIES) of a whole number ≥ 0 in a language.

    Source: CLDR plural rules, cardinals of integers. What CLDR says of millions in Romance languages is left out: no
    duration is that long.
    """
    return RULES.get(language, _one)(number)
