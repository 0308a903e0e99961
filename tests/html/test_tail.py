"""The link put last into a document that is not parsed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.html.page import PageRewriter
from consentkit.html.prelude import read_prelude
from consentkit.html.tail import MAX_TAIL, Tail, _prelude_of

LINK = '<p id="k">é</p>'
PUT = b'<p id="k">&#233;</p>'
BEGIN = b'<!doctype html><html lang="nl"><head><title>t</title></head><body><p>a</p>'


def put(*chunks: bytes) -> bytes:
    """What leaves of a page in these chunks."""
    tail = Tail(lambda _: LINK, lambda: PageRewriter(at_end=lambda _: LINK))
    out = b"".join([*(tail.feed(chunk) for chunk in chunks), tail.finish()])
    tail.close()
    assert tail.failure is None
    return out


ENDS = {
    "both end tags": (b"</body></html>", b"%s</body></html>"),
    "blanks and upper case": (b" </BODY >\n</HTML>\n", b" %s</BODY >\n</HTML>\n"),
    "only the body's": (b"</body>", b"%s</body>"),
    "only the document's": (b"</html>", b"</html>%s"),
    "no end tag": (b"<p>b", b"<p>b%s"),
    "an end tag inside a script": (
        b"<script>'</body>'</script></body></html>",
        b"<script>'</body>'</script>%s</body></html>",
    ),
    "an end tag inside a script at the end": (b"<script>'</body>'</script>", b"<script>'</body>'</script>%s"),
    "a comment behind the end": (b"</body></html><!-- made at 9 -->", b"</body></html><!-- made at 9 -->%s"),
    "an element behind the end": (b"</body><div></div></html>", b"</body><div></div></html>%s"),
    "another name": (b"</bodyguard>", b"</bodyguard>%s"),
    "much behind the end": (b"</body>" + b" " * MAX_TAIL, b"</body>" + b" " * MAX_TAIL + b"%s"),
}


@pytest.mark.parametrize(("end", "expected"), ENDS.values(), ids=ENDS)
def test_link_is_the_last_thing_of_the_body(end: bytes, expected: bytes) -> None:
    """Before the end tags that close the document, or behind everything, which belongs to the body too."""
    assert BEGIN + expected.replace(b"%s", PUT) == put(BEGIN + end)


@pytest.mark.parametrize("end", [end for end, _ in ENDS.values()], ids=ENDS)
def test_every_way_of_cutting_the_page_gives_the_same(end: bytes) -> None:
    """Cut anywhere, what leaves is the same."""
    page = BEGIN + end
    for at in range(len(page)):
        assert put(page) == put(page[:at], page[at:]), at


@given(
    st.lists(st.sampled_from([b"</body", b">", b"</html>", b" ", b"<", b"</", b"x", b"<p>", b"</BODY>"]), max_size=12)
)
def test_nothing_is_lost_or_held_for_long(parts: list[bytes]) -> None:
    """The page less the link is the page, and no more than the end of it waits."""
    tail = Tail(lambda _: LINK, lambda: PageRewriter(at_end=lambda _: LINK))
    left, sent = tail.feed(BEGIN), len(BEGIN)
    for part in parts:
        left += tail.feed(part)
        sent += len(part)
        assert sent - len(left) <= MAX_TAIL
    left += tail.finish()
    assert BEGIN + b"".join(parts) == left.replace(PUT, b"", 1)
    assert 1 == left.count(PUT)


def test_language_of_the_page_is_told() -> None:
    """The link speaks it."""
    heard: list[str] = []
    tail = Tail(lambda language: heard.append(language) or "", PageRewriter)
    tail.feed(BEGIN)
    tail.finish()
    assert ["nl"] == heard


@given(
    st.lists(
        st.sampled_from(
            [b"<!doctype html>", b"<!DOCTYPE HTML>", b"<html lang=", b"nl", b'"nl-BE"', b"'nl'", b">", b" ", b"<html>",
             b"<html", b"<head>", b"x", b"<!--c-->", b'"', b"<!doctype html SYSTEM>"]
        ),
        max_size=7,
    ).map(b"".join)
)  # fmt: skip
def test_short_cut_finds_the_language_that_reading_finds(beginning: bytes) -> None:
    """However a document begins."""
    read, quick = read_prelude(beginning + b"<p>", is_all=True), _prelude_of(beginning + b"<p>", is_all=True)
    assert read is not None
    assert quick is not None
    assert (read.language, read.is_document) == (quick.language, quick.is_document)


@pytest.mark.parametrize("page", [b"<p>part</p>", b"text <body><p>a</p></body>", b"<title>t</title><body>a"])
def test_what_does_not_begin_as_a_document_is_parsed(page: bytes) -> None:
    """A fragment stays as it is; a body that comes later gets the link."""
    rewriter = PageRewriter(at_end=lambda _: LINK)
    assert rewriter.feed(page) + rewriter.finish() == put(page)
    assert (PUT in put(page)) == (b"<body>" in page)


def test_error_leaves_the_page_as_it_was() -> None:
    """It is told, not raised."""

    def fail(_: str) -> str:
        raise LookupError

    tail = Tail(fail, PageRewriter)
    page = BEGIN + b"</body></html>"
    assert page == tail.feed(page) + tail.finish()
    assert isinstance(tail.failure, LookupError)
