"""Putting things into a document as it streams."""

import gc
import sys
import threading
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.html.inject import Fragment, can_be_rewritten
from consentkit.html.page import PageRewriter

PAGE = (
    b'<!DOCTYPE html>\n<html lang="nl"><head><title><body></title><!--<body>--></head>'
    b'<BODY class="a>b"><p>caf\xc3\xa9</p></BODY></html>'
)
EXPECTED = PAGE.replace(b'<BODY class="a>b">', b'<BODY class="a>b"><S nl>').replace(b"</BODY>", b"<E nl></BODY>")


def start(language: str) -> str:
    """What is put in first."""
    return f"<S {language}>"


def end(language: str) -> str:
    """What is put in last."""
    return f"<E {language}>"


def broken(_: str) -> str:
    """A fragment that cannot be made."""
    raise LookupError("a visitor's value")


def rewrite(
    chunks: list[bytes],
    at_start: Fragment | None = start,
    at_end: Fragment | None = end,
    at_head: Fragment | None = None,
) -> tuple[bytes, Exception | None]:
    """The document that comes out, and what went wrong."""
    injector = PageRewriter(at_head=at_head, at_start=at_start, at_end=at_end)
    out = b"".join([*(injector.feed(chunk) for chunk in chunks), injector.finish()])
    return out, injector.failure


def cut(document: bytes, *places: int) -> list[bytes]:
    """The document in pieces."""
    bounds = [0, *sorted(places), len(document)]
    return [document[a:b] for a, b in pairwise(bounds)]


@pytest.mark.parametrize("size", range(1, len(PAGE) + 1))
def test_every_chunk_size_gives_the_same(size: int) -> None:
    """However the document is cut, both fragments stand once, in their places."""
    assert (EXPECTED, None) == rewrite([PAGE[at : at + size] for at in range(0, len(PAGE), size)])


@given(st.lists(st.integers(0, len(PAGE)), max_size=5))
def test_every_cut_gives_the_same(places: list[int]) -> None:
    """Empty chunks and cuts inside a tag, a character or a comment change nothing."""
    assert (EXPECTED, None) == rewrite(cut(PAGE, *places))


@given(
    st.lists(
        st.sampled_from(
            [
                b"<html>",
                b"<body>",
                b"</body>",
                b"<p>",
                b"<!--",
                b"-->",
                b"<script>",
                b"</script>",
                b"<svg>",
                b"\xff",
                b"<",
                b">",
                b'"',
                b"<template>",
                b"</html>",
                b"text",
                b"<title>",
                b"<!doctype html>",
                b"\x00",
            ]
        )
        | st.binary(max_size=4),
        max_size=12,
    ),
    st.integers(1, 9),
    st.booleans(),
)
def test_nothing_of_any_input_is_lost_or_doubled(parts: list[bytes], size: int, fails: bool) -> None:
    """Any bytes come out as they went in, but for at most one of each fragment, and unchanged if a fragment fails."""
    document = b"".join(parts)
    out, failure = rewrite(cut(document, *range(0, len(document), size)), at_end=broken if fails else end)
    assert document == out.replace(b"<S >", b"").replace(b"<E >", b"")
    assert out.count(b"<S >") <= 1
    assert out.count(b"<E >") <= 1
    if failure:
        assert document == out


@pytest.mark.parametrize("fragments", [(broken, end), (start, broken), (None, broken), (broken, None)])
@pytest.mark.parametrize("document", [PAGE, b"<!doctype html><p>x", b"<html><body><p>x"])
def test_fragment_that_fails_leaves_the_page_whole(
    fragments: tuple[Fragment | None, Fragment | None], document: bytes
) -> None:
    """Not a byte is lost or sent twice, wherever the chunks end, and the error itself is known."""
    for size in (1, 7, len(document)):
        out, failure = rewrite(cut(document, *range(0, len(document), size)), *fragments)
        assert document == out
        assert isinstance(failure, LookupError)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (b"<div>part</div>", b"<div>part</div>"),
        (b"", b""),
        (b"plain text", b"plain text"),
        (b"<html><p>x", b"<html><p>x<S ><E >"),
        (b"<!doctype html><p>x", b"<!doctype html><p>x<S ><E >"),
        (b"<html><body>x", b"<html><body><S >x<E >"),
        (b"<html><body>a<body>b</body>c", b"<html><body><S >a<body>b</body>c<E >"),
        (b'<html><script>"<body>"</script><body>x</body>', b'<html><script>"<body>"</script><body><S >x<E ></body>'),
        (
            b"<html><textarea><body></textarea><body>x</body>",
            b"<html><textarea><body></textarea><body><S >x<E ></body>",
        ),
        (PAGE.decode().encode("utf-16"), PAGE.decode().encode("utf-16")),
    ],
)
def test_only_documents_are_changed_and_at_the_right_place(document: bytes, expected: bytes) -> None:
    """A fragment stays as it is; comments, scripts, titles and text areas do not count as a body."""
    assert (expected, None) == rewrite([document])


def test_one_fragment_alone() -> None:
    """Banner and link are independent of each other."""
    assert b"<html><body><S >x</body>" == rewrite([b"<html><body>x</body>"], at_end=None)[0]
    assert b"<html><body>x<E ></body>" == rewrite([b"<html><body>x</body>"], at_start=None)[0]


HEADS = {
    "head": b"<!doctype html>\n<html lang=nl><head>|<title>x</title><script>1</script></head><body>x</body></html>",
    "encoding first": b"<!DOCTYPE html><html lang='nl'><HEAD >\n<meta charset=utf-8 />|<script>1</script>",
    "old encoding": b'<html lang=nl><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">|<title>x',
    "no head": b"<!doctype html><html lang=nl>|<title>x</title><script>1</script><p>y",
    "no html": b"<!doctype html><head lang=xx>|<script>1</script>",
    "head alone": b"<head>|<script>1</script>",
    "nothing but a type": b"<!doctype html>|<script>1</script>",
    "body at once": b"<!doctype html>|<body><script>1</script>",
    "body alone": b"|<body>x",
    "text": b"<!doctype html><html lang=nl>|text<head><script>1</script>",
    "comments": b"\xef\xbb\xbf<?xml version='1.0'?><!-- <head> --><!doctype html PUBLIC \"-//W3C//DTD XHTML 1.0//EN\""
    b"><!--><html a='<head>' lang=nl><!-- a --><head\n>|<title>",
    "a meta that is no encoding": b"<html lang=nl><head>|<meta name=charset content=x><meta charset=utf-8>",
    "longer name": b"<html lang=nl>|<header><script>1</script>",
    "only a beginning": b"<!doctype html><html lang=nl><head>|",
    "cut in a tag": b"<!doctype html><html lang=nl><head>|<scr",
    "fragment": b"<div><script>1</script></div>",
    "fragment behind a comment": b"<!-- x --> <meta charset=utf-8><title>x",
    "empty": b"",
}


@pytest.mark.parametrize("page", HEADS.values(), ids=HEADS)
def test_head_comes_before_everything_that_runs(page: bytes) -> None:
    """Behind the doctype, the tags of html and head and the encoding, written or not; not in a fragment."""
    document = page.replace(b"|", b"")
    language = b"nl" if b"lang" in page and b"xx" not in page else b""
    for size in (1, 2, 7, len(document) or 1):
        chunks = [document[at : at + size] for at in range(0, len(document), size)]
        out, failure = rewrite(chunks, None, None, lambda language: f"<H {language}>")
        assert (page.replace(b"|", b"<H " + language + b">"), None) == (out, failure), size


def test_head_that_fails_leaves_the_page_whole() -> None:
    """The error is known and nothing is put in."""
    out, failure = rewrite([b"<!doctype html><html>", b"<head><body>x</body>"], at_head=broken)
    assert b"<!doctype html><html><head><body>x</body>" == out
    assert isinstance(failure, LookupError)


def test_prelude_that_does_not_end_is_not_held_for_ever() -> None:
    """A comment beyond measure goes out before it ends."""
    injector = PageRewriter(at_head=start)
    assert b"" == injector.feed(b"<!doctype html><html lang=nl><!-- " + b"x" * 1000)
    out = injector.feed(b"x" * 70_000)
    assert out.startswith(b"<!doctype html><html lang=nl><S nl><!-- ")


def test_characters_beyond_ascii_become_references() -> None:
    """What is put in reads the same in every encoding that keeps ASCII."""
    out, _ = rewrite(["<html><body>é</body>".encode("latin-1")], at_start=lambda _: "ñ\U0001f36a", at_end=None)
    assert b"<html><body>&#241;&#127850;\xe9</body>" == out


def test_what_is_complete_is_passed_on_at_once() -> None:
    """At most the token that a chunk ends in waits for the next one."""
    injector = PageRewriter(at_start=start, at_end=end)
    first = injector.feed(b"<html><body><p>one</p><a hr")
    assert first.startswith(b"<html><body><S ><p>one</p>")
    assert b'<html><body><S ><p>one</p><a href="x">two' == first + injector.feed(b'ef="x">two')
    assert b"<E >" == injector.feed(b"") + injector.finish()


def test_large_fragment_stands_whole() -> None:
    """A fragment larger than the rewriter's buffers is put in once."""
    out, failure = rewrite(
        cut(b"<html><body>x</body>", 3, 9, 15), at_start=lambda _: "s" * 200_000, at_end=lambda _: "e" * 200_000
    )
    assert failure is None
    assert b"<html><body>" + b"s" * 200_000 + b"x" + b"e" * 200_000 + b"</body>" == out


def test_hostile_language_is_cut() -> None:
    """The language of a page is as long as a language tag, no longer."""
    seen: list[str] = []
    rewrite(
        [b'<html lang="' + b"x" * 5000 + b'"><body>'],
        at_start=lambda language: seen.append(language) or "",
        at_end=None,
    )
    assert ["x" * 35] == seen


@pytest.mark.parametrize(
    ("charset", "can"),
    [("utf-8", True), ("", True), ("iso-8859-1", True), ("windows-1252", True), ("shift_jis", True), ("UTF-16", False),
     ("utf-16le", False), ("utf-32", False), ("ISO-2022-JP", False), ("utf-7", False)],
)  # fmt: skip
def test_only_encodings_that_keep_ascii_are_rewritten(charset: str, can: bool) -> None:
    """ASCII put into UTF-16 would be garbage."""
    assert can == can_be_rewritten(charset)


@pytest.mark.parametrize("ends", [True, False], ids=["finished", "abandoned"])
def test_the_rewriter_is_given_up_on_the_thread_that_made_it(ends: bool) -> None:
    """After finish or close nothing is left that a garbage collection on another thread would drop there."""
    gc.collect()
    injector = PageRewriter(at_start=lambda _: "<b></b>", at_end=None)
    injector.feed(b"<html><body>half a pa")
    injector.finish() if ends else injector.close()
    dropped_elsewhere: list[object] = []
    before, sys.unraisablehook = sys.unraisablehook, dropped_elsewhere.append
    try:
        del injector
        other = threading.Thread(target=gc.collect)
        other.start()
        other.join()
    finally:
        sys.unraisablehook = before
    assert [] == dropped_elsewhere
