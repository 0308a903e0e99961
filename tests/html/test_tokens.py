"""Start tags as a browser's tokenizer reads them."""

import pytest

from consentkit.html.tokens import MAX_ATTRIBUTES, MAX_STRAY, read_tag

TAGS = {
    b"<a>": [],
    b"<a / />": [],
    b"<a b>": [(b"b", b"")],
    b"<a B=c/d>": [(b"b", b"c/d")],
    b"<a b = 'c>' D\n=\f\"e'\">": [(b"b", b"c>"), (b"d", b"e'")],
    b"<a b=>": [(b"b", b"")],
    b"<a b='x'c=y>": [(b"b", b"x"), (b"c", b"y")],
    b"<a =b=c>": [(b"=b", b"c")],
    b"<a b=c\"d'e`=>": [(b"b", b"c\"d'e`=")],
    b"<a/b/c=1/>": [(b"b", b""), (b"c", b"1/")],
    b'<a "b" <c>': [(b'"b"', b""), (b"<c", b"")],
    b"<a\x0bb=1>": [(b"\x0bb", b"1")],
    b"<a b=1 b=2>": [(b"b", b"1"), (b"b", b"2")],
}


@pytest.mark.parametrize(("text", "expected"), TAGS.items())
def test_attributes_are_those_of_the_standard(text: bytes, expected: list[tuple[bytes, bytes]]) -> None:
    """Quotes, missing values, slashes and stray characters, up to the `>` that ends the tag."""
    tag = read_tag(text + b" after>", 2)
    assert tag is not None
    assert (expected, len(text)) == ([(one.name, one.value) for one in tag.attributes], tag.end)
    assert all(text[one.at : one.at + len(one.name)].lower() == one.name for one in tag.attributes)


@pytest.mark.parametrize("text", TAGS)
def test_tag_that_has_not_ended_is_none(text: bytes) -> None:
    """Wherever the text is cut, nothing is made of half a tag."""
    for end in range(2, len(text)):
        assert read_tag(text[:end], 2) is None


def test_first_of_equal_attributes_counts() -> None:
    """As in browsers."""
    tag = read_tag(b"<a b=1 b=2>", 2)
    assert tag is not None
    assert (b"1", None) == (tag.get(b"b"), tag.get(b"c"))


@pytest.mark.parametrize(
    "text", [b"<a" + b" b=c" * (MAX_ATTRIBUTES + 1) + b">", b"<a" + b" <b" * (MAX_STRAY + 1) + b">"]
)
def test_tag_that_is_none_by_its_looks_has_no_end(text: bytes) -> None:
    """Too many attributes, or too many that begin other tags."""
    tag = read_tag(text, 2)
    assert tag is not None
    assert 0 == tag.end
