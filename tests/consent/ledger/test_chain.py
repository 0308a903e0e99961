"""The hash chain: every change of every row is found, and an erasure is not one."""

import hashlib
import json
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.consent.ledger.chain import ERASURE, Head, Row, canonical, count_check, next_row, row_hash, verify_rows
from tests.consent.ledger.ledgers import NOTICE, chain_of, head_of

KEPT = frozenset({NOTICE[0]})
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
COLUMNS = [field.name for field in fields(Row)]


def findings(rows: list[Row], head: Head | None = None) -> list[str]:
    """What is wrong with rows, as text; the noted head is the last row's unless given."""
    return [str(finding) for finding in verify_rows(rows, head or head_of(rows), KEPT)]


@given(st.integers(0, 8))
def test_chain_as_written_holds(count: int) -> None:
    """Nothing is found in what nobody touched, the empty ledger included."""
    assert [] == findings(chain_of(count))


@given(st.integers(1, 6), st.data())
def test_one_flipped_bit_in_any_column_is_found(count: int, data: st.DataObject) -> None:
    """In the text or number of any row, the last one included."""
    rows = chain_of(count)
    place = data.draw(st.integers(0, count - 1))
    column = data.draw(st.sampled_from(COLUMNS))
    value = getattr(rows[place], column)
    changed: Any
    if isinstance(value, int):
        changed = value ^ 1 << data.draw(st.integers(0, 31))
    else:
        raw = bytearray(value.encode())
        raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
        changed = raw.decode("utf-8", "surrogateescape")
    head = head_of(rows)
    rows[place] = replace(rows[place], **{column: changed})
    assert findings(rows, head)


@given(st.integers(2, 6), st.data())
def test_reordered_rows_are_found(count: int, data: st.DataObject) -> None:
    """Swapping two rows, with or without their numbers."""
    rows = chain_of(count)
    first, second = sorted(data.draw(st.lists(st.integers(0, count - 1), min_size=2, max_size=2, unique=True)))
    swapped = list(rows)
    swapped[first], swapped[second] = rows[second], rows[first]
    assert findings(swapped, head_of(rows))
    swapped[first] = replace(swapped[first], sequence=first + 1)
    swapped[second] = replace(swapped[second], sequence=second + 1)
    assert findings(swapped, head_of(rows))


@given(st.integers(1, 6), st.data())
def test_dropped_rows_are_found(count: int, data: st.DataObject) -> None:
    """At the beginning, in the middle, and at the end by the head that is noted apart."""
    rows = chain_of(count)
    dropped = data.draw(st.integers(0, count - 1))
    assert findings([row for row in rows if row is not rows[dropped]], head_of(rows))


@given(st.integers(1, 6), st.data())
def test_erasure_keeps_the_chain(count: int, data: st.DataObject) -> None:
    """Content and subject go, the hash stays, and a row says which rows it were."""
    rows = chain_of(count)
    gone = data.draw(st.sets(st.integers(1, count), min_size=1))
    erased = [replace(row, subject=None, content=None) if row.sequence in gone else row for row in rows]
    record = next_row(head_of(rows), time=5_000, subject=None, content=canonical({ERASURE: {"rows": sorted(gone)}}))
    assert [] == findings([*erased, record])
    assert [f"event {number}: its content is gone, and no erasure names it" for number in sorted(gone)] == findings(
        erased
    )


def test_content_that_was_erased_may_not_come_back() -> None:
    """A row that an erasure names and that has content is reported."""
    rows = chain_of(1)
    record = next_row(head_of(rows), time=5_000, subject=None, content=canonical({ERASURE: {"rows": [1]}}))
    assert ["event 1: it was erased, and has content again"] == findings([*rows, record])


def test_the_first_broken_row_is_named_first() -> None:
    """Whoever looks for the damage reads its place in the first line."""
    rows = chain_of(4)
    rows[2] = replace(rows[2], time=1)
    assert findings(rows)[0].startswith("event 3: ")


def test_missing_notice_is_found() -> None:
    """What was shown belongs to the proof."""
    rows = chain_of(1)
    assert ["event 1: the notice that was shown is not kept"] == [
        str(finding) for finding in verify_rows(rows, head_of(rows), frozenset())
    ]


def test_hash_is_what_the_documentation_says() -> None:
    """Another program can make the same hash from the same values."""
    text = f'["consentkit ledger 1","{"0" * 64}",1,1000,"{"a" * 64}"]'
    assert hashlib.sha256(text.encode()).hexdigest() == row_hash("0" * 64, 1, 1_000, "a" * 64)


@given(PLAIN)
def test_canonical_json_is_the_same_for_equal_values(value: Any) -> None:
    """Reading it and writing it again changes nothing."""
    text = canonical(value)
    assert text == canonical(json.loads(text))


def test_numbers_that_json_does_not_know_are_refused() -> None:
    """No two readers would agree on them."""
    with pytest.raises(ValueError, match="JSON"):
        canonical(float("nan"))


def test_check_of_a_count_depends_on_all_of_it() -> None:
    """Day, kind and number."""
    checks = {
        count_check("2026-11-23", "refused", 1), count_check("2026-11-24", "refused", 1),
        count_check("2026-11-23", "accepted", 1), count_check("2026-11-23", "refused", 2),
    }  # fmt: skip
    assert 4 == len(checks)
