"""Puts the banner and the link that reopens it into an HTML document as it streams; the one adapter over lol-html.

Nothing is buffered but the token that a chunk ends in. What is put in is written in ASCII with character references,
so it reads the same in every encoding that keeps ASCII where it is.
"""

from collections.abc import Callable
from typing import Any

from lolhtml import ContentType, HTMLRewriter

Fragment = Callable[[str], str]
"""Makes HTML for a page in the given language (the `lang` of its `<html>`, "" if it has none)."""

XHTML = "http://www.w3.org/1999/xhtml"
NOT_ASCII = ("utf-16", "utf-32", "utf-7", "ucs-2", "iso-2022", "hz-gb", "ebcdic", "cp037", "cp500")


def can_be_rewritten(charset: str) -> bool:
    """Whether a document in this encoding (label of the Content-Type, "" if none) keeps ASCII bytes as ASCII."""
    return not charset.lower().startswith(NOT_ASCII)


class Injector:
    """Rewrites one document: `feed` each chunk, then `finish`; both return the bytes to send.

    `at_start` goes first into `<body>`, `at_end` last. A document with a doctype or `<html>` but no `<body>` tag gets
    both at its end; anything else is a fragment and stays as it is. An error of the rewriter ends the rewriting and
    not the page: the rest passes unchanged, and `failure` holds what went wrong.
    """

    def __init__(self, *, at_start: Fragment | None, at_end: Fragment | None) -> None:
        self.failure: Exception | None = None
        self._at_start = at_start
        self._at_end = at_end
        self._language = ""
        self._is_document = False
        self._seen_body = False
        self._cause: Exception | None = None
        self._end_html = ""
        self._end_done = at_end is None
        self._inserted = 0
        self._tail = b""
        self._out: list[bytes] = []
        self._rewriter: Any = HTMLRewriter(self._sink)
        self._rewriter.on("html", _Element(self._on_html))
        self._rewriter.on("body", _Element(self._on_body))
        self._rewriter.on_document(_Document(self._on_doctype, self._on_end))

    def feed(self, chunk: bytes) -> bytes:
        """Take the next bytes of the document."""
        if self.failure:
            return chunk
        self._tail += chunk
        return self._run(chunk)

    def finish(self) -> bytes:
        """Take the end of the document."""
        rest = b"" if self.failure else self._run(None)
        self.close()
        return rest

    def close(self) -> None:
        """Give the rewriter up, on the thread that made it; also when the document never ended.

        lol-html's object must not be dropped on another thread, and the one on which the garbage collector happens to
        run would do so: its handlers and this object refer to each other.
        """
        self._rewriter = None

    def _run(self, chunk: bytes | None) -> bytes:
        try:
            if chunk is None:
                self._rewriter.end()
            else:
                self._rewriter.write(chunk)
        except RuntimeError as problem:
            # lol-html gives up on input beyond its limits, and raises the same for an error in a handler of ours.
            self.failure = self._cause or problem
        out = b"".join(self._out)
        self._out.clear()
        # Only insertions are made, so what came out less what was put in is how much of the input has been passed on.
        done = len(out) - self._inserted
        self._inserted = 0
        rest = self._tail[max(done, 0) :]
        self._tail = b"" if self.failure else rest
        return out + rest if self.failure else out

    def _sink(self, chunk: Any) -> None:
        data = bytes(chunk)
        if self._end_html and data.decode("ascii", "replace") == self._end_html:
            self._end_done = True
            self._inserted += len(data)
        self._out.append(data)

    def _on_html(self, element: Any) -> None:
        if not self._is_document or not self._language:
            self._language = (element.get_attribute("lang") or "")[:35]
        self._is_document = True

    def _on_doctype(self) -> None:
        self._is_document = True

    def _on_body(self, element: Any) -> None:
        if self._seen_body or element.namespace_uri != XHTML:
            return
        self._seen_body = True
        # Both are made before either is put in: after an error nothing has been inserted, and the page passes whole.
        start, self._end_html = self._make(self._at_start), self._make(self._at_end)
        if start:
            element.prepend(start, ContentType.HTML)
            self._inserted += len(start)
        if self._end_html:
            element.append(self._end_html, ContentType.HTML)

    def _on_end(self, end: Any) -> None:
        if not (self._is_document or self._seen_body):
            return
        start = "" if self._seen_body else self._make(self._at_start)
        finish = "" if self._end_done else self._make(self._at_end)
        self._end_html = ""
        for html in (start, finish):
            if html:
                end.append(html, ContentType.HTML)

    def _make(self, fragment: Fragment | None) -> str:
        try:
            return _ascii(fragment(self._language)) if fragment else ""
        except Exception as problem:
            self._cause = problem
            raise


class _Element:
    def __init__(self, element: Callable[[Any], None]) -> None:
        self.element = element


class _Document:
    def __init__(self, doctype: Callable[[], None], end: Callable[[Any], None]) -> None:
        self._doctype = doctype
        self.end = end

    def doctype(self, _: Any) -> None:
        self._doctype()


def _ascii(html: str) -> str:
    return html.encode("ascii", "xmlcharrefreplace").decode()
