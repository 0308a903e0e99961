"""Whether letters look like a word of a European language or like chance, by the pairs that follow each other."""

import itertools
import re
import unicodedata
from collections.abc import Iterable

PAIRS = (
    "87783666856878363988764356",  # a
    "65118132611612600644502032",  # b
    "81727019806602812647700040",  # c
    "82248243732433821654533042",  # d
    "76788666857879564997765655",  # e
    "62047542611512610646512032",  # f
    "72059165703525610655621041",  # g
    "73028122602656600657505042",  # h
    "85878673275779856788571306",  # i
    "61056431206214520042531003",  # j
    "63017123535513610556504032",  # k
    "84368442814744730256642073",  # l
    "75338222701362760144511031",  # m
    "84788584736436723379554046",  # n
    "55657565635779763886766343",  # o
    "71327545632621760755531032",  # p
    "00000000000000000000700000",  # q
    "86579565826666843677755065",  # r
    "74838456834554763378634043",  # s
    "84439347853533830777644066",  # t
    "66657655734668551876555544",  # u
    "70008000700400600500340010",  # v
    "61137104601304500342401010",  # w
    "30304001400000140004110000",  # x
    "42324000400333430342312001",  # y
    "61306010700310501004604016",  # z
)
"""How common the second letter (a to z) is after the first, 0 to 9, by the logarithm of its share of all pairs in the
words of English, Dutch, Spanish, German, French and Italian; of the six the highest."""

LEAST = ((11, 5.9), (15, 6.1), (21, 6.5))
"""From so many pairs on, their mean must reach so much. Of the 25,000 commonest words of each of those languages
at most 1 in 1,000 falls short; of random letters 98 in 100 do at 12, and 997 in 1,000 at 16."""

CAMEL = re.compile(r"(?:[A-Z][a-z]{2,}|[a-z]{2,})(?:[A-Z][a-z]{2,})*(?:[A-Z][a-z]+)?")
LONG_CAMEL = re.compile(r"(?:[A-Z][a-z]{3,}|[a-z]{4,})(?:[A-Z][a-z]{3,})+")


def plausible_case(word: str, strict: bool) -> bool:
    """Whether capitals stand where writing puts them; `strict` asks for parts of four letters in `aWordLikeThis`."""
    if word in (word.lower(), word.upper()) or word[1:] == word[1:].lower():
        return True
    return (LONG_CAMEL if strict else CAMEL).fullmatch(word) is not None


def plausible_letters(words: Iterable[str], floor: float = 0.0) -> bool:
    """Whether the pairs of letters in the words, taken together, are such as languages use.

    Few pairs prove little and need only reach `floor`; letters other than Latin ones are not judged.
    """
    ranks = [rank for word in words for rank in _ranks(word.lower())]
    least = max((mean for count, mean in LEAST if len(ranks) >= count), default=floor)
    return sum(ranks) >= least * len(ranks)


def _ranks(word: str) -> list[int]:
    plain = word if word.isascii() else unicodedata.normalize("NFKD", word)
    letters = [ord(letter) - 97 for letter in plain if "a" <= letter <= "z"]
    return [int(PAIRS[first][second]) for first, second in itertools.pairwise(letters)]
