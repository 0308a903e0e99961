"""Puts the banner and the link that reopens it into an HTML document as it streams."""

from collections.abc import Callable

from consentkit.html.rewriter import Node, StreamRewriter

Fragment = Callable[[str], str]
"""Makes HTML for a page in the given language (the `lang` of its `<html>`, "" if it has none)."""

NOT_ASCII = ("utf-16", "utf-32", "utf-7", "ucs-2", "iso-2022", "hz-gb", "ebcdic", "cp037", "cp500")


def can_be_rewritten(charset: str) -> bool:
    """Whether a document in this encoding (label of the Content-Type, "" if none) keeps ASCII bytes as ASCII."""
    return not charset.lower().startswith(NOT_ASCII)


class Injection:
    """What is put into one document: `at_start` goes first into `<body>`, `at_end` last.

    A document with a doctype or `<html>` but no `<body>` tag gets both at its end; anything else is a fragment and
    stays as it is. `language` is that of the page, as far as it is known.
    """

    def __init__(self, *, at_start: Fragment | None, at_end: Fragment | None) -> None:
        self.language = ""
        self._at_start = at_start
        self._at_end = at_end
        self._is_document = False
        self._seen_body = False
        self._end_done = at_end is None

    def register(self, rewriter: StreamRewriter) -> None:
        """Ask a rewriter for what this needs to see."""
        rewriter.on("html", self._on_html)
        rewriter.on("body", self._on_body)
        rewriter.on_document(self._on_doctype, self._on_end)

    def _on_html(self, node: Node) -> None:
        if not self._is_document or not self.language:
            self.language = node.get("lang")[:35]
        self._is_document = True

    def _on_doctype(self) -> None:
        self._is_document = True

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

    def _on_end(self, put: Callable[[str], None]) -> None:
        if not (self._is_document or self._seen_body):
            return
        start = "" if self._seen_body else self._make(self._at_start)
        end = "" if self._end_done else self._make(self._at_end)
        for html in (start, end):
            if html:
                put(html)

    def _make(self, fragment: Fragment | None) -> str:
        return fragment(self.language) if fragment else ""
