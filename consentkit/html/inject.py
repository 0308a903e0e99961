"""Puts the banner and the link that reopens it into an HTML document as it streams."""

from collections.abc import Callable

from consentkit.html.prelude import Prelude
from consentkit.html.rewriter import Node, StreamRewriter

Fragment = Callable[[str], str]
"""Makes HTML for a page in the given language (the `lang` of its `<html>`, "" if it has none)."""

NOT_ASCII = ("utf-16", "utf-32", "utf-7", "ucs-2", "iso-2022", "hz-gb", "ebcdic", "cp037", "cp500")


def can_be_rewritten(charset: str) -> bool:
    """Whether a document in this encoding (label of the Content-Type, "" if none) keeps ASCII bytes as ASCII."""
    return not charset.lower().startswith(NOT_ASCII)


class Injection:
    """What is put into one document: `at_head` before everything in `<head>` but the encoding, `at_start` first into
    `<body>`, `at_end` last.

    A document without a `<head>` tag gets `at_head` where a browser begins the head by itself; one without a `<body>`
    tag gets the others at its end. A fragment (neither doctype nor `<html>`, `<head>` or `<body>`) stays as it is.
    """

    def __init__(self, *, at_head: Fragment | None, at_start: Fragment | None, at_end: Fragment | None) -> None:
        self.prelude = Prelude()
        self._at_head = at_head
        self._at_start = at_start
        self._at_end = at_end
        self._seen_body = False
        self._end_done = at_end is None

    def register(self, rewriter: StreamRewriter) -> None:
        """Ask a rewriter for what this needs to see."""
        if self._at_start or self._at_end:
            rewriter.on("body", self._on_body)

    @property
    def head_is_due(self) -> bool:
        """Whether anything goes into the head of this document."""
        return self._at_head is not None and self.prelude.is_document

    def head(self) -> str:
        """The HTML for the head."""
        return self._make(self._at_head)

    @property
    def is_page(self) -> bool:
        """Whether this is a document, as far as is known, and not a fragment."""
        return self.prelude.is_document or self._seen_body

    def rest(self) -> str:
        """The HTML for the end of the document, which had no place before."""
        if not self.is_page:
            return ""
        start = "" if self._seen_body else self._make(self._at_start)
        return start + ("" if self._end_done else self._make(self._at_end))

    def _on_body(self, node: Node) -> None:
        if self._seen_body or not node.is_html:
            return
        self._seen_body = True
        # Both are made before either is put in: after an error nothing has been inserted, and the page passes whole.
        start, end = self._make(self._at_start), self._make(self._at_end)
        if start:
            node.put_first(start)
        if end:
            node.put_last(end, self._end_went_out)

    def _end_went_out(self) -> None:
        self._end_done = True

    def _make(self, fragment: Fragment | None) -> str:
        # Plain text: what is marked as safe would escape what it is put together with.
        return str(fragment(self.prelude.language)) if fragment else ""
