"""The text of the visitor's cookie."""

import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats.model import OTHER
from consentkit.stats.visitor import codec
from consentkit.stats.visitor.codec import MAX_LENGTH, StateCodec
from consentkit.stats.visitor.state import Source, State

KEYS = ["a secret of this test with 40 characters", "an older secret of this test, also long"]
CODEC = StateCodec(KEYS)
COOKIE_OCTETS = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*")

TEXTS = st.text(max_size=30)
STATES = st.builds(
    State,
    expires=st.dates(date(2020, 1, 1), date(2060, 1, 1)).map(lambda day: day.replace(day=1)),
    seen=st.dates(date(2020, 1, 1), date(2060, 1, 1)),
    begun=st.integers(0, 16**8 - 1),
    last=st.just(0),
    pages=st.integers(0, 10),
    reached=st.integers(0, 6),
    source=st.builds(Source, TEXTS, TEXTS, TEXTS),
    goals=st.integers(0, 2**16 - 1),
    steps=st.lists(st.integers(0, 15), max_size=4).map(tuple),
)
PLAIN = State(date(2027, 12, 1), date(2026, 11, 25), 170_000_000, 170_000_030, 3, 2, Source("search", "(none)", "/a"))


@given(STATES, st.integers(0, 0xFFFF))
def test_a_state_comes_back_as_it_was(state, passed):
    """In characters that a cookie may hold; texts that are too long are `(other)`."""
    state = state._replace(last=state.begun + passed)
    text = CODEC.encode(state)
    back = CODEC.decode(text)
    assert COOKIE_OCTETS.fullmatch(text)
    assert len(text) <= MAX_LENGTH
    for name in State._fields:
        if name != "source":
            assert getattr(state, name) == getattr(back, name)
    for part in Source._fields:
        assert getattr(back.source, part) in (getattr(state.source, part), OTHER)


def test_an_ordinary_state_is_small():
    """It travels with every request."""
    assert len(CODEC.encode(PLAIN)) < 110


def test_an_older_key_still_verifies_and_the_first_signs():
    """So that keys can be changed."""
    assert PLAIN == CODEC.decode(StateCodec(KEYS[1:]).encode(PLAIN))
    assert StateCodec(KEYS[1:]).decode(CODEC.encode(PLAIN)) is None


@given(st.text(max_size=700))
def test_what_was_not_signed_is_none(text):
    """Nothing of it is believed."""
    assert CODEC.decode(text) is None


@given(st.integers(0, 200), st.characters(codec="latin-1"))
def test_one_changed_character_is_found(place, character):
    """In the payload or in the signature."""
    text = CODEC.encode(PLAIN)
    place %= len(text)
    changed = text[:place] + character + text[place + 1 :]
    assert (changed == text) == (CODEC.decode(changed) is not None)


def test_what_another_version_signed_is_none():
    """Even with our key: fewer fields, another version's number, letters where numbers stand, a day that is none."""
    payload, _, _ = CODEC.encode(PLAIN).rpartition(".")
    fields = payload.split(".")
    for changed in (fields[:-1], ["2", *fields[1:]], [*fields[:5], "x", *fields[6:]], ["1", "fffff", *fields[2:]]):
        text = ".".join(changed)
        assert CODEC.decode(f"{text}.{codec._signature(CODEC._keys[0], text)}") is None
    assert CODEC.decode(f"{payload}.{codec._signature(CODEC._keys[0], payload)}") == PLAIN
