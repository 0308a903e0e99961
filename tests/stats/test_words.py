"""Words and chance."""

import random
import string

from consentkit.stats.words import PAIRS, plausible_case, plausible_letters


def test_the_table_has_a_row_and_a_column_for_every_letter():
    """26 by 26."""
    assert [26] * 26 == [len(row) for row in PAIRS]


def test_words_are_plausible():
    """Long and awkward ones too."""
    for word in ("onafhankelijkheid", "angstschreeuw", "throughput", "electrodomésticos", "Zuständigkeitsbereich"):
        assert plausible_letters([word])


def test_random_letters_are_not():
    """At most one in a hundred random texts of sixteen letters passes."""
    chance = random.Random(1)
    texts = ["".join(chance.choices(string.ascii_lowercase, k=16)) for _ in range(1000)]
    assert sum(plausible_letters([text]) for text in texts) < 10


def test_capitals_stand_where_writing_puts_them():
    """Words, acronyms and `likeThis`, but not any mixture."""
    assert all(plausible_case(word, False) for word in ("word", "Word", "WORD", "contactForm", "ContactUs"))
    assert not any(plausible_case(word, False) for word in ("wOrD", "WoRd", "aBcDeF"))
    assert not plausible_case("ContactUs", True)
