"""The stores' JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.stats.stores import json_text

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
NUMBERS = st.integers(-(2**63), 2**63 - 1)
VALUES = st.recursive(
    TEXTS | NUMBERS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4)
)


@given(VALUES)
def test_what_was_written_is_read(value):
    """By orjson, and by what else reads JSON, as SQLite does; whatever the order of keys."""
    assert value == json_text.read(json_text.written(value)) == json_text.read(json_text.in_order(value))
    assert value == json.loads(json_text.written(value))


@given(st.dictionaries(TEXTS, NUMBERS, max_size=6))
def test_keys_stand_in_the_order_of_their_characters(value):
    """Whatever the order in which they came."""
    assert sorted(value) == list(json_text.read(json_text.in_order(dict(reversed(value.items())))))


@pytest.mark.parametrize("value", ["\ud800", 2**64, {1}])
def test_what_no_store_could_hold_is_an_error(value):
    """Half a character, a number of more than 64 bits, what is no JSON."""
    with pytest.raises(TypeError):
        json_text.written(value)
    with pytest.raises(ValueError, match="line 1"):
        json_text.read("{")
