"""Paths without identifiers: what tells one visitor, order or document from another becomes a placeholder.

A segment stays only if every word of it is plausible: a word of a language, a short number, a model number. A person's
name is made of such words and stays, and so may a short random one of letters only: a site that puts those into paths
should not.
"""

import re
import unicodedata
from urllib.parse import unquote

from consentkit.stats.words import plausible_case, plausible_letters

NUMBER = "{n}"
DATE = "{date}"
UUID = "{uuid}"
HEX = "{hex}"
EMAIL = "{email}"
ID = "{id}"
RANDOM = "{token}"
MORE = "{more}"
PLACEHOLDERS = frozenset({NUMBER, DATE, UUID, HEX, EMAIL, ID, RANDOM, MORE})

MAX_INPUT = 4096
MAX_DEPTH = 8
MAX_SEGMENT = 120
MAX_LENGTH = 250
MAX_WORD = 45
"""Characters; the longest words that Dutch and German pages use stay below."""

LONG = 16
"""Characters from which a segment could be a secret, so that mixed case is looked at more closely."""

FLOOR = 5.0
"""How usual the letters of a long segment in mixed case must at least be, however few they are."""

LOOSE_DIGITS = 6
"""Digits in one segment, years not counted; more could be a telephone, account or card number in groups."""

KNOWN_EXTENSIONS = """
    html htm xhtml php asp aspx jsp pdf txt xml json csv zip css js mjs map png jpg jpeg gif svg webp avif ico woff
    woff2 mp3 mp4 webm doc docx xls xlsx ppt pptx epub rss atom ics
"""
EXTENSIONS = frozenset(KNOWN_EXTENSIONS.split())

UUID_TEXT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
DATE_TEXT = re.compile(
    r"(?:19|20)\d\d[-._](?:[01]?\d)(?:[-._][0-3]?\d)?|[0-3]?\d[-._][01]?\d[-._](?:19|20)\d\d", re.ASCII
)
HEX_TEXT = re.compile(r"(?=.*\d)(?=.*[a-f])[0-9a-f]{8,}", re.IGNORECASE | re.ASCII)
ADDRESS_TEXT = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}", re.ASCII)
POSTCODE = re.compile(r"\d{4}[-_ ]?[a-z]{2}(?:[-_ ]?\d{1,4}[a-z]?)?", re.IGNORECASE | re.ASCII)
"""Dutch: with a house number it names a household."""
PLATE = re.compile(
    r"(?=(?:[^a-z\d]*[a-z\d]){6}[^a-z\d]*$)(?=.*\d)(?=.*[a-z])[a-z\d]{1,3}(?:[- ][a-z\d]{1,3}){2}", re.IGNORECASE
)
"""Dutch and similar licence plates: three groups, six characters."""
SPELT_AT = re.compile(r"[(\[{]at[)\]}]", re.IGNORECASE)
LONG_NUMBER = re.compile(r"\d{5}", re.ASCII)
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)", re.ASCII)
DIGIT = re.compile(r"\d", re.ASCII)
SEPARATORS = re.compile(r"[-_.~+, '!()&]+")
SHORT_NUMBER = re.compile(r"\d{1,4}", re.ASCII)
MODEL = re.compile(
    r"[a-z]{0,4}\d{1,4}[a-z]{0,3}\d{0,2}|[a-z]{1,12}\d{1,4}|\d{1,4}[a-z]{1,10}|[a-z]\d[a-z]\d?", re.ASCII
)

REMEMBERED = 4096
_clean: dict[str, None] = {}
"""Segments that came without identifiers, which is why they may be remembered; emptied when full."""


def canonical(path: str) -> str:
    """The path as it is counted: begins with "/", at most 250 characters, the same when put through again.

    Takes a decoded path; what is encoded twice is decoded here. Never raises.
    """
    named = [name for segment in path[:MAX_INPUT].split("/") if segment and (name := _named(segment))]
    kept = named[:MAX_DEPTH]
    while sum(map(len, kept)) + len(kept) > MAX_LENGTH - len(MORE) - 1:
        kept.pop()
    if len(kept) < len(named):
        kept.append(MORE)
    return "/" + "/".join(kept)


def is_wording(text: str) -> bool:
    """Whether a text that is no path is made of words, short numbers and model numbers too."""
    return SHORT_NUMBER.fullmatch(text) is not None or _placeholder(text) is None


def _named(segment: str) -> str:
    """A segment as it is counted; "" for one that only held parameters."""
    if segment in _clean:
        return segment
    name = _judged(segment)
    if name == segment:
        if len(_clean) >= REMEMBERED:
            _clean.clear()
        _clean[segment] = None
    return name


def _judged(segment: str) -> str:
    text = segment
    for _ in range(2):
        text = unquote(text) if "%" in text else text
    text = text.partition(";")[0].strip()
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if text == "" or text in PLACEHOLDERS:
        return text
    stem, dot, extension = text.rpartition(".")
    if not stem or extension.lower() not in EXTENSIONS:
        stem, dot, extension = text, "", ""
    return (_placeholder(stem) or stem) + dot + extension


def _placeholder(text: str) -> str | None:
    """What stands for a segment that could be somebody's, or None if it may stay."""
    if text in PLACEHOLDERS:
        return None
    if len(text) > MAX_SEGMENT:
        return RANDOM
    if "@" in text or SPELT_AT.search(text):
        return EMAIL
    return _identifier(text) or (None if _is_wording(text) else RANDOM)


def _identifier(text: str) -> str | None:
    """The placeholder for an identifier of a known shape."""
    if text.isascii() and text.isdigit():
        return NUMBER
    if UUID_TEXT.search(text):
        return UUID
    if DATE_TEXT.fullmatch(text):
        return DATE
    if any(HEX_TEXT.fullmatch(word) for word in SEPARATORS.split(text)):
        return HEX
    return ID if _is_number_of_something(text) else None


def _is_number_of_something(text: str) -> bool:
    """Whether a segment could be a household's postcode, a licence plate, an address or a long number in groups."""
    if POSTCODE.fullmatch(text) or PLATE.fullmatch(text) or LONG_NUMBER.search(text) or ADDRESS_TEXT.search(text):
        return True
    return len(DIGIT.findall(YEAR.sub("", text))) > LOOSE_DIGITS


def _is_wording(text: str) -> bool:
    """Whether all of a segment is words, short numbers and model numbers."""
    words = [word for word in SEPARATORS.split(text) if word]
    long = len(text) >= LONG
    if not words or not all(_is_plausible(word, long) for word in words):
        return False
    if not long or text == text.lower():
        return True
    # Random letters of both cases come out as many short odd words; only together do they tell.
    return sum(map(_is_odd, words)) <= 1 and plausible_letters(words, floor=FLOOR)


def _is_plausible(word: str, long: bool) -> bool:
    if len(word) > MAX_WORD:
        return False
    if SHORT_NUMBER.fullmatch(word):
        return True
    if word.isascii() and not word.isalpha():
        one_case = word == word.upper() or word[1:] == word[1:].lower()
        return one_case and MODEL.fullmatch(word.lower()) is not None and plausible_letters([word])
    if not all(unicodedata.category(character)[0] in "LM" for character in word):
        return False
    return plausible_case(word, long) and plausible_letters([word])


def _is_odd(word: str) -> bool:
    return not word.isdigit() and (not word.isalpha() or word[1:] != word[1:].lower())
