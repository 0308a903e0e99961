"""Puts HTML last into a document of which nothing else is to be changed, without parsing it."""

import re
from collections.abc import Callable

from consentkit.html.inject import Fragment
from consentkit.html.page import PageRewriter
from consentkit.html.prelude import Prelude, read_prelude

END = (b"</body", b"</BODY")
TAIL = re.compile(rb"</body[\t\n\f\r ]*>[\t\n\f\r ]*(?:</html[\t\n\f\r ]*>[\t\n\f\r ]*)?", re.I)
BEGINNING = re.compile(
    rb"[\t\n\f\r ]*<!doctype html>[\t\n\f\r ]*<html[\t\n\f\r ]+"
    rb"lang=(?:([a-z-]{2,35})|\"([a-z-]{2,35})\"|'([a-z-]{2,35})')>",
    re.I,
)
"""How nearly every document begins, read at once; `read_prelude` finds the same language, and reads all others."""
MAX_TAIL = 256
"""Bytes from the last end tag of `<body>` on that are held; if more follows, that was not the end of the document."""


class Tail:
    """One document: `feed` each chunk, then `finish`; both return the bytes to send.

    `at_end` goes before the end tags that the document closes with, or behind its last byte: what stands there belongs
    to the body too (HTML §13.2.6.4.22). `otherwise` makes the rewriter for what does not begin as a document does.
    """

    def __init__(self, at_end: Fragment, otherwise: Callable[[], PageRewriter]) -> None:
        self._at_end = at_end
        self._otherwise = otherwise
        self._prelude: Prelude | None = None
        self._held = b""
        self._other: PageRewriter | None = None
        self._failure: Exception | None = None

    @property
    def failure(self) -> Exception | None:
        """What went wrong, None if nothing did; the page passed unchanged then."""
        return self._other.failure if self._other else self._failure

    def feed(self, chunk: bytes) -> bytes:
        """Take the next bytes of the document."""
        return self._other.feed(chunk) if self._other else self._feed(self._held + chunk, is_all=False)

    def finish(self) -> bytes:
        """Take the end of the document."""
        out = b"" if self._other else self._feed(self._held, is_all=True)
        if self._other or self._prelude is None:
            return out + (self._other.finish() if self._other else b"")
        held, self._held = self._held, b""
        try:
            html = str(self._at_end(self._prelude.language)).encode("ascii", "xmlcharrefreplace")
        except Exception as problem:
            self._failure = problem
            return out + held
        return out + (html + held if TAIL.fullmatch(held) else held + html)

    def close(self) -> None:
        """Give up what is held."""
        if self._other:
            self._other.close()

    def _feed(self, text: bytes, *, is_all: bool) -> bytes:
        if self._prelude is None:
            self._prelude = _prelude_of(text, is_all=is_all)
            if self._prelude is None:
                self._held = text
                return b""
            if not self._prelude.is_document:
                self._held = b""
                self._other = self._otherwise()
                return self._other.feed(text)
        at = max(text.rfind(end) for end in END)
        if at < 0 or len(text) - at > MAX_TAIL:
            at = _begun(text)
        self._held = text[at:]
        return text[:at]


def _prelude_of(text: bytes, *, is_all: bool) -> Prelude | None:
    match = BEGINNING.match(text)
    if match is None:
        return read_prelude(text, is_all=is_all)
    return Prelude(language=match[match.lastindex or 0].decode("ascii"), is_document=True)


def _begun(text: bytes) -> int:
    """Where the end tag of `<body>` begins that the text breaks off in, its length if it does not."""
    at = text.rfind(b"<", max(0, len(text) - len(END[0])))
    return at if at >= 0 and any(end.startswith(text[at:]) for end in END) else len(text)
